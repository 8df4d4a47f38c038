// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.FailureKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Implements {@link Backoff#standard()}. */
enum StandardBackoff implements Backoff {
    INSTANCE;

    private static final long SHORTEST_MILLIS = 250;
    private static final long LOCAL_FROM_MILLIS = 1_000;
    private static final long LOCAL_TO_MILLIS = 4_500;
    private static final long FIRST_MILLIS = 5_000;
    private static final long LONGEST_MILLIS = 50_000;
    private static final long LONGEST_UNHURRIED_MILLIS = 600_000;

    @Override
    public Duration pause(FailureKind kind, int failures, @Nullable Duration left, double random) {
        if (left == null) {
            return Duration.ofMillis(upperHalf(doubled(failures, LONGEST_UNHURRIED_MILLIS), random));
        }
        long pause = kind == FailureKind.LOCAL
                ? LOCAL_FROM_MILLIS + (long) ((LOCAL_TO_MILLIS - LOCAL_FROM_MILLIS) * random)
                : upperHalf(doubled(failures, LONGEST_MILLIS), random);
        long share = left.toMillis() / 2;
        return Duration.ofMillis(
                share == 0 ? pause : Math.max(SHORTEST_MILLIS, Math.min(pause, upperHalf(share, random))));
    }

    private static long doubled(int failures, long longest) {
        return Math.min(longest, FIRST_MILLIS << Math.min(failures - 1, 10));
    }

    // full jitter starts from zero and would sometimes load from a failing source twice in a second
    private static long upperHalf(long millis, double random) {
        return (long) (millis * (0.5 + 0.5 * random));
    }
}
