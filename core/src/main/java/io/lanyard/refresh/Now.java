// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.spi.Clock;
import java.time.Duration;

/**
 * Both clocks, read together.
 *
 * @param wall milliseconds of the time of day, which may jump
 * @param nanos elapsed time, which does not, but may stand still while the machine sleeps
 */
record Now(long wall, long nanos) {

    /** How far the clocks may differ before it counts as a jump: more than a gradual clock correction. */
    static final long TOLERANCE_MILLIS = 2_000;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** Some decades: longer than anything waits, and safe to calculate with. */
    private static final Duration LONGEST = Duration.ofMillis(1L << 40);

    static Now of(Clock clock) {
        return new Now(clock.epochMillis(), clock.nanoTime());
    }

    /** Returns the elapsed time since an earlier reading. */
    long millisSince(Now earlier) {
        return (nanos - earlier.nanos) / NANOS_PER_MILLI;
    }

    /** Whether the time of day has moved by another amount than elapsed time. */
    boolean hasJumpedSince(Now earlier) {
        return Math.abs(wall - earlier.wall - millisSince(earlier)) > TOLERANCE_MILLIS;
    }

    /** Returns a moment of elapsed time, at most some decades away. */
    long nanosIn(long millis) {
        return nanos + Math.min(Math.max(millis, 0), LONGEST.toMillis()) * NANOS_PER_MILLI;
    }

    /** Returns a duration in milliseconds; an unbounded one counts as some decades. */
    static long millis(Duration duration) {
        return duration.compareTo(LONGEST) > 0 ? LONGEST.toMillis() : duration.toMillis();
    }

    /** Returns how long until that moment, rounded up; zero when it has passed. */
    long millisUntil(long moment) {
        long left = moment - nanos;
        return left <= 0 ? 0 : (left + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
    }
}
