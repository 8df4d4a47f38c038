// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.benchmarks.report.Command;
import io.lanyard.benchmarks.report.Options;
import io.lanyard.benchmarks.report.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Runs {@code lanyard-bench outage}: plays the scenarios, prints and saves the results, and checks Lanyard's requirements. */
final class Laboratory {
    private static final String USAGE = """
            lanyard-bench outage [--scenario NAME]... [--list] [--out DIR] [--quick]

              --scenario NAME   run only this scenario; may be repeated
              --list            print the scenarios and exit
              --out DIR         directory of outage.csv, outage.json, outage.svg and the logs (benchmarks/target/outage)
              --quick           run a few short scenarios, in under a minute

            Exits with 0 if Lanyard meets all requirements, with 1 if not, with 2 if the command line is wrong.
            """;

    private static final int SCENARIOS_AT_ONCE = 2;

    private Laboratory() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Command.run("outage", USAGE, args, Laboratory::run);
    }

    static boolean run(Options options) throws IOException, InterruptedException {
        List<Scenario> scenarios = options.chosen(options.quick() ? Scenarios.quick() : Scenarios.all());
        if (options.list()) {
            scenarios.forEach(scenario -> System.out.printf("%-24s %s%n", scenario.name(), scenario.description()));
            return true;
        }
        Path logs = Files.createDirectories(options.out().resolve("logs"));
        List<Outcome> outcomes = play(scenarios, SCENARIOS_AT_ONCE, logs);
        Files.writeString(options.out().resolve("outage.csv"), Text.csv(Report.rows(outcomes)));
        Files.writeString(options.out().resolve("outage.json"), Text.json(Report.rows(outcomes)));
        Files.writeString(options.out().resolve("outage.svg"), Chart.svg(outcomes));
        System.out.println(Report.table(outcomes));
        System.out.println(Report.ratios(outcomes));
        List<String> unmet = Report.unmet(outcomes);
        int requirements = scenarios.stream()
                .mapToInt(scenario -> scenario.requirements().size())
                .sum();
        System.out.printf(
                "Lanyard meets %d of %d requirements. outage.csv, outage.json and outage.svg are in %s.%n",
                requirements - unmet.size(), requirements, options.out());
        unmet.forEach(line -> System.out.println("  NOT MET  " + line));
        return unmet.isEmpty();
    }

    static List<Outcome> play(List<Scenario> scenarios, int atOnce, Path logs) throws InterruptedException {
        List<Plan.Entry> plan = Plan.of(scenarios, atOnce);
        System.err.printf(
                "%d scenarios, about %d s%n", plan.size(), Plan.length(plan).toSeconds());
        Contestant[] contestants = Contestant.values();
        ScheduledExecutorService pool = Executors.newScheduledThreadPool(scenarios.size() * contestants.length);
        List<Future<Outcome>> running = new ArrayList<>();
        long start = System.nanoTime();
        try {
            for (Plan.Entry entry : plan) {
                Scenario scenario = entry.scenario();
                for (Contestant contestant : contestants) {
                    running.add(pool.schedule(
                            () -> progress(new Rig(scenario, contestant, logs).run(), start),
                            entry.start().toMillis(),
                            TimeUnit.MILLISECONDS));
                }
            }
            return collect(running, scenarios);
        } finally {
            pool.shutdownNow();
        }
    }

    private static Outcome progress(Outcome outcome, long start) {
        System.err.printf(
                "%3d s  %-24s %s%s%n",
                (System.nanoTime() - start) / 1_000_000_000,
                outcome.scenario().name(),
                outcome.contestant().title(),
                outcome.error().isEmpty() ? "" : ": " + outcome.error());
        return outcome;
    }

    private static List<Outcome> collect(List<Future<Outcome>> running, List<Scenario> scenarios)
            throws InterruptedException {
        List<Outcome> outcomes = new ArrayList<>();
        for (Future<Outcome> future : running) {
            try {
                outcomes.add(future.get());
            } catch (ExecutionException e) {
                throw new IllegalStateException(e.getCause());
            }
        }
        outcomes.sort(Comparator.comparingInt((Outcome outcome) -> scenarios.indexOf(outcome.scenario()))
                .thenComparing(Outcome::contestant));
        return outcomes;
    }
}
