// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.footprint;

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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs {@code lanyard-bench footprint}: measures heap, threads and jar sizes. */
final class FootprintMain {
    private static final String USAGE = """
            lanyard-bench footprint [--out DIR] [--quick]

              --out DIR   directory of footprint.csv, footprint.json and footprint.svg (benchmarks/target/footprint)
              --quick     measure 100 providers instead of 1,000

            Exits with 0 if all goals are met, with 1 if not, with 2 if the command line is wrong.
            """;

    private static final String LANYARD = "Lanyard";
    private static final String HEAP = "heap";
    private static final String WITH_CREDENTIALS = "each, with credentials";

    private FootprintMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Command.run("footprint", USAGE, args, FootprintMain::run);
    }

    private static boolean run(Options options) throws IOException, InterruptedException {
        Files.createDirectories(options.out());
        String machine = Machine.line();
        List<Result> results = measure(options.quick() ? 100 : 1_000, options.out());
        List<List<String>> rows = Result.rows(results);
        Files.writeString(options.out().resolve("footprint.csv"), Text.csv(rows));
        Files.writeString(options.out().resolve("footprint.json"), Text.json(rows));
        List<Result> heap =
                results.stream().filter(result -> result.measure().equals(HEAP)).toList();
        Files.writeString(
                options.out().resolve("footprint.svg"),
                Bars.svg("Heap per provider", machine, heap, List.of(LANYARD, "AWS SDK", "AWS SDK async")));
        List<Goal> goals = goals(results);
        System.out.println(machine);
        System.out.println();
        System.out.println(Result.ratios(results, LANYARD, "AWS SDK"));
        System.out.println(Result.table(results));
        System.out.print(Goal.lines(goals));
        System.out.println("footprint.csv, footprint.json and footprint.svg are in " + options.out());
        return goals.stream().allMatch(Goal::isMet);
    }

    static List<Result> measure(int number, Path out) throws IOException, InterruptedException {
        List<Result> results = new ArrayList<>();
        try (EksPodIdentityAgent agent = EksPodIdentityAgent.start();
                ServiceAccountTokenFile token = ServiceAccountTokenFile.create("benchmarks", "footprint")) {
            agent.associate("benchmarks", "footprint", "arn:aws:iam::111122223333:role/Footprint");
            for (ProviderKind kind : ProviderKind.values()) {
                String[] figures = figures(kind, number, agent.environmentFor(token), out);
                add(results, kind, "threads before the first call", "threads", "", figures[0]);
                add(results, kind, "each, before the first call", HEAP, "bytes", figures[1]);
                add(results, kind, WITH_CREDENTIALS, HEAP, "bytes", figures[2]);
                add(results, kind, "threads of " + number + " instances", "threads", "", figures[3]);
            }
        }
        results.add(jar("lanyard-core", LANYARD, Jars.core()));
        results.add(jar("lanyard-sdk-v2-adapter", LANYARD, Jars.adapter()));
        results.add(jar("auth", "AWS SDK", Jars.auth()));
        List<Path> sdk = Jars.ofTheSdk();
        double all = 0;
        for (Path jar : sdk) {
            all += Jars.kilobytes(jar);
        }
        results.add(jar("auth and the " + (sdk.size() - 1) + " SDK modules that it depends on", "AWS SDK", all));
        return results;
    }

    private static void add(
            List<Result> results, ProviderKind kind, String subject, String measure, String unit, String figure) {
        results.add(new Result(
                kind.type() + ": " + subject, measure, unit, kind.contestant(), Sample.of(Double.parseDouble(figure))));
    }

    private static Result jar(String name, String contestant, double kilobytes) {
        return new Result(name, "jar", "kB", contestant, Sample.of(kilobytes));
    }

    private static String[] figures(ProviderKind kind, int number, Map<String, String> environment, Path out)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC", // a collection frees all garbage
                "-XX:SoftRefLRUPolicyMSPerMB=0", // also softly reachable objects
                "-Duser.home=" + out,
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                ProviderMain.class.getName(),
                kind.name(),
                Integer.toString(number));
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        Process process = builder.start();
        // its one line fits into the pipe, so it can be read after the process has exited
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IOException(kind + " did not exit within two minutes");
        }
        String line = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.exitValue() != 0) {
            throw new IOException(kind + " exited with status " + process.exitValue());
        }
        String[] figures = line.split(" ", -1);
        if (figures[1].startsWith("-") || figures[2].startsWith("-")) {
            throw new IOException(kind + " has a negative heap size, so the measurement is wrong: " + line);
        }
        return figures;
    }

    private static List<Goal> goals(List<Result> results) {
        List<Goal> goals = new ArrayList<>();
        for (Result result : results) {
            if (!result.contestant().equals(LANYARD)) {
                continue;
            }
            double actual = result.sample().median();
            if (result.subject().equals("lanyard-core")) {
                goals.add(new Goal("kB of lanyard-core", actual, 200));
            } else if (result.subject().equals("provider: " + WITH_CREDENTIALS)) {
                goals.add(new Goal("kB of heap per idle provider", actual / 1_000, 8));
            } else if (result.measure().equals("threads")) {
                goals.add(new Goal(result.subject(), actual, result.subject().contains("before") ? 0 : 1));
            }
        }
        return goals;
    }
}
