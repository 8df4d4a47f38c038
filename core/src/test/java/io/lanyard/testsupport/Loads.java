// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import io.lanyard.refresh.Loaded;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Outcomes of loads whose values name themselves. */
public final class Loads {

    private Loads() {}

    public static <T> Loaded<T> of(T value, @Nullable Instant expiration) {
        return Loaded.of(value, value.toString(), expiration);
    }
}
