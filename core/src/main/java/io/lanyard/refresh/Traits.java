// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link RefreshingCache} has to know of its values and of the failures to load them.
 *
 * <p>Implementations are safe for use by any thread and do not block.
 *
 * @param <T> the value's type
 */
public interface Traits<T> {

    /**
     * Returns what {@link RefreshingCache#invalidate} is given and what the log calls a value.
     *
     * @param value a value
     * @return its identity, compared by {@code equals}, free of secrets; by default the value itself
     */
    default Object identity(T value) {
        return value;
    }

    /**
     * Returns whether two values are the same in everything, secrets and stated expiration included: a load that gives
     * the same value has brought nothing new, and anything else is newer.
     *
     * @param cached the value that is cached
     * @param loaded the value that a load has brought
     * @return true when nothing differs; by default what {@code equals} says
     */
    default boolean isSame(T cached, T loaded) {
        return cached.equals(loaded);
    }

    /**
     * Classifies a failure: what it means for the next load.
     *
     * @param failure what the loader threw
     * @return its kind; by default {@link FailureKind#UPSTREAM}, which spares the source
     */
    default FailureKind kind(Throwable failure) {
        return FailureKind.UPSTREAM;
    }

    /**
     * Makes the failure for a value that has expired and is not handed out.
     *
     * @param value the value
     * @param cause why there is no newer one, or null when the source itself gave one that had expired
     * @return the failure, which callers share
     */
    default RuntimeException expired(T value, @Nullable Throwable cause) {
        return new IllegalStateException("the value has expired", cause);
    }

    /**
     * Makes the failure of a load that cannot be made, or has not ended in time and was abandoned.
     *
     * @param reason what happened, in words
     * @param cause the stack at which the load hangs, or what keeps it from being made; null where nothing is known
     * @return the failure, which callers share
     */
    default RuntimeException unfinished(String reason, @Nullable Throwable cause) {
        return new IllegalStateException(reason, cause);
    }

    /**
     * Makes an exception of one caller's own, with the frames of the current thread.
     *
     * @param shared the failure that all callers share, which must not be changed
     * @return an exception with the shared failure as its cause
     */
    default RuntimeException forCaller(Throwable shared) {
        return new IllegalStateException(shared.getMessage(), shared);
    }
}
