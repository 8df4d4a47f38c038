// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.Category;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Reports a lifecycle event of the application's credentials, as an application event. None holds a secret.
 *
 * <pre>{@code
 * @EventListener
 * void alarm(CredentialsEvent.ServingStale event) { ... }
 * }</pre>
 *
 * <p>Listeners run after every caller has been answered; a listener that blocks or throws does not affect callers.
 */
public sealed interface CredentialsEvent {

    /**
     * New credentials were loaded.
     *
     * @param accessKeyId their access key id
     * @param expiration when they expire, or null when they do not
     */
    record Refreshed(String accessKeyId, @Nullable Instant expiration) implements CredentialsEvent {}

    /**
     * A load failed.
     *
     * @param attempt how many loads have failed in a row, this one included
     * @param category the failure's category
     * @param nextLoad when the next load starts in the background, or null when only a call starts it
     */
    record RefreshFailed(
            int attempt, Category category, @Nullable Instant nextLoad) implements CredentialsEvent {}

    /**
     * The credentials have expired, no newer ones could be loaded, and Lanyard still serves them. Published once in each outage.
     *
     * @param accessKeyId their access key id
     * @param expiration when they expired
     */
    record ServingStale(String accessKeyId, @Nullable Instant expiration) implements CredentialsEvent {}

    /**
     * Credentials were loaded after a failure.
     *
     * @param accessKeyId their access key id
     */
    record Recovered(String accessKeyId) implements CredentialsEvent {}

    /**
     * A source was selected, the first or another one.
     *
     * @param before the source that was in use, or null when there was none
     * @param now the source in use
     * @param accessKeyId the access key id of its credentials
     */
    record SourceChanged(@Nullable String before, String now, String accessKeyId) implements CredentialsEvent {}
}
