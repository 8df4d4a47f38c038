// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import io.lanyard.benchmarks.report.Command;
import io.lanyard.benchmarks.report.Options;
import io.lanyard.benchmarks.report.Text;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs {@code lanyard-bench fleet}: plays the scenarios with each policy, prints and saves the results. */
final class FleetMain {
    private static final String USAGE = """
            lanyard-bench fleet [--scenario NAME]... [--list] [--out DIR] [--quick]

              --scenario NAME   run only this scenario; may be repeated
              --list            print the scenarios and exit
              --out DIR         directory of fleet.csv, fleet.json and the charts (benchmarks/target/fleet)
              --quick           simulate 2,000 pods instead of 100,000, in about a minute

            Exits with 0, or with 2 if the command line is wrong.
            """;

    /** A strong reference, because a logger that is collected loses its level. */
    private static final Logger LIBRARY = Logger.getLogger("io.lanyard");

    private static final int PODS = 100_000;
    private static final int FEW_PODS = 2_000;

    /** The variants run with a fifth of the pods, because they are many. */
    private static final int VARIANT_SHARE = 5;

    private static final int AT_ONCE = 2;
    private static final long SEED = 20_260_101;

    private FleetMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Command.run("fleet", USAGE, args, FleetMain::run);
    }

    private static boolean run(Options options) throws IOException, InterruptedException {
        LIBRARY.setLevel(Level.OFF); // 100,000 pods log too much in an outage
        List<Scenario> scenarios = options.chosen(Scenarios.all());
        if (options.list()) {
            scenarios.forEach(scenario -> System.out.printf("%-24s %s%n", scenario.name(), scenario.description()));
            return true;
        }
        int pods = options.quick() ? FEW_PODS : PODS;
        List<Run> runs = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            Policy.CONTESTANTS.forEach(policy -> runs.add(new Run(scenario, policy, pods)));
        }
        List<Outcome> outcomes = play(runs);
        List<Run> sweep = new ArrayList<>();
        List<Scenario> swept = scenarios.stream()
                .filter(scenario -> !scenario.variants().isEmpty())
                .toList();
        for (Scenario scenario : swept) {
            scenario.variants().forEach(policy -> sweep.add(new Run(scenario, policy, pods / VARIANT_SHARE)));
        }
        List<Outcome> curve = play(sweep);
        save(options.out(), scenarios, outcomes, swept, curve);
        print(outcomes, curve);
        System.out.println("fleet.csv, fleet.json and the charts are in " + options.out());
        return true;
    }

    private static void print(List<Outcome> outcomes, List<Outcome> curve) {
        System.out.println(Report.ratios(outcomes, Policy.RELEASED));
        System.out.println(Report.ratios(outcomes, Policy.ANNOUNCED));
        System.out.println(Report.table(outcomes));
        if (!curve.isEmpty()) {
            System.out.println(Report.table(curve));
        }
        List<String> worse = Report.worse(outcomes);
        int others = outcomes.size() / Policy.CONTESTANTS.size() * (Policy.CONTESTANTS.size() - 1);
        System.out.printf(
                "Lanyard is worse by more than 2 %% in %2$d of %1$d comparisons.%n",
                others * Measure.COMPARED.size(), worse.size());
        worse.forEach(line -> System.out.println("  " + line));
    }

    private static void save(
            Path out, List<Scenario> scenarios, List<Outcome> outcomes, List<Scenario> swept, List<Outcome> curve)
            throws IOException {
        Files.createDirectories(out);
        List<Outcome> all = new ArrayList<>(outcomes);
        all.addAll(curve);
        Files.writeString(out.resolve("fleet.csv"), Text.csv(Report.rows(all)));
        Files.writeString(out.resolve("fleet.json"), Text.json(Report.rows(all)));
        for (Scenario scenario : scenarios) {
            if (scenario.hasDisruption()) {
                Files.writeString(
                        out.resolve("fleet-" + scenario.name() + ".svg"), Chart.course(of(outcomes, scenario)));
            }
        }
        if (!curve.isEmpty()) {
            Files.writeString(
                    out.resolve("fleet-trade.svg"),
                    Chart.trade(swept.stream()
                            .map(scenario -> of(curve, scenario).stream()
                                    .filter(outcome -> Policy.CAPS.contains(outcome.policy()))
                                    .toList())
                            .toList()));
        }
    }

    private static List<Outcome> of(List<Outcome> outcomes, Scenario scenario) {
        return outcomes.stream()
                .filter(outcome -> outcome.scenario() == scenario)
                .toList();
    }

    /** One simulation. */
    record Run(Scenario scenario, Policy policy, int pods) {
        Outcome play() {
            long start = System.nanoTime();
            Outcome outcome = new Fleet(scenario, policy, pods, SEED).run();
            System.err.printf(
                    "%4d s  %-24s %s%n", (System.nanoTime() - start) / 1_000_000_000, scenario, policy.title());
            return outcome;
        }
    }

    private static List<Outcome> play(List<Run> runs) throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Outcome> outcomes = new ArrayList<>();
            for (Future<Outcome> future :
                    runs.stream().map(run -> pool.submit(run::play)).toList()) {
                outcomes.add(future.get());
            }
            return outcomes;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }
}
