// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.time.Instant;

/** Virtual true time, in nanoseconds since the start of a simulation. */
final class Time {
    static final long MILLI = 1_000_000;
    static final long SECOND = 1_000 * MILLI;
    static final long MINUTE = 60 * SECOND;
    static final long HOUR = 60 * MINUTE;
    static final long NEVER = Long.MAX_VALUE / 4;

    private static final long START_MILLIS =
            Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    private Time() {}

    static long epochMillis(long time) {
        return START_MILLIS + Math.floorDiv(time, MILLI);
    }

    static long ofEpochMillis(long millis) {
        return (millis - START_MILLIS) * MILLI;
    }
}
