// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import io.lanyard.benchmarks.report.Text;
import io.lanyard.benchmarks.report.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Formats the outcomes as tables and CSV rows. */
final class Report {
    /** Differences up to this share are within the randomness of a run. */
    private static final double NOISE = 0.02;

    private Report() {}

    /** Returns a table of Lanyard beside another policy in each scenario. */
    static String ratios(List<Outcome> outcomes, Policy policy) {
        List<Measure> measures = List.of(
                Measure.POD_SECONDS_WITHOUT_CREDENTIALS,
                Measure.UNSUCCESSFUL_CALLS,
                Measure.WAITED_SECONDS,
                Measure.AGENTS_TOTAL,
                Measure.EKS_AUTH_TOTAL,
                Measure.EKS_AUTH_PEAK_MINUTE,
                Measure.ALL_FRESH_SECONDS);
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(Policy.LANYARD.title() + " : " + policy.title()));
        measures.forEach(measure -> head.addAll(List.of(measure.head(), "")));
        rows.add(head);
        for (Outcome other : of(outcomes, policy)) {
            Outcome lanyard = lanyard(outcomes, other);
            List<String> row = new ArrayList<>(List.of(lanyard.scenario().name()));
            for (Measure measure : measures) {
                double first = measure.of(lanyard);
                double second = measure.of(other);
                String ratio =
                        Double.isInfinite(first + second) ? "" : Units.ratio(Math.round(first), Math.round(second));
                boolean bothZero = first == 0 && second == 0;
                row.add(bothZero ? "0" : Units.compact(first) + " : " + Units.compact(second));
                row.add(ratio.isEmpty() ? "" : "(" + ratio + ")");
            }
            rows.add(row);
        }
        return Text.aligned(rows, 1);
    }

    static String table(List<Outcome> outcomes) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("scenario", "policy"));
        Measure.COMPARED.forEach(measure -> head.add(measure.head()));
        rows.add(head);
        String last = "";
        for (Outcome outcome : outcomes) {
            String name = outcome.scenario().name();
            List<String> row = new ArrayList<>(
                    List.of(name.equals(last) ? "" : name, outcome.policy().title()));
            Measure.COMPARED.forEach(measure -> row.add(Units.compact(measure.of(outcome))));
            rows.add(row);
            last = name;
        }
        return Text.aligned(rows, 2);
    }

    /** Returns one line for each measure in which Lanyard is worse than another policy by more than the noise. */
    static List<String> worse(List<Outcome> outcomes) {
        List<String> worse = new ArrayList<>();
        for (Outcome other : outcomes) {
            if (other.policy().equals(Policy.LANYARD)) {
                continue;
            }
            for (Measure measure : Measure.COMPARED) {
                double first = measure.of(lanyard(outcomes, other));
                double second = measure.of(other);
                if (first > second * (1 + NOISE)) {
                    worse.add(other.scenario().name() + ": " + measure.key() + ": " + Units.compact(first)
                            + " instead of " + Units.compact(second) + " with "
                            + other.policy().title());
                }
            }
        }
        return worse;
    }

    static List<List<String>> rows(List<Outcome> outcomes) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("scenario", "policy", "pods"));
        for (Measure measure : Measure.values()) {
            head.add(measure.key());
        }
        rows.add(head);
        for (Outcome outcome : outcomes) {
            List<String> row = new ArrayList<>(
                    List.of(outcome.scenario().name(), outcome.policy().name(), String.valueOf(outcome.pods())));
            for (Measure measure : Measure.values()) {
                double value = measure.of(outcome);
                row.add(Double.isInfinite(value) ? "never" : decimal(value));
            }
            rows.add(row);
        }
        return rows;
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.1f", value).replaceFirst("\\.0$", "");
    }

    private static List<Outcome> of(List<Outcome> outcomes, Policy policy) {
        return outcomes.stream()
                .filter(outcome -> outcome.policy().equals(policy))
                .toList();
    }

    private static Outcome lanyard(List<Outcome> outcomes, Outcome other) {
        return of(outcomes, Policy.LANYARD).stream()
                .filter(lanyard -> lanyard.scenario() == other.scenario())
                .findFirst()
                .orElseThrow();
    }
}
