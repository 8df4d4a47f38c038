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
 * A network namespace without a name. It lives as long as there is a process in it, and the one that holds it ends with
 * its stdin, so with this JVM at the latest, however that ends: nothing can be left behind.
 */
final class Namespace implements AutoCloseable {
    private static final List<String> UNSHARE = List.of("unshare", "--net");

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final Process holder;
    private final List<String> rights;

    /**
     * Makes one.
     *
     * @param unshare the command that does
     * @param rights what nsenter needs besides to act in it
     */
    private Namespace(List<String> unshare, List<String> rights) throws IOException {
        this.rights = rights;
        holder = new ProcessBuilder(joined(unshare, List.of("sh", "-c", "echo && exec cat")))
                .redirectErrorStream(true)
                .start();
        String said = firstLine();
        if (!"".equals(said)) {
            throw new IOException("\"" + String.join(" ", unshare) + "\" says: " + said);
        }
    }

    /** The first line of the holder; a holder that prints none within the limit is killed, which ends the read. */
    private String firstLine() throws IOException {
        CompletableFuture<Void> unused = CompletableFuture.runAsync(
                holder::destroyForcibly, CompletableFuture.delayedExecutor(LIMIT.toSeconds(), TimeUnit.SECONDS));
        try {
            return String.valueOf(holder.inputReader(StandardCharsets.UTF_8).readLine());
        } finally {
            unused.cancel(false);
        }
    }

    /** A new one, by the rights of root or, without them, in a user namespace. */
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

    /** Another one, under the same rights, so that the two can be connected. */
    Namespace beside() throws IOException {
        return new Namespace(entering(UNSHARE), rights);
    }

    /** Its name for {@code ip link}, where both ends of a pair are named. */
    String pid() {
        return Long.toString(holder.pid());
    }

    /** That command, to be run inside. */
    List<String> entering(List<String> command) {
        return joined(joined(List.of("nsenter", "--target", pid(), "--net"), rights), command);
    }

    /** Runs a command inside and returns what it prints; its words have no spaces in them. */
    String run(String command) throws IOException, InterruptedException {
        Child.Ended ended =
                Child.run(new ProcessBuilder(entering(List.of(command.split(" ")))).redirectErrorStream(true), LIMIT);
        String output = ended.output().strip();
        if (ended.status() != 0) {
            throw new IOException("\"" + command + "\" in a namespace says: " + output);
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
