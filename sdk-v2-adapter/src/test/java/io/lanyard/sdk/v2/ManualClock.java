// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.Clock;
import java.time.Duration;
import java.time.Instant;

/** A clock that a test moves. Safe for use by any thread. */
final class ManualClock implements Clock {

    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private volatile long nanos = 1;

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread moves it
    void pass(Duration time) {
        nanos += time.toNanos();
    }

    @Override
    public long epochMillis() {
        return BEGIN.toEpochMilli() + nanos / 1_000_000;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public void sleep(Duration duration) {
        throw new UnsupportedOperationException();
    }
}
