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
     * What tells one value from the next. A load that gives the same identity and the same end has brought nothing
     * new, and {@link RefreshingCache#invalidate} is given this.
     *
     * @param value a value
     * @return its identity, compared by {@code equals}; by default the value itself
     */
    default Object identity(T value) {
        return value;
    }

    /**
     * What a failure means for the next load.
     *
     * @param failure what the loader threw
     * @return its kind; by default {@link FailureKind#UPSTREAM}, which spares the source
     */
    default FailureKind kind(Throwable failure) {
        return FailureKind.UPSTREAM;
    }

    /**
     * Makes the failure for a value that has ended and is not handed out.
     *
     * @param value the value
     * @param cause why there is no newer one, or null when the source itself gave one that had ended
     * @return what callers get
     */
    default RuntimeException ended(T value, @Nullable Throwable cause) {
        return new IllegalStateException("the value has ended", cause);
    }
}
