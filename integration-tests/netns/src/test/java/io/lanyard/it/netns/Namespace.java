// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.netns;

import io.lanyard.testing.Child;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * An unnamed network namespace. It exists as long as its holder process, which exits at the end of its stdin and so with
 * this JVM at the latest. Nothing is left behind, even if this JVM crashes.
 */
final class Namespace implements AutoCloseable {
    private static final List<String> UNSHARE = List.of("unshare", "--net");

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Process holder;
    private final List<String> rights;

    /**
     * Creates a namespace.
     *
     * @param unshare the command that creates it
     * @param rights the additional arguments that nsenter needs to enter it
     */
    private Namespace(List<String> unshare, List<String> rights) throws IOException {
        this.rights = rights;
        holder = new ProcessBuilder(joined(unshare, List.of("sh", "-c", "echo && exec cat")))
                .redirectErrorStream(true)
                .start();
        String line = firstLine();
        if (!"".equals(line)) {
            throw new IOException("\"" + String.join(" ", unshare) + "\" failed: " + line);
        }
    }

    /** Returns the first line of the holder. A holder that prints none within the limit is killed, which ends the read. */
    private String firstLine() throws IOException {
        CompletableFuture<Void> unused = CompletableFuture.runAsync(
                holder::destroyForcibly, CompletableFuture.delayedExecutor(LIMIT.toSeconds(), TimeUnit.SECONDS));
        try {
            return String.valueOf(holder.inputReader(StandardCharsets.UTF_8).readLine());
        } finally {
            unused.cancel(false);
        }
    }

    /** Creates a namespace as root or, without root's rights, in a user namespace. */
    static Namespace create() throws IOException {
        try {
            return new Namespace(UNSHARE, List.of());
        } catch (IOException asRoot) {
            try {
                return new Namespace(
                        joined(UNSHARE, List.of("--map-root-user")), List.of("--user", "--preserve-credentials"));
            } catch (IOException asUser) {
                throw new IOException(asRoot.getMessage() + "; " + asUser.getMessage(), asUser);
            }
        }
    }

    /** Creates another namespace with the same rights, so that the two can be connected. */
    Namespace beside() throws IOException {
        return new Namespace(entering(UNSHARE), rights);
    }

    /** Returns the name of the namespace for {@code ip link}. */
    String pid() {
        return Long.toString(holder.pid());
    }

    /** Returns the command that runs this command in the namespace. */
    List<String> entering(List<String> command) {
        return joined(joined(List.of("nsenter", "--target", pid(), "--net"), rights), command);
    }

    /** Runs a command in the namespace and returns its output. Arguments cannot contain spaces. */
    String run(String command) throws IOException, InterruptedException {
        Child.Ended ended =
                Child.run(new ProcessBuilder(entering(List.of(command.split(" ")))).redirectErrorStream(true), LIMIT);
        String output = ended.output().strip();
        if (ended.status() != 0) {
            throw new IOException("\"" + command + "\" failed in a namespace: " + output);
        }
        return output;
    }

    @Override
    public void close() {
        holder.destroyForcibly();
    }

    private static List<String> joined(List<String> words, List<String> more) {
        return Stream.concat(words.stream(), more.stream()).toList();
    }
}
