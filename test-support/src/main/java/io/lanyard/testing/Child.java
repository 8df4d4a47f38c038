// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a child process that must exit within a time limit.
 *
 * <p>Its output is read while it runs, so that a full pipe cannot block it, and is returned after its exit. A child that
 * exceeds the limit is killed; a JVM prints its threads first.
 */
public final class Child {

    /** Limit for the thread dump, and for the output after the exit, because a grandchild may keep the pipe open. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private Child() {}

    /** The exit status of a child and its standard output. */
    public record Ended(int status, String output) {}

    /** Returns the path of {@code java} in the JVM that runs the test. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * Runs a process until it exits.
     *
     * @throws AssertionError if it does not exit within the limit; the message has its output and a JVM's threads
     */
    public static Ended run(ProcessBuilder command, Duration limit) throws IOException, InterruptedException {
        Process process = command.start();
        try {
            process.getOutputStream().close();
            CompletableFuture<byte[]> output = reading(process.getInputStream());
            if (!process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                if (command.command().get(0).endsWith("java")) {
                    threadDump(process);
                }
                process.destroyForcibly();
                throw new AssertionError("The child process did not exit within " + limit + ": "
                        + String.join(" ", command.command()) + "\n" + text(output));
            }
            return new Ended(process.exitValue(), text(output));
        } finally {
            process.destroyForcibly();
        }
    }

    private static CompletableFuture<byte[]> reading(InputStream stream) {
        CompletableFuture<byte[]> output = new CompletableFuture<>();
        Thread reader = new Thread(
                () -> {
                    try {
                        output.complete(stream.readAllBytes());
                    } catch (IOException e) {
                        output.completeExceptionally(new UncheckedIOException(e));
                    }
                },
                "child-output");
        reader.setDaemon(true);
        reader.start();
        return output;
    }

    private static String text(CompletableFuture<byte[]> output) throws InterruptedException {
        try {
            return new String(output.get(GRACE.toNanos(), TimeUnit.NANOSECONDS), StandardCharsets.UTF_8);
        } catch (TimeoutException e) {
            throw new AssertionError("The output of a child process that has exited is still open", e);
        } catch (ExecutionException e) {
            throw new AssertionError("The output of a child process cannot be read", e);
        }
    }

    /** Sends SIGQUIT: a JVM prints its threads to its standard output and continues. */
    private static void threadDump(Process process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-QUIT", Long.toString(process.pid()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (kill.waitFor(GRACE.toNanos(), TimeUnit.NANOSECONDS)) {
            // the child writes the dump and does not report when it is complete
            boolean unused = process.waitFor(2, TimeUnit.SECONDS);
        }
        kill.destroyForcibly();
    }
}
