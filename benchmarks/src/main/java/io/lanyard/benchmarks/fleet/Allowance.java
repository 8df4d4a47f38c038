// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/**
 * A limit of so many a second. What a second's allowance does not cover is refused, and what is left of it is not
 * carried over. Counted by the second and not by a running bucket, because loads ask in their local times, out of order
 * by as much as the longest of them.
 */
final class Allowance {
    private static final int REMEMBERED = 256; // seconds; more than any load takes

    private final int[] taken = new int[REMEMBERED];
    private final long[] seconds = new long[REMEMBERED];

    /** Takes one, if that second still has one at this rate. */
    boolean take(long time, double rate) {
        long second = time / Time.SECOND;
        int index = (int) (second % REMEMBERED);
        if (seconds[index] != second) {
            seconds[index] = second;
            taken[index] = 0;
        }
        // a rate below one a second has seconds without any
        long allowed = (long) ((second + 1) * rate) - (long) (second * rate);
        if (taken[index] >= allowed) {
            return false;
        }
        taken[index]++;
        return true;
    }
}
