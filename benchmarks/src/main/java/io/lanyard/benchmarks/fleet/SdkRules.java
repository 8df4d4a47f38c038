// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.SplittableRandom;

/** When the AWS SDK asks again. */
enum SdkRules {
    /** As released: from a quarter of an hour before the end, or an hour from now; again at once when that fails. */
    RELEASED(false) {
        @Override
        long prefetchFrom(long wall, long end) {
            return Math.min(wall + Time.HOUR, end - 15 * Time.MINUTE);
        }
    },
    /**
     * As announced: an hour before the end, a quarter of an hour of lives below 90 min, 5 min of those up to 20 min. After
     * a failure the last credentials are served on, and the agent is not asked for five to ten minutes.
     */
    ANNOUNCED(true) {
        @Override
        long prefetchFrom(long wall, long end) {
            long life = end - wall;
            long window =
                    life <= 20 * Time.MINUTE ? 5 * Time.MINUTE : life < 90 * Time.MINUTE ? 15 * Time.MINUTE : Time.HOUR;
            // a window that covers all that is left gives way to the last minute
            return end - (window < life ? window : Time.MINUTE);
        }
    };

    private static final long SHORTEST_PAUSE = 5 * Time.MINUTE;
    private static final long LONGEST_PAUSE = 10 * Time.MINUTE;

    private final boolean servesOn;

    SdkRules(boolean servesOn) {
        this.servesOn = servesOn;
    }

    /** From when on one caller refreshes, by the node's clock, before jitter. */
    abstract long prefetchFrom(long wall, long end);

    /** Whether a failure leaves the credentials in use, past their end too, and the agent alone for a while. */
    boolean servesOn() {
        return servesOn;
    }

    long pause(SplittableRandom random) {
        return random.nextLong(SHORTEST_PAUSE, LONGEST_PAUSE);
    }
}
