// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import io.lanyard.spi.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still unless somebody sleeps by it. Safe for use by any thread. */
public final class VirtualClock implements Clock {

    private final Instant start;
    private final AtomicLong elapsed = new AtomicLong();

    public VirtualClock(Instant start) {
        this.start = start;
    }

    @Override
    public long epochMillis() {
        return start.plusNanos(elapsed.get()).toEpochMilli();
    }

    @Override
    public long nanoTime() {
        return elapsed.get();
    }

    @Override
    public void sleep(Duration duration) {
        advance(duration);
    }

    /** Lets time pass. */
    public void advance(Duration duration) {
        elapsed.addAndGet(duration.toNanos());
    }
}
