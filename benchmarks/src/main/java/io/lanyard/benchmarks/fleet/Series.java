// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.Arrays;

/** A number for each measured second. */
final class Series {
    private static final int MINUTE = 60;

    private final int[] values;

    Series(int[] values, int from, int to) {
        this.values = Arrays.copyOfRange(values, from, to);
    }

    long total() {
        return Arrays.stream(values).asLongStream().sum();
    }

    long peakSecond() {
        return Arrays.stream(values).max().orElse(0);
    }

    long peakMinute() {
        return (long) (Arrays.stream(minutes()).max().orElse(0) * MINUTE);
    }

    /** Returns the average of each whole minute. */
    double[] minutes() {
        double[] minutes = new double[values.length / MINUTE];
        for (int i = 0; i < minutes.length; i++) {
            minutes[i] = Arrays.stream(values, i * MINUTE, (i + 1) * MINUTE)
                    .average()
                    .orElse(0);
        }
        return minutes;
    }
}
