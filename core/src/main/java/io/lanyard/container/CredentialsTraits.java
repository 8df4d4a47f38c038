// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.refresh.FailureKind;
import io.lanyard.refresh.RefreshListener;
import io.lanyard.refresh.Traits;
import io.lanyard.report.ForeignText;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Clock;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Tells the cache what it needs to know about credentials, and passes its events to the listener. */
final class CredentialsTraits implements Traits<ContainerCredentials>, RefreshListener<ContainerCredentials> {

    private final @Nullable CredentialsListener listener;

    /** Requests not yet reported to the listener: it may be slow, and callers are waiting. */
    private final Queue<Exchange> exchanges = new ConcurrentLinkedQueue<>();

    private record Exchange(Duration took, int status) {}

    CredentialsTraits(@Nullable CredentialsListener listener) {
        this.listener = listener;
    }

    @Override
    public Object identity(ContainerCredentials credentials) {
        return credentials.accessKeyId();
    }

    @Override
    public FailureKind kind(Throwable failure) {
        if (!(failure instanceof CredentialsException e)) {
            return FailureKind.UPSTREAM;
        }
        if (!e.recoverable()) {
            return FailureKind.FINAL;
        }
        return switch (e.category()) {
            case TOKEN_FILE_UNREADABLE -> FailureKind.LOCAL;
            // nobody listens there: the agent is away, and whatever is behind it does not hear us
            case UNREACHABLE ->
                e.getCause() instanceof ConnectException || e.getCause() instanceof NoRouteToHostException
                        ? FailureKind.LOCAL
                        : FailureKind.UPSTREAM;
            default -> FailureKind.UPSTREAM;
        };
    }

    @Override
    public RuntimeException unfinished(String reason, @Nullable Throwable cause) {
        return CredentialsException.builder(Category.UNREACHABLE, reason)
                .recoverable(true)
                .cause(cause)
                .build();
    }

    @Override
    public RuntimeException forCaller(Throwable shared) {
        return shared instanceof CredentialsException failure
                ? failure.forCaller()
                : CredentialsException.builder(
                                Category.UNREACHABLE,
                                "the load failed with " + shared.getClass().getName())
                        .recoverable(true)
                        .cause(shared)
                        .build();
    }

    @Override
    public RuntimeException expired(ContainerCredentials credentials, @Nullable Throwable cause) {
        CredentialsException.Builder failure = CredentialsException.builder(
                        Category.EXPIRED,
                        "the credentials expired at "
                                + credentials
                                        .expiration()
                                        .map(Instant::toString)
                                        .orElse("an unknown time")
                                + (cause == null
                                        ? ""
                                        : ", and no newer ones could be loaded: " + ForeignText.of(cause)))
                .recoverable(true)
                .cause(cause);
        if (cause instanceof CredentialsException e) {
            failure.endpoint(e.endpoint().orElse(null)).remedy(e.remedy().orElse(null));
        }
        return failure.build();
    }

    /** Returns the transport; if there is a listener, one that records each request. */
    AgentTransport noted(AgentTransport transport, Clock clock) {
        if (listener == null) {
            return transport;
        }
        return request -> {
            long start = clock.nanoTime();
            int status = 0;
            try {
                AgentResponse response = transport.get(request);
                status = response.status();
                return response;
            } finally {
                exchanges.add(new Exchange(Duration.ofNanos(clock.nanoTime() - start), status));
            }
        };
    }

    @Override
    public void loaded(Duration took, @Nullable Throwable failure) {
        if (listener != null) {
            for (Exchange exchange = exchanges.poll(); exchange != null; exchange = exchanges.poll()) {
                listener.agentAsked(exchange.took(), exchange.status());
            }
            listener.loaded(took, failure == null ? null : category(failure));
        }
    }

    @Override
    public void refreshed(ContainerCredentials credentials) {
        if (listener != null) {
            listener.refreshed(
                    credentials.accessKeyId(), credentials.expiration().orElse(null));
        }
    }

    @Override
    public void refreshFailed(int attempt, Throwable failure, FailureKind kind, @Nullable Instant nextTry) {
        if (listener != null) {
            listener.refreshFailed(attempt, category(failure), nextTry);
        }
    }

    private static Category category(Throwable failure) {
        return failure instanceof CredentialsException e ? e.category() : Category.UNREACHABLE;
    }

    @Override
    public void servingExpired(ContainerCredentials credentials) {
        if (listener != null) {
            listener.servingExpired(
                    credentials.accessKeyId(), credentials.expiration().orElse(null));
        }
    }

    @Override
    public void recovered(ContainerCredentials credentials) {
        if (listener != null) {
            listener.recovered(credentials.accessKeyId());
        }
    }
}
