// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import java.util.Arrays;

/** Durations in nanoseconds, all of them. Not thread-safe. */
final class Latencies {
    private long[] values = new long[4096];
    private int size;
    private boolean sorted;

    void add(long nanos) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size * 2);
        }
        values[size++] = nanos;
        sorted = false;
    }

    void addAll(Latencies others) {
        for (int i = 0; i < others.size; i++) {
            add(others.values[i]);
        }
    }

    /**
     * The smallest duration that no less than that share of all does not exceed; 0 if there are none.
     *
     * @param share 0 to 1; 1 is the slowest
     */
    long percentile(double share) {
        if (size == 0) {
            return 0;
        }
        if (!sorted) {
            Arrays.sort(values, 0, size);
            sorted = true;
        }
        int rank = (int) Math.ceil(share * size);
        return values[Math.max(rank, 1) - 1];
    }
}
