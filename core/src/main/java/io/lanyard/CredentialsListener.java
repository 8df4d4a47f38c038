// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Receives credential lifecycle events, for metrics, logs and alarms.
 *
 * <p>Runs on Lanyard's shared threads, never on a caller's and never on the timer's, after the callers have got their
 * result. A listener that blocks or throws delays or loses only its own events. It must be safe for use by any thread.
 * No event contains a secret.
 */
public interface CredentialsListener {

    /**
     * Reports that newer credentials have been loaded and cached.
     *
     * @param accessKeyId their access key id
     * @param expiration when they expire, or null when they do not
     */
    default void refreshed(String accessKeyId, @Nullable Instant expiration) {}

    /**
     * Reports that a load failed.
     *
     * @param attempt how many loads have failed in a row, this one included
     * @param category what kind of failure it was
     * @param nextLoad when the next load starts without a call, or null when only a call starts one
     */
    default void refreshFailed(int attempt, Category category, @Nullable Instant nextLoad) {}

    /**
     * Reports that the credentials have expired, no newer ones could be loaded, and callers get the stale ones. Called
     * once in each outage.
     *
     * @param accessKeyId their access key id
     * @param expiration when they expired
     */
    default void servingStale(String accessKeyId, @Nullable Instant expiration) {}

    /**
     * Reports that a load succeeded after failures.
     *
     * @param accessKeyId the access key id of the credentials now cached
     */
    default void recovered(String accessKeyId) {}

    /**
     * Reports that a load has completed, successfully or not.
     *
     * @param took from the moment it was due, all attempts and pauses included
     * @param failure what kind of failure it was, or null when there are credentials, be they new or the same
     */
    default void loaded(Duration took, @Nullable Category failure) {}

    /**
     * Reports one request to the agent. Called for every attempt, after the load that it belongs to has completed.
     *
     * @param took from the first byte to the last, connecting included
     * @param status the HTTP status of the answer, or 0 when there was none
     */
    default void attempted(Duration took, int status) {}

    /**
     * Reports that a chain has selected a source, or has changed to another.
     *
     * @param before the name of the source that was in use, or null when there was none
     * @param now the name of the source in use
     * @param accessKeyId the access key id of its credentials
     */
    default void sourceChanged(@Nullable String before, String now, String accessKeyId) {}
}
