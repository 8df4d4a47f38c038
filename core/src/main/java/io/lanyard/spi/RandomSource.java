// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Random numbers, for jitter.
 *
 * <p>Implementations are safe for use by any thread and do not block.
 */
@FunctionalInterface
public interface RandomSource {

    /**
     * Returns a random number.
     *
     * @return a number from 0 (inclusive) to 1 (exclusive)
     */
    double nextDouble();

    /**
     * Returns the random numbers of the calling thread.
     *
     * @return the default source
     */
    static RandomSource system() {
        return ThreadRandom.INSTANCE;
    }

    /** The default source. */
    enum ThreadRandom implements RandomSource {
        /** The only instance. */
        INSTANCE;

        @Override
        public double nextDouble() {
            return ThreadLocalRandom.current().nextDouble();
        }
    }
}
