// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a load gave: the value, and when it ends by the local clock.
 *
 * <p>Immutable; as safe for use by several threads as the value is.
 *
 * @param <T> the value's type
 */
public final class Loaded<T> {

    private final T value;
    private final @Nullable Instant end;

    private Loaded(T value, @Nullable Instant end) {
        this.value = value;
        this.end = end;
    }

    /**
     * A value and its end.
     *
     * @param value the value
     * @param end when it ends by the local clock, or null when it does not
     * @param <T> the value's type
     * @return both
     */
    public static <T> Loaded<T> of(T value, @Nullable Instant end) {
        return new Loaded<>(value, end);
    }

    /**
     * The value.
     *
     * @return the value
     */
    public T value() {
        return value;
    }

    /**
     * When the value ends by the local clock; absent when it does not.
     *
     * @return the end
     */
    public Optional<Instant> end() {
        return Optional.ofNullable(end);
    }

    @Override
    public String toString() {
        return "Loaded(" + value + ")";
    }
}
