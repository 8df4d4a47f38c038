// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Runs the application as a process with the environment of a container: the webhook's variables and little else. */
final class Pod implements AutoCloseable {
    /** The inherited variables; none of them configures credentials. */
    private static final List<String> KEPT =
            List.of("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "SystemRoot", "LD_LIBRARY_PATH");

    private static final int LAST_LINES = 12;

    private final Process process;
    private final Thread stdout;
    private final Thread stderr;
    private final Deque<String> lastOutput = new ArrayDeque<>();

    private Pod(Process process, Predicate<String> lines) {
        this.process = process;
        this.stdout = reader("pod-stdout", process.getInputStream(), text -> {
            if (!lines.test(text)) {
                remember(text);
            }
        });
        this.stderr = reader("pod-stderr", process.getErrorStream(), this::remember);
    }

    /**
     * Starts the application.
     *
     * @param environment the variables that the webhook sets
     * @param home an empty directory, because a container has no {@code ~/.aws}
     * @param events receives the application's lines on another thread
     * @param arguments the arguments of {@link Application}
     */
    static Pod start(Map<String, String> environment, Path home, Consumer<Event> events, String... arguments)
            throws IOException {
        List<String> program = new ArrayList<>(
                List.of("-Dslf4j.internal.verbosity=ERROR", "-cp", classPath(), Application.class.getName()));
        program.addAll(Arrays.asList(arguments));
        return start(program, environment, home, text -> {
            Event.Said said = Application.Line.parse(text);
            if (said != null) {
                events.accept(said);
            }
            return said != null;
        });
    }

    /**
     * Starts an application from a jar.
     *
     * @param jar the application
     * @param environment the variables that the webhook sets
     * @param home an empty directory
     * @param lines receives each line of its stdout on another thread, and returns whether it has used the line
     * @param arguments the arguments of the application
     */
    static Pod startJar(
            Path jar, Map<String, String> environment, Path home, Predicate<String> lines, String... arguments)
            throws IOException {
        List<String> program = new ArrayList<>(List.of("-jar", jar.toString()));
        program.addAll(Arrays.asList(arguments));
        return start(program, environment, home, lines);
    }

    private static Pod start(List<String> program, Map<String, String> environment, Path home, Predicate<String> lines)
            throws IOException {
        // as in a small container: little memory, one CPU, a quick start
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1");
        builder.command().addAll(program);
        Map<String, String> variables = builder.environment();
        variables.keySet().retainAll(KEPT);
        variables.put("HOME", home.toString());
        variables.putAll(environment);
        Pod pod = new Pod(builder.start(), lines);
        pod.stdout.start();
        pod.stderr.start();
        return pod;
    }

    private static String classPath() {
        String path = System.getProperty("java.class.path");
        CodeSource source = Pod.class.getProtectionDomain().getCodeSource();
        try {
            // the cli loads the demo from a second jar, which is not on the class path
            String own = source == null ? "" : new File(source.getLocation().toURI()).getAbsolutePath();
            return own.isEmpty() ? path : own + File.pathSeparator + path;
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive() || stdout.isAlive() || stderr.isAlive();
    }

    /** Returns the last lines of its stderr and of the unused part of its stdout. */
    List<String> lastOutput() {
        synchronized (lastOutput) {
            return List.copyOf(lastOutput);
        }
    }

    /** Asks the application to stop; it confirms with {@link Application.Line#DONE}. */
    void stop() {
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            // it has exited already
        }
    }

    /** Sends SIGTERM, as Kubernetes does. */
    void terminate() {
        process.destroy();
    }

    @Override
    public void close() {
        stop();
        try {
            if (!process.waitFor(3, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            stdout.join(1000);
            stderr.join(1000);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void remember(String line) {
        synchronized (lastOutput) {
            lastOutput.add(line);
            if (lastOutput.size() > LAST_LINES) {
                lastOutput.remove();
            }
        }
    }

    private static Thread reader(String name, InputStream stream, Consumer<String> lines) {
        Thread thread = new Thread(
                () -> {
                    try (BufferedReader reader =
                            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                            lines.accept(line);
                        }
                    } catch (IOException e) {
                        // the process has exited
                    }
                },
                name);
        thread.setDaemon(true);
        return thread;
    }
}
