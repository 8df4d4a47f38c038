// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Hears what becomes of a value.
 *
 * <p>Called on the thread that ran the load, after everybody who waited for it has been answered and after the next
 * refresh has been arranged: a listener that blocks or throws harms nobody but itself. It must be safe for use by any
 * thread; events of one cache come one after the other unless a listener takes longer than the time to the next load.
 *
 * @param <T> the value's type
 */
public interface RefreshListener<T> {

    /**
     * A load has ended. Comes before what else there is to say of it.
     *
     * @param took from the moment it was due
     * @param failure why it brought no value, or null when it brought one, be it new or the same
     */
    default void loaded(Duration took, @Nullable Throwable failure) {}

    /**
     * A new value is held.
     *
     * @param value the value
     */
    default void refreshed(T value) {}

    /**
     * A load failed.
     *
     * @param attempt how many loads have failed in a row, this one included
     * @param failure the failure
     * @param kind its kind
     * @param nextTry when the source is asked next without anybody's call, or null when only a call will do it
     */
    default void refreshFailed(int attempt, Throwable failure, FailureKind kind, @Nullable Instant nextTry) {}

    /**
     * The value has ended, loads fail, and callers are given it nevertheless. Told once in each outage.
     *
     * @param value the value that has ended
     */
    default void servingExpired(T value) {}

    /**
     * A load succeeded after others had failed. Comes after {@link #refreshed} when the value is a new one.
     *
     * @param value the value now held
     */
    default void recovered(T value) {}
}
