// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/**
 * A rate limit per second. Requests beyond the limit of their second are rejected; the unused rest of a second is lost. It
 * counts by second instead of using a token bucket, because requests arrive out of order: each load has its own local time.
 */
final class Allowance {
    private static final int SECONDS = 256; // longer than any load

    private final int[] taken = new int[SECONDS];
    private final long[] seconds = new long[SECONDS];

    /** Returns whether a request at that time is within the rate, and counts it if so. */
    boolean take(long time, double rate) {
        long second = time / Time.SECOND;
        int index = (int) (second % SECONDS);
        if (seconds[index] != second) {
            seconds[index] = second;
            taken[index] = 0;
        }
        // a rate below one per second allows none in some seconds
        long allowed = (long) ((second + 1) * rate) - (long) (second * rate);
        if (taken[index] >= allowed) {
            return false;
        }
        taken[index]++;
        return true;
    }
}
