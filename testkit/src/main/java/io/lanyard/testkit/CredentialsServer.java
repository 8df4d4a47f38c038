// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.iam.PodIdentitySession;
import io.lanyard.testkit.internal.go.Jwt;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.internal.http.HttpRequest;
import io.lanyard.testkit.internal.http.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the emulated servers have in common: each listens on loopback, can be stopped, restarted and made to misbehave,
 * and remembers what it was asked and what it gave.
 *
 * <p>Thread-safe. Requests are served on daemon threads of the server's; the methods here do not wait for them, but for
 * {@link #stop()} and {@link #close()}, which wait up to five seconds until those threads have ended.
 */
public abstract sealed class CredentialsServer implements AutoCloseable
        permits EcsCredentialsAgent, EksPodIdentityAgent, InstanceMetadataService, PresetAgent, StsService {
    /** Go's RFC3339Nano: a fraction only if there is one, and no zeros at its end. */
    private static final DateTimeFormatter RFC3339_NANO = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendLiteral('Z')
            .toFormatter(Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    final InstantSource clock;
    private final String name;
    private final InetAddress address;
    private final Duration idle;
    private final FakeCredentials fakes;
    private final FaultScript faults = new FaultScript();
    private final List<RecordedRequest> requests = new ArrayList<>();
    private final List<IssuedCredentials> issued = new ArrayList<>();
    private final List<Consumer<IssuedCredentials>> listeners = new CopyOnWriteArrayList<>();
    private volatile Duration credentialLifetime = Duration.ofHours(6);
    private volatile int padding;
    private volatile int port;
    private @Nullable HttpServer server;
    private boolean finished;

    CredentialsServer(String name, Duration idle, Builder<?> builder) {
        this.name = name;
        this.idle = idle;
        this.clock = builder.clock;
        this.address = builder.address;
        this.fakes = builder.fakes;
        this.port = builder.port;
    }

    /**
     * The port that the server listens on, the same after a restart.
     *
     * @return 1 to 65535
     */
    public int port() {
        return port;
    }

    /**
     * The script of what goes wrong, empty at first.
     *
     * @return always the same object
     */
    public FaultScript faults() {
        return faults;
    }

    /**
     * The requests so far, in order of arrival. A request is listed before its answer leaves.
     *
     * @return a copy
     */
    public List<RecordedRequest> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /**
     * The credentials made up so far, in order, including those whose answer a fault broke off.
     *
     * @return a copy
     */
    public List<IssuedCredentials> issued() {
        synchronized (issued) {
            return List.copyOf(issued);
        }
    }

    /**
     * Tells a listener of all credentials issued from now on, on the thread that serves the request and before the
     * answer leaves. The listener should be quick; what it throws breaks off that connection.
     *
     * @param listener a test's own endpoint, for instance, that must know the keys it will see
     */
    public void onIssued(Consumer<IssuedCredentials> listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Sets the lifetime of credentials issued from now on; 6 hours at first unless the server's own description says
     * otherwise. It is counted from the full second, as the services do. A cache of the server's is emptied, so that the
     * next request gets credentials with this lifetime.
     *
     * @param lifetime what each server does with a short or negative one, its own description says
     */
    public void credentialLifetime(Duration lifetime) {
        this.credentialLifetime = Objects.requireNonNull(lifetime, "lifetime");
        forgetCredentials();
    }

    /**
     * Lengthens the session tokens issued from now on; a body beyond 2048 bytes is sent in chunks. A cache of the
     * server's is emptied.
     *
     * @param characters how many more than usual; 0 at first
     */
    public void padSessionToken(int characters) {
        if (characters < 0) {
            throw new IllegalArgumentException("characters must not be negative: " + characters);
        }
        this.padding = characters;
        forgetCredentials();
    }

    /**
     * Stops listening and breaks off all connections: from now on the port refuses, as when the server's process is
     * gone. Does nothing if it is stopped already.
     */
    public synchronized void stop() {
        if (server != null) {
            server.close();
            server = null;
            forgetCache();
        }
    }

    /**
     * Listens on the same port again, after {@link #stop()} or while running. What the real server's process keeps in
     * memory is lost; script, records and what the test has set stay.
     *
     * @throws UncheckedIOException if the port was taken in the meantime
     * @throws IllegalStateException after {@link #close()}
     */
    public synchronized void restart() {
        stop();
        if (finished) {
            throw new IllegalStateException("closed");
        }
        start();
    }

    private void start() {
        try {
            server = new HttpServer(name, address, port, idle, clock, this::reply);
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot listen on port " + port, e);
        }
        port = server.port();
        server.start();
    }

    /**
     * Remembers the script, the settings, the listeners and whether the server is running.
     *
     * @return an action that restores them, clears the records and empties the server's cache; it can run repeatedly
     */
    public Runnable restorePoint() {
        Runnable script = faults.restorePoint();
        Runnable own = ownRestorePoint();
        List<Consumer<IssuedCredentials>> told = List.copyOf(listeners);
        Duration lifetime = credentialLifetime;
        int padded = padding;
        boolean running = isRunning();
        return () -> {
            script.run();
            own.run();
            listeners.retainAll(told);
            credentialLifetime(lifetime);
            padSessionToken(padded);
            restore(running);
        };
    }

    private synchronized boolean isRunning() {
        return server != null;
    }

    private synchronized void restore(boolean running) {
        if (!running) {
            stop();
        } else if (server == null && !finished) {
            start();
        }
        synchronized (requests) {
            requests.clear();
        }
        synchronized (issued) {
            issued.clear();
        }
    }

    /** Remembers what the server has besides; the action restores it. */
    Runnable ownRestorePoint() {
        return () -> {};
    }

    /** Stops for good. Records stay readable. Does nothing the second time. */
    @Override
    public synchronized void close() {
        stop();
        finished = true;
    }

    /** The server's own answer. */
    abstract HttpAnswer answer(HttpRequest request, Fault fault);

    /** Loses what the real server's process keeps in memory. */
    void forgetCache() {}

    /** Empties the cache of credentials. */
    void forgetCredentials() {}

    /** The request target as {@link RecordedRequest} may show it. */
    String target(HttpRequest request) {
        return request.target();
    }

    /** What the request shows to be let in, by id and not by value; null if it shows nothing. */
    @Nullable
    String tokenId(HttpRequest request) {
        return shownId(authorization(request));
    }

    private HttpServer.Reply reply(HttpRequest request) {
        Instant arrived = clock.instant();
        Fault fault = faults.take();
        HttpAnswer answer = null;
        if (fault.delivery().sendsAnswer() || fault.answer() != null) {
            HttpAnswer scripted = fault.answer();
            answer = (scripted != null ? scripted : answer(request, fault)).with(fault.headers());
        }
        String tokenId = tokenId(request);
        RecordedRequest record = new RecordedRequest(
                arrived,
                request.method(),
                target(request),
                request.header("Host"),
                tokenId != null,
                tokenId,
                answer == null ? 0 : answer.status());
        synchronized (requests) {
            requests.add(record);
        }
        return new HttpServer.Reply(answer, fault.delivery(), fault.delay(), fault.perByte(), fault.size());
    }

    static String authorization(HttpRequest request) {
        String value = request.header("Authorization");
        return value == null ? "" : value;
    }

    static @Nullable String shownId(String token) {
        if (token.isEmpty()) {
            return null;
        }
        try {
            String id = Jwt.parse(token).text("jti");
            if (id != null) {
                return id;
            }
        } catch (Jwt.MalformedException e) {
            // then by its digest
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The end of a life that starts at that moment: services count from the full second. */
    Instant expiration(Fault fault, Instant start, @Nullable Duration longest) {
        Duration lifetime = credentialLifetime;
        if (longest != null && longest.compareTo(lifetime) < 0) {
            lifetime = longest;
        }
        lifetime = fault.lifetime() != null ? fault.lifetime() : lifetime;
        return Instant.ofEpochSecond(start.getEpochSecond()).plus(lifetime);
    }

    IssuedCredentials issue(String roleArn, Instant expiration) {
        return issue(roleArn, expiration, null);
    }

    IssuedCredentials issue(String roleArn, Instant expiration, @Nullable PodIdentitySession session) {
        IssuedCredentials credentials = fakes.make(roleArn, expiration, padding).with(session);
        synchronized (issued) {
            issued.add(credentials);
        }
        listeners.forEach(listener -> listener.accept(credentials));
        return credentials;
    }

    static String rfc3339Nano(Instant instant) {
        return RFC3339_NANO.format(instant);
    }

    /** The literal as it stands in a URI, without brackets: in canonical text, which agents compare as it is. */
    String literal() {
        return literal(address);
    }

    static String literal(InetAddress address) {
        return address instanceof Inet6Address ? shortened(address.getAddress()) : address.getHostAddress();
    }

    /** As RFC 5952 has it: hexadecimal groups, and the first longest run of zeros left out. */
    private static String shortened(byte[] address) {
        List<String> groups = new ArrayList<>();
        for (int i = 0; i < 16; i += 2) {
            groups.add(Integer.toHexString((address[i] & 0xff) << 8 | (address[i + 1] & 0xff)));
        }
        for (int run = 8; run >= 2; run--) {
            int start = Collections.indexOfSubList(groups, Collections.nCopies(run, "0"));
            if (start >= 0) {
                return String.join(":", groups.subList(0, start)) + "::"
                        + String.join(":", groups.subList(start + run, 8));
            }
        }
        return String.join(":", groups);
    }

    /** {@code http://host:port}. */
    String origin() {
        String host = literal();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    /**
     * Settings of a server before it starts. Not thread-safe.
     *
     * @param <B> the builder's own type
     */
    public abstract static sealed class Builder<B extends Builder<B>>
            permits EcsCredentialsAgent.Builder,
                    EksPodIdentityAgent.Builder,
                    InstanceMetadataService.Builder,
                    PresetAgent.Builder,
                    StsService.Builder {
        InstantSource clock = InstantSource.system();
        InetAddress address = loopback();
        int port;
        FakeCredentials fakes = FakeCredentials.random();

        Builder() {}

        abstract B self();

        /**
         * Takes the time from that clock: expirations, token checks, the Date header, records, rate limits. The
         * system's clock if not set. Faults wait in real time nevertheless.
         *
         * @param clock the server's clock
         * @return this
         */
        public B clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return self();
        }

        /**
         * Listens on that port; on a free one if not set.
         *
         * @param port 0 to 65535, 0 for a free one
         * @return this
         */
        public B port(int port) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("no port: " + port);
            }
            this.port = port;
            return self();
        }

        /**
         * Listens on that address; on 127.0.0.1 if not set.
         *
         * @param address an address of this machine, in general a loopback one
         * @return this
         */
        public B address(InetAddress address) {
            this.address = Objects.requireNonNull(address, "address");
            return self();
        }

        /** For the testkit's own tests: credentials that are known beforehand. */
        B fakes(FakeCredentials fakes) {
            this.fakes = fakes;
            return self();
        }

        private static InetAddress loopback() {
            try {
                return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
