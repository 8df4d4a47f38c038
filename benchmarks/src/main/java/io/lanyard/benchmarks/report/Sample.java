// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.util.Arrays;
import java.util.Collection;

/** Repeated measurements of one quantity. Immutable. */
public final class Sample {
    private final double[] sorted;

    private Sample(double[] sorted) {
        this.sorted = sorted;
    }

    /** Returns a sample of at least one value. */
    public static Sample of(Collection<Double> values) {
        return of(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** Returns a sample of at least one value. */
    public static Sample of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("a sample needs at least one value");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return new Sample(sorted);
    }

    /** Returns the number of values. */
    public int size() {
        return sorted.length;
    }

    /** Returns the median. */
    public double median() {
        return quantile(0.5);
    }

    /** Returns a quantile, from 0 for the minimum to 1 for the maximum, interpolated between two values. */
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
