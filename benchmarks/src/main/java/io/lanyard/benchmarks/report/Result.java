// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The measurements of one contestant.
 *
 * @param subject the operation that was measured
 * @param measure the quantity, such as time
 * @param unit the unit; may be empty
 * @param contestant the name of the contestant
 * @param sample the measured values
 */
public record Result(String subject, String measure, String unit, String contestant, Sample sample) {
    private static final List<String> HEAD =
            List.of("subject", "measure", "unit", "contestant", "median", "min", "p25", "p75", "max", "runs");

    /** Returns the median of one result; empty if it was not measured. */
    public static Optional<Double> median(List<Result> results, String subject, String measure, String contestant) {
        return results.stream()
                .filter(result -> result.subject.equals(subject)
                        && result.measure.equals(measure)
                        && result.contestant.equals(contestant))
                .map(result -> result.sample.median())
                .findFirst();
    }

    /** Returns a table with the ratio of two contestants' medians for each subject and measure that both have. */
    public static String ratios(List<Result> results, String first, String second) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(first + " : " + second, "", "ratio", "", "", ""));
        for (Result result : results) {
            Optional<Double> other = median(results, result.subject, result.measure, second);
            if (result.contestant.equals(first) && other.isPresent()) {
                double median = result.sample.median();
                rows.add(List.of(
                        result.subject,
                        result.measure,
                        other.get() == 0 ? "" : String.format(Locale.ROOT, "%.2f", median / other.get()),
                        number(median),
                        ": " + number(other.get()),
                        result.unit));
            }
        }
        return Text.aligned(rows, 2);
    }

    /** Returns a table of all results with their quantiles. */
    public static String table(List<Result> results) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "", "", "median", "min", "p25", "p75", "max", "runs", "unit"));
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

    /** Returns all results as rows for {@link Text#csv} and {@link Text#json}. */
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
