// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.time.Duration;
import java.time.Instant;

/**
 * Time: of the day, elapsed, and passing.
 *
 * <p>Implementations are safe for use by any thread.
 */
public interface Clock {

    /**
     * The time of day; may jump.
     *
     * @return milliseconds since 1970-01-01T00:00:00Z
     */
    long epochMillis();

    /**
     * Elapsed time from an arbitrary origin; never jumps back.
     *
     * @return nanoseconds
     */
    long nanoTime();

    /**
     * Lets time pass.
     *
     * @param duration how long
     * @throws InterruptedException when the thread is interrupted meanwhile
     */
    void sleep(Duration duration) throws InterruptedException;

    /**
     * The time of day; may jump.
     *
     * @return the present moment
     */
    default Instant instant() {
        return Instant.ofEpochMilli(epochMillis());
    }

    /**
     * The machine's clock.
     *
     * @return the clock of this machine
     */
    static Clock system() {
        return SystemClock.INSTANCE;
    }

    /** The machine's own. */
    enum SystemClock implements Clock {
        /** There is one machine. */
        INSTANCE;

        @Override
        public long epochMillis() {
            return System.currentTimeMillis();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            Thread.sleep(duration.toMillis());
        }
    }
}
