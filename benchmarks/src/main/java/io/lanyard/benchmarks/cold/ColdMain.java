// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

import io.lanyard.benchmarks.report.Bars;
import io.lanyard.benchmarks.report.Command;
import io.lanyard.benchmarks.report.Goal;
import io.lanyard.benchmarks.report.Machine;
import io.lanyard.benchmarks.report.Options;
import io.lanyard.benchmarks.report.Result;
import io.lanyard.benchmarks.report.Sample;
import io.lanyard.benchmarks.report.Text;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Runs {@code lanyard-bench cold}: starts JVMs of each kind, one after another, and compares their times. */
final class ColdMain {
    private static final String USAGE = """
            lanyard-bench cold [--out DIR] [--quick]

              --out DIR   directory of cold.csv, cold.json, cold.svg and the lists of classes (benchmarks/target/cold)
              --quick     start 5 JVMs of each kind instead of 40, in about 20 seconds

            Exits with 0 if all goals are met, with 1 if not, with 2 if the command line is wrong.
            """;

    private static final String FIRST = "first credentials";
    private static final String WALL = "wall time";
    private static final String ADDED = "wall time over a bare JVM";
    private static final String CPU = "CPU time";
    private static final String CPU_ADDED = "CPU time over a bare JVM";

    /** Requests before the measurement, so that the agent's code is compiled. */
    private static final int WARMING = 300;

