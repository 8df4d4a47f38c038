// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The machine's clock, which a test moves forward. */
final class ShiftedClock implements Clock {

    private final AtomicLong shift = new AtomicLong();

    void pass(Duration time) {
        shift.addAndGet(time.toNanos());
    }

    @Override
    public long epochMillis() {
        return Clock.system().epochMillis() + shift.get() / 1_000_000;
    }

    @Override
    public long nanoTime() {
        return Clock.system().nanoTime() + shift.get();
    }

    @Override
    public void sleep(Duration duration) {
        throw new UnsupportedOperationException();
    }
}
