// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsListener;
import io.lanyard.refresh.Loaded;
import io.lanyard.refresh.Loader;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Loads credentials from the agent.
 *
 * <p>A load is one {@link Attempt} after another, until one succeeds or {@link Retries} allows no more. This class has
 * what outlasts a load: the configuration, the tokens that were sent, whether there have ever been credentials, and
 * whether the last load failed.
 *
 * <p>Safe for use by several threads, because a load that the cache has abandoned may still run beside the next one.
 */
final class CredentialsLoader implements Loader<ContainerCredentials> {

    private static final int MOST_TOKENS = 4;

    final ContainerConfiguration configuration;
    final AgentEndpoint endpoint;
    final TokenSource token;
    final LoadPolicy policy;
    private final AgentTransport transport;

    /** The tokens that were sent last: an agent may repeat one when the next one has been sent. */
    private final List<String> sentTokens = new ArrayList<>(); // guarded by itself

    /** The attempts that the listener has not received yet. */
    private final Queue<Consumer<CredentialsListener>> events = new ConcurrentLinkedQueue<>();

    // volatile: a load that the cache has abandoned may still run beside the next one
    private volatile boolean everLoaded;
    private volatile boolean outage;

    /** When the first load of all started; null before. */
    private volatile @Nullable Long firstStart;

    CredentialsLoader(ContainerConfiguration configuration, AgentEndpoint endpoint, TokenSource token) {
        this.configuration = configuration;
        this.endpoint = endpoint;
        this.token = token;
        this.policy = LoadPolicy.of(configuration);
        this.transport = configuration.transport(endpoint);
    }

    @Override
    public Loaded<ContainerCredentials> load() throws InterruptedException {
        long start = clock().nanoTime();
        if (firstStart == null) {
            firstStart = start;
        }
        boolean failed = true;
        try {
            Loaded<ContainerCredentials> loaded = attempts(start);
            everLoaded = true;
            failed = false;
            return loaded;
        } finally {
            // the cache's back-off spaces the loads of an outage: one attempt in each is enough
            outage = failed && everLoaded;
        }
    }

    private Loaded<ContainerCredentials> attempts(long start) throws InterruptedException {
        Attempt attempt = new Attempt(this, start, null);
        Retries retries = null;
        while (true) {
            try {
                return attempt.run();
            } catch (RuntimeException e) {
                retries = retries == null ? new Retries(this, start, outage ? 1 : policy.maxAttempts()) : retries;
                attempt = retries.after(attempt, e);
            }
        }
    }

    /** Sends a request, and keeps how long it took for the listener. */
    @Nullable
    AgentResponse send(AgentRequest request) throws IOException {
        if (configuration.listener == null) {
            return transport.get(request);
        }
        long start = clock().nanoTime();
        int status = 0;
        try {
            AgentResponse response = transport.get(request);
            status = response == null ? 0 : response.status();
            return response;
        } finally {
            Duration took = Duration.ofNanos(clock().nanoTime() - start);
            int answered = status;
            events.add(listener -> listener.attempted(took, answered));
        }
    }

    @Override
    public void report(CredentialsListener listener) {
        for (Consumer<CredentialsListener> event = events.poll(); event != null; event = events.poll()) {
            event.accept(listener);
        }
    }

    /** Adds a token to the {@linkplain #secrets secrets}, before it is sent. */
    void keepSecret(@Nullable String sent) {
        synchronized (sentTokens) {
            if (sent != null && !sentTokens.contains(sent)) {
                sentTokens.add(sent);
                if (sentTokens.size() > MOST_TOKENS) {
                    sentTokens.remove(0);
                }
            }
        }
    }

    /** Returns what the agent may repeat and no text may show. */
    List<String> secrets() {
        List<String> secrets = endpoint.secrets();
        synchronized (sentTokens) {
            secrets.addAll(sentTokens);
        }
        return secrets;
    }

    Clock clock() {
        return configuration.clock;
    }

    /** Returns what is left of the load timeout. */
    Duration left(long start) {
        return left(policy.loadTimeout(), start);
    }

    /** Returns what is left of the start-up patience. It is counted once, from the start of the first load. */
    Duration patienceLeft() {
        Long first = firstStart;
        return everLoaded || first == null ? Duration.ZERO : left(policy.startupPatience(), first);
    }

    private Duration left(Duration whole, long start) {
        Duration left = whole.minusNanos(clock().nanoTime() - start);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
