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

/** {@code lanyard-bench hot}: runs the benchmarks, round by round, so that all share the machine's good and bad times. */
final class HotMain {
    private static final String USAGE = """
            lanyard-bench hot [--out DIR] [--quick]

              --out DIR   where hot.csv, hot.json, hot.svg and JMH's own log go (benchmarks/target/hot)
              --quick     one short round, in about a minute; shows that all works rather than how well

            Ends with 0 if all goals are met, with 1 if not, with 2 if it was called wrongly.
            """;

    private static final String TIME = "time";
    private static final String BYTES = "allocation";
    /** What the profiler calls the bytes of a call. */
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private static final String LANYARD = "Lanyard";
    private static final String SDK = "AWS SDK";
    private static final String LIMIT = "limit";

    /** The smallest object has 16; what is less than one in 32 calls is the harness's. */
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
                        throw new IOException("JMH failed; " + log + " says why", e);
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
                .measurementIterations(quick ? 4 : 15) // short, so that what disturbs them does not disturb all
                .measurementTime(TimeValue.milliseconds(100))
                .jvmArgs(
                        "-Xmx256m",
                        "-Dslf4j.internal.verbosity=ERROR",
                        // no profile of whoever measures
                        "-Duser.home=" + home,
                        "-Daws.containerCredentialsFullUri=" + environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
                        "-Daws.containerAuthorizationTokenFile="
                                + environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))
                .shouldFailOnError(true);
    }

    /** Each subject beside the SDK, and beside the limit where the source is one that has to be refreshed. */
    static List<Goal> goals(List<Result> results) {
        List<Goal> goals = new ArrayList<>();
        for (Result ours : results) {
            if (!ours.contestant().equals(LANYARD)) {
                continue;
            }
            double median = ours.sample().median();
            if (ours.measure().equals(BYTES)) {
                goals.add(new Goal("bytes, " + ours.subject(), median, NO_BYTES));
                continue;
            }
            Result.median(results, ours.subject(), TIME, SDK)
                    .ifPresent(sdk -> goals.add(new Goal("time : SDK's, " + ours.subject(), median / sdk, 0.5)));
            Result.median(results, ours.subject(), TIME, LIMIT)
                    .ifPresent(limit -> goals.add(new Goal("time : limit, " + ours.subject(), median / limit, 1.5)));
        }
        return goals;
    }

    /** Values of the rounds, by subject, contestant and measure. */
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

        private void add(String what, String among, String contestant, List<Double> times, double bytes) {
            String subject = what + ", " + among;
            values.computeIfAbsent(List.of(subject, TIME, "ns", contestant), key -> new ArrayList<>())
                    .addAll(times);
            values.computeIfAbsent(List.of(subject, BYTES, "B", contestant), key -> new ArrayList<>())
                    .add(bytes);
        }

        /** The limit stands beside each subject of as many threads whose source is refreshed, too. */
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
                for (Result ours : List.copyOf(results)) {
                    boolean isSame =
                            ours.subject().endsWith(among) && ours.measure().equals(TIME);
                    boolean isRefreshed = !ours.subject().startsWith("chain properties");
                    if (isSame && isRefreshed && ours.contestant().equals(LANYARD)) {
                        results.add(new Result(ours.subject(), TIME, "ns", LIMIT, limit.sample()));
                    }
                }
            }
            return results;
        }
    }
}
