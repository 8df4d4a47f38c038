// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Hears what becomes of the credentials: for metrics, for a log, for an alarm before anybody notices.
 *
 * <p>Called on the thread that asked the agent, after every caller has been answered: a listener that blocks or throws
 * harms nobody but itself. It must be safe for use by any thread. It is given no secret.
 */
public interface CredentialsListener {

    /**
     * New credentials are held.
     *
     * @param accessKeyId their access key id
     * @param expiration when they end, or null when they do not
     */
    default void refreshed(String accessKeyId, @Nullable Instant expiration) {}

    /**
     * A source was asked and gave no credentials.
     *
     * @param attempt how many loads have failed in a row, this one included
     * @param category what kind of failure it was
     * @param nextTry when the source is asked next without anybody's call, or null when only a call will do it
     */
    default void refreshFailed(int attempt, Category category, @Nullable Instant nextTry) {}

    /**
     * The credentials have ended, no others can be had, and callers are given them nevertheless. Told once in each
     * outage.
     *
     * @param accessKeyId their access key id
     * @param expiration when they ended
     */
    default void servingExpired(String accessKeyId, @Nullable Instant expiration) {}

    /**
     * A source gave credentials again after it had failed to.
     *
     * @param accessKeyId the access key id of the credentials now held
     */
    default void recovered(String accessKeyId) {}

    /**
     * A load has ended: the source was asked, as often as it takes, for first credentials or for later ones.
     *
     * @param took from the moment it was due, all attempts and pauses included
     * @param failure what kind of failure it was, or null when there are credentials, be they new or the same
     */
    default void loaded(Duration took, @Nullable Category failure) {}

    /**
     * The agent was sent one request. Told of every attempt, once the load that it belongs to has ended.
     *
     * @param took from the first byte to the last, connecting included
     * @param status the HTTP status of the answer, or 0 when there was none
     */
    default void agentAsked(Duration took, int status) {}

    /**
     * A chain has chosen a source, or moved to another.
     *
     * @param before the slot of the source that was in use, or null when there was none
     * @param now the slot of the source in use
     * @param accessKeyId the access key id of its credentials
     */
    default void sourceChanged(@Nullable String before, String now, String accessKeyId) {}
}
