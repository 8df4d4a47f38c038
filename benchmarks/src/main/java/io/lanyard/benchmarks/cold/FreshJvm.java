// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Starts JVMs and waits for their exit. Not thread-safe. */
final class FreshJvm {
    private final String classPath;
    private final Map<String, String> environment;
    private final Path out;

    /**
     * The time of a JVM from its start to its exit.
     *
     * @param wallMillis the elapsed time
     * @param cpuMillis the CPU time, in steps of 10 ms
     */
    record Took(double wallMillis, double cpuMillis) {}

    FreshJvm(String classPath, Map<String, String> environment, Path out) {
        this.classPath = classPath;
        this.environment = environment;
        this.out = out;
    }

    Took start(Starter starter) throws IOException, InterruptedException {
        return start(starter, List.of());
    }

    /** Returns the classes that a start loads. The JVM's list stays in the output directory. */
    LoadedClasses classes(Starter starter) throws IOException, InterruptedException {
        Path log =
                out.resolve("classes-" + starter.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".txt");
        start(starter, List.of("-Xlog:class+load:file=" + log + ":uptime"));
        return LoadedClasses.of(Files.readAllLines(log));
    }

    private Took start(Starter starter, List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(
                List.of("-Duser.home=" + out, "-cp", classPath, starter.main().getName()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        double cpu = ChildCpu.millis();
        long start = System.nanoTime();
        Process process = builder.start();
        boolean exited = process.waitFor(1, TimeUnit.MINUTES);
        double wall = (System.nanoTime() - start) / 1e6;
        if (!exited) {
            process.destroyForcibly();
            throw new IOException(starter.title() + " did not exit within a minute");
        }
        if (process.exitValue() != 0) {
            throw new IOException(starter.title() + " exited with status " + process.exitValue());
        }
        return new Took(wall, ChildCpu.millis() - cpu);
    }
}
