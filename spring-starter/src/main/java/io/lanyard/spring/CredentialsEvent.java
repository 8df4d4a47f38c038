// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.Category;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the application's credentials, published as application events; free of secrets.
 *
 * <pre>{@code
 * @EventListener
 * void alarm(CredentialsEvent.ServingExpired event) { ... }
 * }</pre>
 *
 * <p>Listeners run on the thread of the load, after every caller has been answered: one that blocks or throws harms no
 * caller.
 */
public sealed interface CredentialsEvent {

    /**
     * New credentials are held.
     *
     * @param accessKeyId their access key id
     * @param expiration when they end, or null when they do not
     */
    record Refreshed(String accessKeyId, @Nullable Instant expiration) implements CredentialsEvent {}

    /**
     * A source was asked and gave no credentials.
     *
     * @param attempt how many loads have failed in a row, this one included
     * @param category what kind of failure it was
     * @param nextTry when it is asked next without anybody's call, or null when only a call will do it
     */
    record RefreshFailed(
            int attempt, Category category, @Nullable Instant nextTry) implements CredentialsEvent {}

    /**
     * The credentials have ended, no others can be had, and callers are given them nevertheless. Once in each outage.
     *
     * @param accessKeyId their access key id
     * @param expiration when they ended
     */
    record ServingExpired(String accessKeyId, @Nullable Instant expiration) implements CredentialsEvent {}

    /**
     * There are credentials again after a source had failed.
     *
     * @param accessKeyId the access key id of the credentials now held
     */
    record Recovered(String accessKeyId) implements CredentialsEvent {}

    /**
     * A source was chosen, or another one.
     *
     * @param before the source that was in use, or null when there was none
     * @param now the source in use
     * @param accessKeyId the access key id of its credentials
     */
    record SourceChanged(@Nullable String before, String now, String accessKeyId) implements CredentialsEvent {}
}
