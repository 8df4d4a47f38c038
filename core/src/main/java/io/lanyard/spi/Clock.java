// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.time.Duration;
import java.time.Instant;

/**
 * Reads the time of day and the elapsed time, and sleeps.
 *
 * <p>Implementations are safe for use by any thread.
 */
public interface Clock {

    /**
     * Returns the time of day, which may jump.
     *
     * @return milliseconds since 1970-01-01T00:00:00Z
     */
    long epochMillis();

    /**
     * Returns the elapsed time since an arbitrary origin. It never jumps back.
     *
     * @return nanoseconds
     */
    long nanoTime();

    /**
     * Sleeps.
     *
     * @param duration how long
     * @throws InterruptedException when the thread is interrupted
     */
    void sleep(Duration duration) throws InterruptedException;

    /**
     * Returns the time of day, which may jump.
     *
     * @return the current moment
     */
    default Instant instant() {
        return Instant.ofEpochMilli(epochMillis());
    }

    /**
     * Returns the clock of this machine.
     *
     * @return the default clock
     */
    static Clock system() {
        return SystemClock.INSTANCE;
    }

    /** The clock of this machine. */
    enum SystemClock implements Clock {
        /** The only instance. */
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
