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
 * A failure of a server during one request: a late, broken, oversize or different answer.
 *
 * <p>A fault has up to three parts: a delay, which comes first; an answer that replaces the server's own
 * ({@link #status(int)}, {@link #body(String)}, {@link #lifetime(Duration)}); and a kind of delivery
 * ({@link #drip(Duration)}, {@link #halfBody()}, {@link #reset()} and so on). {@link #then(Fault)} combines them. A fault
 * with two answers or two deliveries, or with an answer that is never sent, is rejected with an
 * {@link IllegalArgumentException}.
 *
 * <p>Immutable, so threads and servers may share a fault. It acts on the thread of its connection and does not block
 * others. It waits in real time, because clients' timeouts run in real time; a wait ends when the server stops.
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
     * @param duration not negative
     * @return the fault
     */
    public static Fault delay(Duration duration) {
        return new Fault(notNegative(duration), Delivery.WHOLE, Duration.ZERO, 0, null, null, Map.of());
    }

    /**
     * Never answers. The connection stays open until the client closes it or its output, or the server stops.
     *
     * @return the fault
     */
    public static Fault hang() {
        return delivery(Delivery.HANG);
    }

    /**
     * Sends status line and headers, then nothing. The connection stays open until the client closes it or the server
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
     * Resets the connection (TCP RST) instead of answering.
     *
     * @return the fault
     */
    public static Fault reset() {
        return delivery(Delivery.RESET);
    }

    /**
     * Sends the headers and half of the body, then resets the connection (TCP RST). The client may lose bytes that it
     * has not read yet.
     *
     * @return the fault
     */
    public static Fault resetInBody() {
        return delivery(Delivery.RESET_IN_BODY);
    }

    /**
     * Announces the whole body in the headers, sends half of it, and closes the connection normally.
     *
     * @return the fault
     */
    public static Fault halfBody() {
        return delivery(Delivery.HALF_BODY);
    }

    /**
     * Closes the connection normally without sending a byte.
     *
     * @return the fault
     */
    public static Fault closeWithoutAnswer() {
        return delivery(Delivery.CLOSE);
    }

    /**
     * Sends a valid 200 head and a body of exactly that length, which is not JSON.
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
     * Sends a valid 200 head and an endless chunked body, until the client closes the connection or the server stops.
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
     * @param body sent unchanged, in UTF-8
     * @return the fault
     */
    public static Fault body(String body) {
        return answer(HttpAnswer.json(200, body));
    }

    /**
     * Answers that status with its standard reason as a {@code text/plain} body, as a Go server reports an error.
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
     * @param body sent unchanged, in UTF-8
     * @return the fault
     */
    public static Fault status(int status, String contentType, String body) {
        return answer(HttpAnswer.of(checked(status), singleLine(contentType), body));
    }

    /**
     * Answers with credentials that have already expired. Newer agents do so by design (static stability), and so does an
     * ECS agent that receives no newer credentials.
     *
     * @param ago the time since their expiration, not negative
     * @return the fault
     */
    public static Fault expired(Duration ago) {
        return lifetime(notNegative(ago).negated());
    }

    /**
     * Answers with newly issued credentials of that lifetime, regardless of the server's limits and cache.
     *
     * @param lifetime from the server's current time; negative for expired credentials
     * @return the fault
     */
    public static Fault lifetime(Duration lifetime) {
        Objects.requireNonNull(lifetime, "lifetime");
        return new Fault(Duration.ZERO, Delivery.WHOLE, Duration.ZERO, 0, null, lifetime, Map.of());
    }

    /**
     * Adds a header to the answer, for example {@code Retry-After}. Replaces a header of the same name.
     *
     * @param name the header's name, sent unchanged
     * @param value its value
     * @return this fault with the header
     */
    public Fault header(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(singleLine(name), singleLine(value));
        return new Fault(delay, delivery, perByte, size, answer, lifetime, Map.copyOf(more)).validated();
    }

    /**
     * Combines this fault with another. Delays are added; one of the two may have an answer, and one a delivery.
     *
     * @param other the other fault
     * @return a fault with the parts of both
     * @throws IllegalArgumentException if both have an answer or both a delivery, or if the answer is never sent
     */
    public Fault then(Fault other) {
        boolean bothAnswer = replacesAnswer() && other.replacesAnswer();
        boolean bothDeliver = delivery != Delivery.WHOLE && other.delivery != Delivery.WHOLE;
        if (bothAnswer || bothDeliver) {
            throw new IllegalArgumentException(
                    "cannot combine " + this + " and " + other + "; a fault has one answer and one delivery");
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
                .validated();
    }

    private boolean replacesAnswer() {
        return answer != null || lifetime != null;
    }

    private Fault validated() {
        if (!delivery.sendsAnswer() && (replacesAnswer() || (delivery != Delivery.OVERSIZE && !headers.isEmpty()))) {
            throw new IllegalArgumentException(delivery + " never sends the answer of " + this);
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

    /** Returns the length of an oversize body; {@code Long.MAX_VALUE} is endless. */
    long size() {
        return size;
    }

    /** Returns the answer that replaces the server's own; null if none does. */
    @Nullable
    HttpAnswer answer() {
        return delivery == Delivery.OVERSIZE ? HttpAnswer.json(200, "") : answer;
    }

    /** Returns the lifetime that replaces the server's own; null if none does. */
    @Nullable
    Duration lifetime() {
        return lifetime;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** Returns the parts of the fault; of a body only its length. */
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
            throw new IllegalArgumentException("duration must not be negative: " + duration);
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
            throw new IllegalArgumentException("a header must not contain a line break");
        }
        return text;
    }
}
