// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Receives the lifecycle events of a cached value.
 *
 * <p>Runs on the shared threads, never on a caller's and never on the timer's, after the callers have got their result
 * and the next refresh has been scheduled. A listener that blocks or throws delays or loses only its own events. It must
 * be safe for use by any thread.
 *
 * @param <T> the value's type
 */
public interface RefreshListener<T> {

    /**
     * Reports that a load has completed, successfully or not. Called before the other events of the load.
     *
     * @param took from the moment it was due
     * @param failure why it brought no value, or null when it brought one, be it new or the same
     */
    default void loaded(Duration took, @Nullable Throwable failure) {}

    /**
     * Reports that a newer value has been loaded and cached.
     *
     * @param value the value
     */
    default void refreshed(T value) {}

    /**
     * Reports that a load failed.
     *
     * @param attempt how many loads have failed in a row, this one included
     * @param failure the failure
     * @param kind its kind
     * @param nextTry when the next load starts without a call, or null when only a call starts one
     */
    default void refreshFailed(int attempt, Throwable failure, FailureKind kind, @Nullable Instant nextTry) {}

    /**
     * Reports that the value has expired, loads fail, and callers get the stale value. Called once in each outage.
     *
     * @param value the value that has expired
     */
    default void servingExpired(T value) {}

    /**
     * Reports that a load succeeded after failures. Called after {@link #refreshed} when the value is a new one.
     *
     * @param value the value now cached
     */
    default void recovered(T value) {}
}
