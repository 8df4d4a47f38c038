// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs the command in a process of its own, as a user does, with an environment of its own. */
final class Cli {

    /** The class path of the tests, which has the command and all that it needs. */
    static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));

    /** What a process printed and how it ended. */
    record Result(int exit, String out, String err, long millis) {}

    private final Path directory;
    private final Map<String, String> variables = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>();

    /**
     * A command without AWS settings, which asks no instance metadata.
     *
     * @param directory its home
     */
    Cli(Path directory) {
        this.directory = directory;
        variables.put("HOME", directory.toString());
        variables.put("AWS_EC2_METADATA_DISABLED", "true");
        variables.put("AWS_REGION", "eu-central-1");
        properties.put("user.home", directory.toString());
    }

    Cli with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    Cli with(Map<String, String> settings) {
        variables.putAll(settings);
        return this;
    }

    Process start(String... arguments) throws IOException {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.add("-XX:TieredStopAtLevel=1");
        // the coverage of this JVM's agent counts what the command runs, too
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("-javaagent:"))
                .forEach(line::add);
        properties.forEach((name, value) -> line.add("-D" + name + "=" + value));
        line.addAll(List.of("-cp", CLASS_PATH, Main.class.getName()));
        line.addAll(List.of(arguments));
        ProcessBuilder process = new ProcessBuilder(line).directory(directory.toFile());
        process.environment().clear();
        process.environment().putAll(variables);
        return process.redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
    }

    Result run(String... arguments) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Process process = start(arguments);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new AssertionError("it still runs after a minute; it printed " + out());
            }
        } finally {
            process.destroyForcibly();
        }
        return new Result(
                process.exitValue(),
                out(),
                Files.readString(directory.resolve("err")),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
    }

    String out() throws IOException {
        return Files.readString(directory.resolve("out"));
    }
}
