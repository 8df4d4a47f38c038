// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.netns;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A JVM in a namespace. It communicates through stdin and stdout, and exits at the end of its stdin. */
final class Jvm implements AutoCloseable {
    /** The inherited variables; none of them configures credentials. */
    private static final List<String> INHERITED = List.of("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH");

    /** Longer than any step takes. */
    private static final Duration LIMIT = Duration.ofSeconds(45);

    /** In the directory of the reports, so that the search for secrets includes the logs. */
    private static final Path LOGS = Path.of("target", "failsafe-reports");

    private static final String END = "end of output";

    private final Process process;
    private final PrintStream stdin;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final Path log;

    private Jvm(Process process, Path log) {
        this.process = process;
        this.stdin = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.log = log;
        Thread reader = new Thread(this::read, "stdout-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    /** Starts this class with little more than this environment. */
    static Jvm start(Namespace namespace, Map<String, String> environment, Class<?> main, String argument)
            throws IOException {
        Files.createDirectories(LOGS);
        Path log = Files.createTempFile(LOGS, main.getSimpleName() + "-", ".log");
        ProcessBuilder builder = new ProcessBuilder(namespace.entering(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        argument)))
                .redirectError(log.toFile());
        builder.environment().keySet().retainAll(INHERITED);
        builder.environment().putAll(environment);
        return new Jvm(builder.start(), log);
    }

    void send(String line) {
        stdin.println(line);
    }

    /** Returns the next line of its stdout. */
    String receive() throws InterruptedException {
        String line = lines.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (line == null || line.equals(END)) {
            throw new AssertionError((line == null ? "no output within " + LIMIT : line) + "; see " + log);
        }
        return line;
    }

    /** Kills the JVM with SIGKILL. */
    void kill() throws InterruptedException {
        if (!process.destroyForcibly().waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("the JVM did not exit within " + LIMIT + " of SIGKILL; see " + log);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void read() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            // it was killed
        }
        lines.add(END);
    }
}
