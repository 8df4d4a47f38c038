// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What one contestant took of one thing.
 *
 * @param subject what it did
 * @param measure what was measured
 * @param unit the unit, for a column's head
 * @param contestant who
 * @param sample the measurements
 */
public record Result(String subject, String measure, String unit, String contestant, Sample sample) {
    private static final List<String> HEAD = List.of(
            "subject", "measure", "unit", "contestant", "median", "least", "quarter", "three_quarters", "most", "runs");

    /**
     * The one result that there is for these.
     *
     * @param results all of them
     * @param subject what was done
     * @param measure what was measured
     * @param contestant who
     * @return the median; empty when that was not measured
     */
    public static Optional<Double> median(List<Result> results, String subject, String measure, String contestant) {
        return results.stream()
                .filter(result -> result.subject.equals(subject)
                        && result.measure.equals(measure)
                        && result.contestant.equals(contestant))
                .map(result -> result.sample.median())
                .findFirst();
    }

    /**
     * One contestant beside another, subject by subject, by their medians.
     *
     * @param results all of them
     * @param ours the first
     * @param theirs the other
     * @return a table with a line for each subject and measure that both have
     */
    public static String ratios(List<Result> results, String ours, String theirs) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(ours + " : " + theirs, "", "ratio", "", "", ""));
        for (Result own : results) {
            Optional<Double> other = median(results, own.subject, own.measure, theirs);
            if (own.contestant.equals(ours) && other.isPresent()) {
                double median = own.sample.median();
                rows.add(List.of(
                        own.subject,
                        own.measure,
                        other.get() == 0 ? "" : String.format(Locale.ROOT, "%.2f", median / other.get()),
                        number(median),
                        ": " + number(other.get()),
                        own.unit));
            }
        }
        return Text.aligned(rows, 2);
    }

    /**
     * All results with their spread.
     *
     * @param results all of them
     * @return a table for people
     */
    public static String table(List<Result> results) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "", "", "median", "least", "quarter", "three quarters", "most", "runs", "unit"));
        String last = "";
        for (Result result : results) {
            String group = result.subject + result.measure;
            List<String> row =
                    new ArrayList<>(group.equals(last) ? List.of("", "") : List.of(result.subject, result.measure));
            row.add(result.contestant);
            for (double figure : result.figures()) {
                row.add(number(figure));
            }
            row.add(String.valueOf(result.sample.size()));
            row.add(result.unit);
            rows.add(row);
            last = group;
        }
        return Text.aligned(rows, 3);
    }

    /**
     * All results for programs.
     *
     * @param results all of them
     * @return rows for {@link Text#csv} and {@link Text#json}
     */
    public static List<List<String>> rows(List<Result> results) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        for (Result result : results) {
            List<String> row = new ArrayList<>(List.of(result.subject, result.measure, result.unit, result.contestant));
            for (double figure : result.figures()) {
                row.add(String.format(Locale.ROOT, "%.3f", figure));
            }
            row.add(String.valueOf(result.sample.size()));
            rows.add(row);
        }
        return rows;
    }

    private double[] figures() {
        return new double[] {
            sample.median(), sample.quantile(0), sample.quantile(0.25), sample.quantile(0.75), sample.quantile(1)
        };
    }

    private static String number(double value) {
        return value != 0 && Math.abs(value) < 99.95
                ? String.format(Locale.ROOT, "%.1f", value)
                : Units.grouped(Math.round(value));
    }
}
