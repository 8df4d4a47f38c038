// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import io.lanyard.benchmarks.report.Text;
import io.lanyard.benchmarks.report.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The outcomes as text: ratios and tables for people, CSV and JSON for programs. */
final class Report {
    /** What another draw of the same lots changes. */
    private static final double NOISE = 0.02;

    private Report() {}

    /** Lanyard beside another policy, in each scenario. */
    static String ratios(List<Outcome> outcomes, Policy other) {
        List<Measure> measures = List.of(
                Measure.BEREFT_POD_SECONDS,
                Measure.CALLS_IN_VAIN,
                Measure.WAITED_SECONDS,
                Measure.AGENTS_TOTAL,
                Measure.EKS_AUTH_TOTAL,
                Measure.EKS_AUTH_PEAK_MINUTE,
                Measure.ALL_FRESH_SECONDS);
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(Policy.LANYARD.title() + " : " + other.title()));
        measures.forEach(measure -> head.addAll(List.of(measure.head(), "")));
        rows.add(head);
        for (Outcome theirs : of(outcomes, other)) {
            Outcome ours = rival(outcomes, theirs);
            List<String> row = new ArrayList<>(List.of(ours.scenario().name()));
            for (Measure measure : measures) {
                double own = measure.of(ours);
                double their = measure.of(theirs);
                String ratio = Double.isInfinite(own + their) ? "" : Units.ratio(Math.round(own), Math.round(their));
                boolean nothing = own == 0 && their == 0;
                row.add(nothing ? "0" : Units.compact(own) + " : " + Units.compact(their));
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

    /** On which measures Lanyard does worse than another policy, by more than chance. */
    static List<String> worse(List<Outcome> outcomes) {
        List<String> worse = new ArrayList<>();
        for (Outcome theirs : outcomes) {
            if (theirs.policy().equals(Policy.LANYARD)) {
                continue;
            }
            for (Measure measure : Measure.COMPARED) {
                double own = measure.of(rival(outcomes, theirs));
                double their = measure.of(theirs);
                if (own > their * (1 + NOISE)) {
                    worse.add(theirs.scenario().name() + ": " + measure.key() + ": " + Units.compact(own) + " against "
                            + Units.compact(their) + " of " + theirs.policy().title());
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

    private static Outcome rival(List<Outcome> outcomes, Outcome theirs) {
        return of(outcomes, Policy.LANYARD).stream()
                .filter(ours -> ours.scenario() == theirs.scenario())
                .findFirst()
                .orElseThrow();
    }
}
