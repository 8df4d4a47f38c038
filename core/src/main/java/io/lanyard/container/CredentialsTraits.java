// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.refresh.FailureKind;
import io.lanyard.refresh.RefreshListener;
import io.lanyard.refresh.Traits;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What the cache has to know of credentials, and what listeners are told of them. */
final class CredentialsTraits implements Traits<ContainerCredentials>, RefreshListener<ContainerCredentials> {

    private final @Nullable CredentialsListener listener;

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
    public RuntimeException ended(ContainerCredentials credentials, @Nullable Throwable cause) {
        CredentialsException.Builder failure = CredentialsException.builder(
                        Category.EXPIRED,
                        "the credentials ended at "
                                + credentials
                                        .expiration()
                                        .map(Instant::toString)
                                        .orElse("an unknown time")
                                + (cause == null ? "" : ", and there are no others: " + cause.getMessage()))
                .recoverable(true)
                .cause(cause);
        if (cause instanceof CredentialsException e) {
            failure.endpoint(e.endpoint().orElse(null));
        }
        return failure.build();
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
            Category category = failure instanceof CredentialsException e ? e.category() : Category.UNREACHABLE;
            listener.refreshFailed(attempt, category, nextTry);
        }
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
