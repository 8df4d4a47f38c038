// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.benchmarks.report.Command;
import io.lanyard.benchmarks.report.Machine;
import io.lanyard.benchmarks.report.Options;
import io.lanyard.benchmarks.report.Text;
import io.lanyard.benchmarks.report.Units;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.HdrHistogram.Histogram;

/** Runs {@code lanyard-bench latency}: measures latencies during a refresh, with a slow agent and during its restart. */
final class LatencyMain {
    private static final String USAGE = """
            lanyard-bench latency [--out DIR] [--quick]

              --out DIR   directory of latency.csv, latency.json, latency.svg and the logs (benchmarks/target/latency)
              --quick     call for 8 s instead of 28 s, in about a minute

            Exits with 0 if no call to Lanyard failed or waited, with 1 if not, with 2 if the command line is wrong.
            """;

    static final List<Double> PERCENTILES = List.of(50.0, 90.0, 99.0, 99.9, 99.99, 100.0);

    private LatencyMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Command.run("latency", USAGE, args, LatencyMain::run);
    }

    private static boolean run(Options options) throws IOException, InterruptedException {
        Path logs = Files.createDirectories(options.out().resolve("logs"));
        String machine = Machine.line();
        List<Outcome> outcomes = Laboratory.play(Scenarios.latency(options.quick()), 1, logs);
        Files.writeString(options.out().resolve("latency.csv"), Text.csv(rows(outcomes, false)));
        Files.writeString(options.out().resolve("latency.json"), Text.json(rows(outcomes, false)));
        Files.writeString(options.out().resolve("latency.svg"), LatencyChart.svg(outcomes, machine));
        System.out.println(machine);
        System.out.println();
        System.out.println(ratios(outcomes));
        System.out.println(Text.aligned(rows(outcomes, true), 2));
        List<String> unmet = Report.unmet(outcomes);
        unmet.forEach(line -> System.out.println("  NOT MET  " + line));
        System.out.println("latency.csv, latency.json and latency.svg are in " + options.out());
        return unmet.isEmpty();
    }

    /** Returns a row for each outcome, in microseconds or with units. */
    static List<List<String>> rows(List<Outcome> outcomes, boolean units) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("scenario", "contestant", "calls", "failed"));
        PERCENTILES.forEach(percentile -> head.add(name(percentile) + (units ? "" : "_us")));
        rows.add(head);
        for (Outcome outcome : outcomes) {
            Figures figures = outcome.figures();
            if (figures == null) {
                continue; // the contestant's JVM failed; see its log
            }
            Histogram calls = calls(outcome.scenario(), figures);
            List<String> row = new ArrayList<>(List.of(
                    outcome.scenario().name(),
                    outcome.contestant().title(),
                    String.valueOf(figures.calls()),
                    String.valueOf(figures.failures())));
            for (double percentile : PERCENTILES) {
                long nanos = calls.getValueAtPercentile(percentile);
                row.add(units ? Units.time(nanos / 1_000) : String.format(Locale.ROOT, "%.1f", nanos / 1e3));
            }
            rows.add(row);
        }
        return rows;
    }

    private static String ratios(List<Outcome> outcomes) {
        List<List<String>> rows = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of("Lanyard : AWS SDK"));
        PERCENTILES.forEach(percentile -> head.add(name(percentile)));
        rows.add(head);
        for (Outcome outcome : outcomes) {
            Optional<Histogram> lanyard = calls(outcomes, outcome.scenario(), Contestant.LANYARD);
            Optional<Histogram> sdk = calls(outcomes, outcome.scenario(), Contestant.SDK);
            if (outcome.contestant() == Contestant.LANYARD && lanyard.isPresent() && sdk.isPresent()) {
                List<String> row = new ArrayList<>(List.of(outcome.scenario().name()));
                for (double percentile : PERCENTILES) {
                    row.add(Units.ratio(
                            lanyard.get().getValueAtPercentile(percentile),
                            sdk.get().getValueAtPercentile(percentile)));
                }
                rows.add(row);
            }
        }
        return Text.aligned(rows, 1);
    }

    private static Optional<Histogram> calls(List<Outcome> outcomes, Scenario scenario, Contestant contestant) {
        return outcomes.stream()
                .filter(outcome -> outcome.scenario() == scenario && outcome.contestant() == contestant)
                .flatMap(outcome -> Optional.ofNullable(outcome.figures()).stream())
                .map(figures -> calls(scenario, figures))
                .findFirst();
    }

    /**
     * Returns the latencies corrected for coordinated omission: a caller that is blocked for five seconds makes one slow
     * call, but delays all the calls that it would have made in that time.
     */
    static Histogram calls(Scenario scenario, Figures figures) {
        return Histograms.parse(figures.latencies())
                .copyCorrectedForCoordinatedOmission(scenario.think().toNanos());
    }

    private static String name(double percentile) {
        return percentile == 100
                ? "slowest"
                : "p" + (percentile % 1 == 0 ? String.valueOf((int) percentile) : String.valueOf(percentile));
    }
}
