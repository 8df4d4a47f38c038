// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.hot;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs {@code lanyard-bench hot}: the JMH benchmarks in rounds, so that all are disturbed alike by other load. */
final class HotMain {
    private static final String USAGE = """
            lanyard-bench hot [--out DIR] [--quick]

              --out DIR   directory of hot.csv, hot.json, hot.svg and JMH's logs (benchmarks/target/hot)
              --quick     run one short round, in about a minute; a check rather than a measurement

            Exits with 0 if all goals are met, with 1 if not, with 2 if the command line is wrong.
            """;

    private static final String TIME = "time";
    private static final String BYTES = "allocation";
    /** The profiler's name for the bytes per call. */
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private static final String LANYARD = "Lanyard";
    private static final String SDK = "AWS SDK";
    private static final String LIMIT = "limit";

    /** The smallest object has 16 bytes; less than one object in 32 calls comes from JMH itself. */
    private static final double NO_BYTES = 0.5;

    private HotMain() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        Command.run("hot", USAGE, args, HotMain::run);
    }

    private static boolean run(Options options) throws IOException {
        Files.createDirectories(options.out());
        String machine = Machine.line();
        Figures figures = new Figures();
        int processors = Runtime.getRuntime().availableProcessors();
        try (EksPodIdentityAgent agent = EksPodIdentityAgent.start();
                ServiceAccountTokenFile token = ServiceAccountTokenFile.create("benchmarks", "hot")) {
            agent.associate("benchmarks", "hot", "arn:aws:iam::111122223333:role/Hot");
            int rounds = options.quick() ? 1 : 3;
            for (int round = 0; round < rounds; round++) {
                for (int threads : processors == 1 ? List.of(1) : List.of(1, processors)) {
                    Path log = options.out().resolve("jmh-" + (round + 1) + "-" + threads + ".log");
                    System.err.printf("round %d of %d, threads: %d%n", round + 1, rounds, threads);
                    OptionsBuilder jmh = new OptionsBuilder();
                    configure(jmh, options.quick(), agent, token, options.out());
                    jmh.threads(threads).output(log.toString());
                    try {
                        new Runner(jmh.build()).run().forEach(result -> figures.add(result, threads));
                    } catch (RunnerException e) {
                        throw new IOException("JMH failed; see " + log, e);
                    }
                }
            }
        }
        List<Result> results = figures.results();
        List<Result> times =
                results.stream().filter(result -> result.measure().equals(TIME)).toList();
        List<List<String>> rows = Result.rows(results);
        Files.writeString(options.out().resolve("hot.csv"), Text.csv(rows));
        Files.writeString(options.out().resolve("hot.json"), Text.json(rows));
        Files.writeString(
                options.out().resolve("hot.svg"),
                Bars.svg("A call with valid credentials", machine, times, List.of(LANYARD, SDK, LIMIT)));
        List<Goal> goals = goals(results);
        System.out.println(machine);
        System.out.println();
        System.out.println(Result.ratios(results, LANYARD, SDK));
        System.out.println(Result.ratios(times, LANYARD, LIMIT));
        System.out.println(Result.table(results));
        System.out.print(Goal.lines(goals));
        System.out.println("hot.csv, hot.json and hot.svg are in " + options.out());
        return goals.stream().allMatch(Goal::isMet);
    }

    private static void configure(
            OptionsBuilder jmh, boolean quick, EksPodIdentityAgent agent, ServiceAccountTokenFile token, Path home) {
        Map<String, String> environment = agent.environmentFor(token);
        jmh.include(HotPath.class.getName())
                .include(Limit.class.getName())
                .addProfiler(GCProfiler.class)
                .forks(1)
                .warmupIterations(1)
                .warmupTime(TimeValue.milliseconds(quick ? 200 : 1_000))
                .measurementIterations(quick ? 4 : 15) // short, so that a disturbance affects few of them
                .measurementTime(TimeValue.milliseconds(100))
                .jvmArgs(
                        "-Xmx256m",
                        "-Dslf4j.internal.verbosity=ERROR",
                        // ignores the user's ~/.aws
                        "-Duser.home=" + home,
                        "-Daws.containerCredentialsFullUri=" + environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
                        "-Daws.containerAuthorizationTokenFile="
                                + environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))
                .shouldFailOnError(true);
    }

    /** Returns the goals against the SDK, and against the limit for sources that are refreshed. */
    static List<Goal> goals(List<Result> results) {
        List<Goal> goals = new ArrayList<>();
        for (Result result : results) {
            if (!result.contestant().equals(LANYARD)) {
                continue;
            }
            double median = result.sample().median();
            if (result.measure().equals(BYTES)) {
                goals.add(new Goal("bytes, " + result.subject(), median, NO_BYTES));
                continue;
            }
            Result.median(results, result.subject(), TIME, SDK)
                    .ifPresent(sdk -> goals.add(new Goal("time / the SDK's, " + result.subject(), median / sdk, 0.5)));
            Result.median(results, result.subject(), TIME, LIMIT)
                    .ifPresent(
                            limit -> goals.add(new Goal("time / the limit, " + result.subject(), median / limit, 1.5)));
        }
        return goals;
    }

    /** Collects the values of all rounds by subject, contestant and measure. */
    private static final class Figures {
        private final Map<List<String>, List<Double>> values = new LinkedHashMap<>();

        void add(RunResult result, int threads) {
            String method = result.getParams().getBenchmark();
            String call = method.substring(method.lastIndexOf('.') + 1);
            String among = threads == 1 ? "1 thread" : threads + " threads";
            List<Double> times = result.getBenchmarkResults().stream()
                    .flatMap(fork -> fork.getIterationResults().stream())
                    .map(iteration -> iteration.getPrimaryResult().getScore())
                    .toList();
            double bytes = Objects.requireNonNull(result.getSecondaryResults().get(ALLOCATED))
                    .getScore();
            if (method.startsWith(Limit.class.getName())) {
                add(
                        call.equals("millis") ? "volatile read, currentTimeMillis" : "volatile read, Instant.now",
                        among,
                        LIMIT,
                        times,
                        bytes);
                return;
            }
            String contestant = result.getParams().getParam("contestant").equals("LANYARD") ? LANYARD : SDK;
            String source = result.getParams()
                    .getParam("source")
                    .toLowerCase(Locale.ROOT)
                    .replace('_', ' ');
            add(source + ", " + call, among, contestant, times, bytes);
        }

        private void add(String operation, String threads, String contestant, List<Double> times, double bytes) {
            String subject = operation + ", " + threads;
            values.computeIfAbsent(List.of(subject, TIME, "ns", contestant), key -> new ArrayList<>())
                    .addAll(times);
            values.computeIfAbsent(List.of(subject, BYTES, "B", contestant), key -> new ArrayList<>())
                    .add(bytes);
        }

        /** Returns the results, with the limit added to each subject with as many threads and a refreshed source. */
        List<Result> results() {
            List<Result> results = new ArrayList<>();
            values.forEach((key, all) ->
                    results.add(new Result(key.get(0), key.get(1), key.get(2), key.get(3), Sample.of(all))));
            List<Result> limits = results.stream()
                    .filter(result -> result.subject().startsWith("volatile read, currentTimeMillis")
                            && result.measure().equals(TIME))
                    .toList();
            for (Result limit : limits) {
                String among = limit.subject().substring(limit.subject().lastIndexOf(", "));
                for (Result result : List.copyOf(results)) {
                    boolean isSame =
                            result.subject().endsWith(among) && result.measure().equals(TIME);
                    boolean isRefreshed = !result.subject().startsWith("chain properties");
                    if (isSame && isRefreshed && result.contestant().equals(LANYARD)) {
                        results.add(new Result(result.subject(), TIME, "ns", LIMIT, limit.sample()));
                    }
                }
            }
            return results;
        }
    }
}