    private ColdMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Command.run("cold", USAGE, args, ColdMain::run);
    }

    private static boolean run(Options options) throws IOException, InterruptedException {
        Files.createDirectories(options.out());
        String machine = Machine.line();
        List<Result> results = measure(options.quick() ? 5 : 40, options.out());
        List<List<String>> rows = Result.rows(results);
        Files.writeString(options.out().resolve("cold.csv"), Text.csv(rows));
        Files.writeString(options.out().resolve("cold.json"), Text.json(rows));
        Files.writeString(options.out().resolve("cold.svg"), picture(results, machine));
        List<Goal> goals = List.of(goal(results, "provider"), goal(results, "chain"));
        System.out.println(machine);
        System.out.println();
        System.out.println(Result.ratios(results, Starter.LANYARD_PROVIDER.title(), Starter.SDK_PROVIDER.title()));
        System.out.println(Result.ratios(results, Starter.LIMIT.title(), Starter.SDK_PROVIDER.title()));
        System.out.println(Result.ratios(results, Starter.LANYARD_CHAIN.title(), Starter.SDK_CHAIN.title()));
        System.out.println(Result.table(results));
        System.out.print(Goal.lines(goals));
        System.out.println("cold.csv, cold.json, cold.svg and classes-*.txt are in " + options.out());
        return goals.stream().allMatch(Goal::isMet);
    }

    static List<Result> measure(int rounds, Path out) throws IOException, InterruptedException {
        try (EksPodIdentityAgent agent = EksPodIdentityAgent.start();
                ServiceAccountTokenFile token = ServiceAccountTokenFile.create("benchmarks", "cold")) {
            agent.associate("benchmarks", "cold", "arn:aws:iam::111122223333:role/Cold");
            Map<String, String> environment = agent.environmentFor(token);
            URI uri = URI.create(environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
            String text = Files.readString(Path.of(environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")));
            for (int i = 0; i < WARMING; i++) {
                Starts.Exchange.exchange(uri, text);
            }
            FreshJvm jvm = new FreshJvm(ClassPath.ofAnApplication(), environment, out);
            List<Result> results = times(jvm, rounds);
            results.addAll(classes(jvm));
            return results;
        }
    }

    private static List<Result> times(FreshJvm jvm, int rounds) throws IOException, InterruptedException {
        Map<Starter, List<FreshJvm.Took>> took = new EnumMap<>(Starter.class);
        Random order = new Random(1);
        List<Starter> starters = new ArrayList<>(List.of(Starter.values()));
        for (int round = -1; round < rounds; round++) {
            Collections.shuffle(starters, order); // so that no kind always follows the same other kind
            for (Starter starter : starters) {
                FreshJvm.Took one = jvm.start(starter);
                if (round >= 0) { // the first round only fills the file cache
                    took.computeIfAbsent(starter, key -> new ArrayList<>()).add(one);
                }
            }
            System.err.print(round + 1 < rounds ? "." : "\n");
        }
        List<FreshJvm.Took> bare = Objects.requireNonNull(took.get(Starter.BARE));
        double bareWall = Sample.of(walls(bare)).median();
        double bareCpu = cpu(bare);
        List<Result> results = new ArrayList<>();
        took.forEach((starter, all) -> results.add(result(starter, WALL, walls(all))));
        took.forEach((starter, all) -> results.add(result(starter, ADDED, over(walls(all), bareWall))));
        took.forEach((starter, all) -> results.add(result(starter, CPU, List.of(cpu(all)))));
        took.forEach((starter, all) -> results.add(result(starter, CPU_ADDED, List.of(cpu(all) - bareCpu))));
        return results;
    }

    private static List<Double> walls(List<FreshJvm.Took> took) {
        return took.stream().map(FreshJvm.Took::wallMillis).toList();
    }

    /** The mean is more precise than the steps of 10 ms in which CPU time is counted. */
    private static double cpu(List<FreshJvm.Took> took) {
        return took.stream().mapToDouble(FreshJvm.Took::cpuMillis).average().orElseThrow();
    }

    private static List<Double> over(List<Double> values, double base) {
        return values.stream().map(value -> value - base).toList();
    }

    private static Result result(Starter starter, String measure, List<Double> values) {
        return new Result(FIRST, measure, "ms", starter.title(), Sample.of(values));
    }

    private static List<Result> classes(FreshJvm jvm) throws IOException, InterruptedException {
        List<Result> results = new ArrayList<>();
        for (Starter starter : Starter.values()) {
            LoadedClasses classes = jvm.classes(starter);
            results.add(count(starter, "classes loaded, not shared", classes.notShared()));
            results.add(count(starter, "classes of the JDK", classes.jdk()));
            results.add(count(starter, "classes of the SDK and others", classes.sdk()));
            results.add(count(starter, "classes of Lanyard", classes.lanyard()));
        }
        results.sort((one, other) -> one.measure().compareTo(other.measure()));
        return results;
    }

    private static Result count(Starter starter, String measure, int number) {
        return new Result(FIRST, measure, "", starter.title(), Sample.of(number));
    }

    private static Goal goal(List<Result> results, String kind) {
        double lanyard = Result.median(results, FIRST, ADDED, "Lanyard " + kind).orElseThrow();
        double sdk = Result.median(results, FIRST, ADDED, "AWS SDK " + kind).orElseThrow();
        return new Goal("wall time over a bare JVM / the SDK's, " + kind, lanyard / sdk, 0.4);
    }

    /** Draws the chart, with the limit beside the provider. */
    private static String picture(List<Result> results, String machine) {
        List<Result> bars = new ArrayList<>();
        for (Starter starter : List.of(
                Starter.LANYARD_PROVIDER,
                Starter.SDK_PROVIDER,
                Starter.LIMIT,
                Starter.LANYARD_CHAIN,
                Starter.SDK_CHAIN)) {
            String title = starter.title();
            int space = title.lastIndexOf(' ');
            String contestant = space < 0 ? title : title.substring(0, space);
            String subject = space < 0 ? "provider" : title.substring(space + 1);
            double median = Result.median(results, FIRST, ADDED, title).orElseThrow();
            bars.add(new Result(subject, ADDED, "ms", contestant, Sample.of(median)));
        }
        return Bars.svg(
                "First credentials in a new JVM", machine, bars, List.of("Lanyard", "AWS SDK", Starter.LIMIT.title()));
    }
}
