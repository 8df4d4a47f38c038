// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.http.Delivery;
import io.lanyard.testkit.internal.http.HttpAnswer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One way in which an agent can misbehave for one request: late, broken off, too long, or with another answer.
 *
 * <p>A fault has up to three parts, each of which at most once: a delay, which always comes first; an answer in place
 * of the agent's own ({@link #status(int)}, {@link #body(String)}, {@link #lifetime(Duration)}); and a way of
 * delivery ({@link #drip(Duration)}, {@link #halfBody()}, {@link #reset()} and so on). {@link #then(Fault)} puts them
 * together. What is said twice, or could never be seen (an answer that is never sent), is refused with an
 * {@link IllegalArgumentException}.
 *
 * <p>Immutable, so a fault may be shared by threads and agents. It acts on a thread of the agent's and blocks nobody
 * else. Waiting is done in real time, as a client's timeouts are, and ends at once when the agent stops.
 */
public final class Fault {
    static final Fault NONE = new Fault(Duration.ZERO, Delivery.WHOLE, Duration.ZERO, 0, null, null, Map.of());

    private final Duration delay;
    private final Delivery delivery;
    private final Duration perByte;
    private final long size;
    private final @Nullable HttpAnswer answer;
    private final @Nullable Duration lifetime;
    private final Map<String, String> headers;

    private Fault(
            Duration delay,
            Delivery delivery,
            Duration perByte,
            long size,
            @Nullable HttpAnswer answer,
            @Nullable Duration lifetime,
            Map<String, String> headers) {
        this.delay = delay;
        this.delivery = delivery;
        this.perByte = perByte;
        this.size = size;
        this.answer = answer;
        this.lifetime = lifetime;
        this.headers = headers;
    }

    private static Fault delivery(Delivery delivery) {
        return new Fault(Duration.ZERO, delivery, Duration.ZERO, 0, null, null, Map.of());
    }

    static Fault answer(HttpAnswer answer) {
        return new Fault(Duration.ZERO, Delivery.WHOLE, Duration.ZERO, 0, answer, null, Map.of());
    }

    /**
     * Waits before the answer.
     *
     * @param duration how long, not negative
     * @return the fault
     */
    public static Fault delay(Duration duration) {
        return new Fault(notNegative(duration), Delivery.WHOLE, Duration.ZERO, 0, null, null, Map.of());
    }

    /**
     * Never answers; the connection stays open until the client leaves (or shuts down its sending side) or the agent
     * stops.
     *
     * @return the fault
     */
    public static Fault hang() {
        return delivery(Delivery.HANG);
    }

    /**
     * Sends status line and headers, then nothing more; the connection stays open until the client leaves or the agent
     * stops.
     *
     * @return the fault
     */
    public static Fault hangAfterHeaders() {
        return delivery(Delivery.HANG_AFTER_HEADERS);
    }

    /**
     * Sends the whole answer byte by byte, each in a packet of its own.
     *
     * @param perByte the pause after each byte, not negative
     * @return the fault
     */
    public static Fault drip(Duration perByte) {
        return new Fault(Duration.ZERO, Delivery.DRIP, notNegative(perByte), 0, null, null, Map.of());
    }

    /**
     * Resets the connection (TCP RST) in place of an answer.
     *
     * @return the fault
     */
    public static Fault reset() {
        return delivery(Delivery.RESET);
    }

    /**
     * Sends the headers and half of the body, then resets the connection (TCP RST). The client may lose bytes that it
     * has not read by then.
     *
     * @return the fault
     */
    public static Fault resetInBody() {
        return delivery(Delivery.RESET_IN_BODY);
    }

    /**
     * Promises the whole body in the headers, sends half of it, and closes the connection in an orderly way.
     *
     * @return the fault
     */
    public static Fault halfBody() {
        return delivery(Delivery.HALF_BODY);
    }

    /**
     * Closes the connection in an orderly way without a byte of answer.
     *
     * @return the fault
     */
    public static Fault closeWithoutAnswer() {
        return delivery(Delivery.CLOSE);
    }

    /**
     * Sends a valid 200 head and a body of exactly that length that is no JSON.
     *
     * @param bytes length of the body, not negative
     * @return the fault
     */
    public static Fault oversize(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must not be negative: " + bytes);
        }
        return new Fault(Duration.ZERO, Delivery.OVERSIZE, Duration.ZERO, bytes, null, null, Map.of());
    }

    /**
     * Sends a valid 200 head and a chunked body that goes on until the client leaves or the agent stops.
     *
     * @return the fault
     */
    public static Fault endless() {
        return new Fault(Duration.ZERO, Delivery.OVERSIZE, Duration.ZERO, Long.MAX_VALUE, null, null, Map.of());
    }

    /**
     * Sends bytes that are not HTTP, then closes the connection.
     *
     * @return the fault
     */
    public static Fault garbage() {
        return delivery(Delivery.GARBAGE);
    }

    /**
     * Answers 200 {@code application/json} with that body.
     *
     * @param body sent in UTF-8 as it is
     * @return the fault
     */
    public static Fault body(String body) {
        return answer(HttpAnswer.json(200, body));
    }

    /**
     * Answers that status with its usual reason as a {@code text/plain} body, as a Go server reports an error.
     *
     * @param status 200 to 599
     * @return the fault
     */
    public static Fault status(int status) {
        return answer(HttpAnswer.error(checked(status), HttpAnswer.reason(status)));
    }

    /**
     * Answers that status, type and body.
     *
     * @param status 200 to 599
     * @param contentType the Content-Type, or empty for none
     * @param body sent in UTF-8 as it is
     * @return the fault
     */
    public static Fault status(int status, String contentType, String body) {
        return answer(HttpAnswer.of(checked(status), singleLine(contentType), body));
    }

    /**
     * Answers with credentials that have expired already, as newer agents do by design (static stability) and the ECS
     * agent does when nobody refreshes it.
     *
     * @param ago how long before the agent's present time they expired, not negative
     * @return the fault
     */
    public static Fault expired(Duration ago) {
        return lifetime(notNegative(ago).negated());
    }

    /**
     * Answers with newly issued credentials of that life, whatever the agent's own rules on lives and caches say.
     *
     * @param lifetime from the agent's present time; negative for expired ones
     * @return the fault
     */
    public static Fault lifetime(Duration lifetime) {
        Objects.requireNonNull(lifetime, "lifetime");
        return new Fault(Duration.ZERO, Delivery.WHOLE, Duration.ZERO, 0, null, lifetime, Map.of());
    }

    /**
     * Adds a header to the answer, in place of one of that name; {@code Retry-After} for instance.
     *
     * @param name the header's name, in the case to be sent
     * @param value its value
     * @return this fault with the header
     */
    public Fault header(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(singleLine(name), singleLine(value));
        return new Fault(delay, delivery, perByte, size, answer, lifetime, Map.copyOf(more)).checkedSense();
    }

    /**
     * This fault and another in one: delays add up, and each may bring the answer or the delivery that the other lacks.
     *
     * @param other what happens besides
     * @return both together
     * @throws IllegalArgumentException if both say the same thing differently, or the answer could not be seen
     */
    public Fault then(Fault other) {
        boolean bothAnswer = replacesAnswer() && other.replacesAnswer();
        boolean bothDeliver = delivery != Delivery.WHOLE && other.delivery != Delivery.WHOLE;
        if (bothAnswer || bothDeliver) {
            throw new IllegalArgumentException("cannot be one fault: " + this + " and " + other);
        }
        Map<String, String> allHeaders = new TreeMap<>(headers);
        allHeaders.putAll(other.headers);
        return new Fault(
                        delay.plus(other.delay),
                        delivery != Delivery.WHOLE ? delivery : other.delivery,
                        perByte.plus(other.perByte),
                        Math.max(size, other.size),
                        answer != null ? answer : other.answer,
                        lifetime != null ? lifetime : other.lifetime,
                        Map.copyOf(allHeaders))
                .checkedSense();
    }

    private boolean replacesAnswer() {
        return answer != null || lifetime != null;
    }

    private Fault checkedSense() {
        if (!delivery.sendsAnswer() && (replacesAnswer() || (delivery != Delivery.OVERSIZE && !headers.isEmpty()))) {
            throw new IllegalArgumentException("nobody would see the answer: " + this);
        }
        return this;
    }

    Duration delay() {
        return delay;
    }

    Delivery delivery() {
        return delivery;
    }

    Duration perByte() {
        return perByte;
    }

    /** Length of an oversize body; {@code Long.MAX_VALUE} is endless. */
    long size() {
        return size;
    }

    /** The answer in place of the agent's own. */
    @Nullable
    HttpAnswer answer() {
        return delivery == Delivery.OVERSIZE ? HttpAnswer.json(200, "") : answer;
    }

    /** The life of the credentials in place of the agent's own. */
    @Nullable
    Duration lifetime() {
        return lifetime;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** The parts in words; of a body only its length. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Fault[").append(delivery);
        if (!delay.isZero()) {
            text.append(", delay ").append(delay);
        }
        if (delivery == Delivery.DRIP) {
            text.append(", per byte ").append(perByte);
        }
        if (delivery == Delivery.OVERSIZE) {
            text.append(", ").append(size == Long.MAX_VALUE ? "endless" : size + " bytes");
        }
        if (answer != null) {
            text.append(", status ")
                    .append(answer.status())
                    .append(" with ")
                    .append(answer.length())
                    .append(" bytes");
        }
        if (lifetime != null) {
            text.append(", lifetime ").append(lifetime);
        }
        if (!headers.isEmpty()) {
            text.append(", headers ").append(new TreeMap<>(headers).keySet());
        }
        return text.append(']').toString();
    }

    private static Duration notNegative(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("must not be negative: " + duration);
        }
        return duration;
    }

    private static int checked(int status) {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status must be from 200 to 599: " + status);
        }
        return status;
    }

    private static String singleLine(String text) {
        if (text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("a header is one line");
        }
        return text;
    }
}
