// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.util.Arrays;
import java.util.Collection;

/** Repeated measurements of one thing. Immutable. */
public final class Sample {
    private final double[] sorted;

    private Sample(double[] sorted) {
        this.sorted = sorted;
    }

    /**
     * Takes the measurements.
     *
     * @param values at least one
     * @return the sample
     */
    public static Sample of(Collection<Double> values) {
        return of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /**
     * Takes the measurements.
     *
     * @param values at least one
     * @return the sample
     */
    public static Sample of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("a sample of nothing");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Sample(sorted);
    }

    /**
     * How often it was measured.
     *
     * @return the number of values
     */
    public int size() {
        return sorted.length;
    }

    /**
     * The value in the middle.
     *
     * @return the median
     */
    public double median() {
        return quantile(0.5);
    }

    /**
     * The value that a share of the others does not exceed, between two values in proportion.
     *
     * @param share 0 for the least to 1 for the greatest
     * @return the quantile
     */
    public double quantile(double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    @Override
    public String toString() {
        return "Sample(" + median() + " of " + sorted.length + ")";
    }
}
