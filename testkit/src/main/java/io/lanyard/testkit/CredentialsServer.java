// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.iam.PodIdentitySession;
import io.lanyard.testkit.internal.TokenId;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.internal.http.HttpRequest;
import io.lanyard.testkit.internal.http.HttpServer;
import io.lanyard.testkit.internal.http.Origin;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An emulated server. It listens on loopback, can be stopped, restarted and made to fail, and records its requests and
 * the credentials that it issues.
 *
 * <p>Thread-safe. The server handles requests on daemon threads of its own. No method here waits for them, except
 * {@link #stop()} and {@link #close()}, which wait up to five seconds until those threads have terminated.
 */
public abstract sealed class CredentialsServer implements AutoCloseable
        permits EcsCredentialsAgent, EksPodIdentityAgent, InstanceMetadataService, PresetAgent, StsService {
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
    private boolean closed;

    CredentialsServer(String name, Duration idle, Builder<?> builder) {
        this.name = name;
        this.idle = idle;
        this.clock = builder.clock;
        this.address = builder.address;
        this.fakes = builder.fakes;
        this.port = builder.port;
    }

    /**
     * Returns the port that the server listens on. It stays the same after a restart.
     *
     * @return 1 to 65535
     */
    public int port() {
        return port;
    }

    /**
     * Returns the script of the server's faults, empty at first.
     *
     * @return always the same object
     */
    public FaultScript faults() {
        return faults;
    }

    /**
     * Returns the requests so far, in order of arrival. A request is recorded before its answer is sent.
     *
     * @return a copy
     */
    public List<RecordedRequest> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /**
     * Returns the credentials issued so far, in order. This includes credentials whose answer was broken by a fault.
     *
     * @return a copy
     */
    public List<IssuedCredentials> issued() {
        synchronized (issued) {
            return List.copyOf(issued);
        }
    }

    /**
     * Adds a listener for all credentials issued from now on. It runs on the thread that serves the request, before the
     * answer is sent, so it should be quick. An exception from it breaks that connection.
     *
     * @param listener for example a fake AWS endpoint in the test, which must know the keys that clients use
     */
    public void onIssued(Consumer<IssuedCredentials> listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Sets the lifetime of credentials issued from now on, 6 hours at first unless the server's description says
     * otherwise. It starts at the full second, as at the real services. The server's cache is emptied, so that the next
     * request receives credentials with this lifetime.
     *
     * @param lifetime may be short or negative; the server's description says how it handles that
     */
    public void credentialLifetime(Duration lifetime) {
        this.credentialLifetime = Objects.requireNonNull(lifetime, "lifetime");
        forgetCredentials();
    }

    /**
     * Lengthens the session tokens issued from now on, and empties the server's cache. The server sends a body of more
     * than 2048 bytes in chunks.
     *
     * @param characters the number of additional characters, 0 at first
     */
    public void padSessionToken(int characters) {
        if (characters < 0) {
            throw new IllegalArgumentException("characters must not be negative: " + characters);
        }
        this.padding = characters;
        forgetCredentials();
    }

    /**
     * Stops listening and breaks all connections. From now on the port refuses connections, as it does when the server's
     * process has terminated. Has no effect if the server is stopped already.
     */
    public synchronized void stop() {
        if (server != null) {
            server.close();
            server = null;
            forgetCache();
        }
    }

    /**
     * Listens on the same port again, after {@link #stop()} or while running. State that the real server keeps in memory
     * is lost; script, records and settings stay.
     *
     * @throws UncheckedIOException if another process has taken the port
     * @throws IllegalStateException after {@link #close()}
     */
    public synchronized void restart() {
        stop();
        if (closed) {
            throw new IllegalStateException(name + " is closed and cannot restart; start a new one");
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
     * Saves the script, the settings, the listeners, and whether the server is running.
     *
     * @return an action that restores them, clears the records and empties the server's cache; it can run repeatedly
     */
    public Runnable restorePoint() {
        Runnable script = faults.restorePoint();
        Runnable own = ownRestorePoint();
        List<Consumer<IssuedCredentials>> registered = List.copyOf(listeners);
        Duration lifetime = credentialLifetime;
        int padded = padding;
        boolean running = isRunning();
        return () -> {
            script.run();
            own.run();
            listeners.retainAll(registered);
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
        } else if (server == null && !closed) {
            start();
        }
        synchronized (requests) {
            requests.clear();
        }
        synchronized (issued) {
            issued.clear();
        }
    }

    /** Saves the subclass's own settings; the action restores them. */
    Runnable ownRestorePoint() {
        return () -> {};
    }

    /** Stops the server permanently. Records stay readable. Further calls have no effect. */
    @Override
    public synchronized void close() {
        stop();
        closed = true;
    }

    /** Returns the server's answer to a request that no fault answers. */
    abstract HttpAnswer answer(HttpRequest request, Fault fault);

    /** Discards the state that the real server keeps in memory. */
    void forgetCache() {}

    /** Empties the cache of credentials. */
    void forgetCredentials() {}

    /** Returns the request target as {@link RecordedRequest} may show it. */
    String target(HttpRequest request) {
        return request.target();
    }

    /** Returns the ID of the request's token or signature; null if it has none. */
    @Nullable
    String tokenId(HttpRequest request) {
        return TokenId.of(authorization(request));
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

    /** Returns the expiration of credentials issued at that time. As at the real services, it is a full second. */
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

    InetAddress address() {
        return address;
    }

    String origin() {
        return Origin.of(address, port);
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
         * Sets the clock for expirations, token checks, the Date header, records and rate limits; the system clock by
         * default. Faults wait in real time.
         *
         * @param clock the server's clock
         * @return this
         */
        public B clock(InstantSource clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return self();
        }

        /**
         * Sets the port; a free one by default.
         *
         * @param port 0 to 65535, 0 for a free one
         * @return this
         */
        public B port(int port) {
            if (port < 0 || port > 65535) {
                throw new IllegalArgumentException("port must be from 0 to 65535: " + port);
            }
            this.port = port;
            return self();
        }

        /**
         * Sets the address to listen on; 127.0.0.1 by default.
         *
         * @param address an address of this machine, usually a loopback address
         * @return this
         */
        public B address(InetAddress address) {
            this.address = Objects.requireNonNull(address, "address");
            return self();
        }

        /** Sets the source of the credentials, for the testkit's own tests. */
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
