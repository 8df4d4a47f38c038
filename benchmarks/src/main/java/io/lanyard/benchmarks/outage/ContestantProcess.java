// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Starts and controls a contestant's JVM. Not thread-safe. */
final class ContestantProcess implements AutoCloseable {
    /** The inherited variables; none of them configures credentials. */
    private static final List<String> INHERITED = List.of("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR");

    /** A usual limit of containers, which also bounds the connections that a leak opens to the laboratory. */
    private static final int DESCRIPTORS = 1024;

    private static final String EXITED = "exited";

    private final Process process;
    private final PrintStream orders;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final CountDownLatch fresh = new CountDownLatch(1);

    private ContestantProcess(Process process) {
        this.process = process;
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, "contestant-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    static ContestantProcess start(Scenario scenario, Contestant contestant, Map<String, String> environment, Path log)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                "/bin/sh",
                "-c",
                "ulimit -n " + DESCRIPTORS + " && exec \"$@\"",
                "contestant",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + scenario.heapMegabytes() + "m",
                "-XX:+UseSerialGC",
                "-Dslf4j.internal.verbosity=ERROR",
                "-cp",
                System.getProperty("java.class.path"),
                ContestantMain.class.getName(),
                contestant.name(),
                Integer.toString(scenario.callers()),
                Long.toString(scenario.think().toMillis()));
        builder.environment().keySet().retainAll(INHERITED);
        builder.environment().putAll(environment);
        File errors = log.toFile();
        builder.redirectError(errors);
        return new ContestantProcess(builder.start());
    }

    long pid() {
        return process.pid();
    }

    void order(String order) {
        orders.println(order);
    }

    /** Returns the next answer without its first word, which must be this one. */
    String expect(String word, Duration limit) throws ContestantException, InterruptedException {
        String answer = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (answer == null) {
            throw new ContestantException("no answer \"" + word + "\" within " + limit.toSeconds() + " s");
        }
        if (!answer.startsWith(word)) {
            throw new ContestantException(answer.equals(EXITED) ? "the process exited" : answer);
        }
        return answer.substring(word.length()).strip();
    }

    boolean awaitFresh(Duration limit) throws InterruptedException {
        return fresh.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        orders.close();
        try {
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.equals("fresh")) {
                    fresh.countDown();
                } else {
                    answers.add(line);
                }
            }
        } catch (IOException e) {
            // reported as EXITED
        }
        answers.add(EXITED);
    }

    /** The contestant did not answer as expected. */
    static final class ContestantException extends Exception {
        private static final long serialVersionUID = 1;

        ContestantException(String message) {
            super(message);
        }
    }
}
