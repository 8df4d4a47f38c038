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

/** A JVM in a namespace. It is spoken to through its stdin and stdout, and ends with its stdin. */
final class Jvm implements AutoCloseable {
    /** What a process cannot do without, and nothing that says where credentials are. */
    private static final List<String> KEPT = List.of("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH");

    /** Longer than anything here takes. */
    private static final Duration LIMIT = Duration.ofSeconds(45);

    /** Beside the reports, so that what looks for secrets there looks here too. */
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

    /** Starts that class, with that environment and next to nothing else. */
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
        builder.environment().keySet().retainAll(KEPT);
        builder.environment().putAll(environment);
        return new Jvm(builder.start(), log);
    }

    void tell(String line) {
        stdin.println(line);
    }

    /** The next line of its stdout. */
    String hear() throws InterruptedException {
        String line = lines.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
        if (line == null || line.equals(END)) {
            throw new AssertionError((line == null ? "nothing was said within " + LIMIT : line) + "; see " + log);
        }
        return line;
    }

    /** Ends it with SIGKILL. */
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
