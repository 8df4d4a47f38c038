// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.SplittableRandom;

/** The refresh rules of the AWS SDK's provider. */
enum SdkRules {
    /** As released: refresh 15 min before expiration or after an hour, whichever is earlier; retry at once after a failure. */
    RELEASED(false) {
        @Override
        long prefetchFrom(long wall, long end) {
            return Math.min(wall + Time.HOUR, end - 15 * Time.MINUTE);
        }
    },
    /**
     * As announced: refresh an hour before expiration, 15 min before it with lifetimes below 90 min, 5 min with lifetimes
     * up to 20 min. After a failure, serve the last credentials and back off for five to ten minutes.
     */
    ANNOUNCED(true) {
        @Override
        long prefetchFrom(long wall, long end) {
            long lifetime = end - wall;
            long window = lifetime <= 20 * Time.MINUTE
                    ? 5 * Time.MINUTE
                    : lifetime < 90 * Time.MINUTE ? 15 * Time.MINUTE : Time.HOUR;
            // a window longer than the remaining lifetime is replaced by the last minute
            return end - (window < lifetime ? window : Time.MINUTE);
        }
    };

    private static final long MIN_BACK_OFF = 5 * Time.MINUTE;
    private static final long MAX_BACK_OFF = 10 * Time.MINUTE;

    private final boolean servesStale;

    SdkRules(boolean servesStale) {
        this.servesStale = servesStale;
    }

    /** Returns when one caller starts to refresh, by the node's clock and before jitter. */
    abstract long prefetchFrom(long wall, long end);

    /** Returns whether the provider backs off after a failure and serves the cached credentials, even expired ones. */
    boolean servesStale() {
        return servesStale;
    }

    long backOff(SplittableRandom random) {
        return random.nextLong(MIN_BACK_OFF, MAX_BACK_OFF);
    }
}
