// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Moves an application from long-term keys in its environment to Pod Identity, one rollout at a time, and checks that no
 * call fails. As in a deployment, each rollout starts the new pod before it stops the old one.
 */
final class Migration {
    private static final Duration LIMIT = Duration.ofSeconds(15);
    private static final Duration LINGER = Duration.ofSeconds(1);
    private static final int SOURCES = 6;

    private final Screen screen;
    private final Sabotage sabotage;
    private final Cluster cluster;
    private int served;
    private int failed;

    Migration(Screen screen, Sabotage sabotage, Cluster cluster) {
        this.screen = screen;
        this.sabotage = sabotage;
        this.cluster = cluster;
    }

    void run() throws IOException, InterruptedException {
        screen.chapter(8, "Another application moves from long-term keys to Pod Identity");
        screen.note("S3Client.builder()");
        screen.note("    .credentialsProvider(LanyardDefaultCredentialsProvider.create())");
        Map<String, String> before = cluster.oldEnvironment();
        Map<String, String> after = cluster.withSts(cluster.podEnvironment());
        Map<String, String> both = new LinkedHashMap<>(before);
        both.putAll(after);
        if (sabotage == Sabotage.NO_ASSOCIATION) {
            cluster.agent().disassociate(Cluster.NAMESPACE, Cluster.SERVICE_ACCOUNT);
        }
        Path home = Files.createTempDirectory("lanyard-demo-home-");
        home.toFile().deleteOnExit();
        try (Rollout first = rollout(before, home)) {
            if (!uses(first, "old keys only", Cluster.OLD_KEY)) {
                return;
            }
            try (Rollout second = rollout(both, home)) {
                if (!uses(second, "Pod Identity added", Cluster.OLD_KEY) || !explains(second)) {
                    return;
                }
                stop(first);
                if (sabotage == Sabotage.KEYS_REVOKED_EARLY) {
                    cluster.revokeOldKey();
                }
                try (Rollout third = rollout(after, home)) {
                    if (!uses(third, "old keys removed", "ASIA")) {
                        return;
                    }
                    stop(second);
                    cluster.revokeOldKey();
                    screen.check(true, "old keys", "revoked");
                    third.await(Application.Line.DONE, LINGER); // the application goes on calling S3
                    stop(third);
                }
            }
        }
        screen.count(served > 0, "calls served", served, "by three pods, one after another");
        screen.count(failed == 0, "calls failed", failed, "");
    }

    private Rollout rollout(Map<String, String> environment, Path home) throws IOException {
        return new Rollout(environment, home, cluster.store().endpoint().toString());
    }

    private boolean uses(Rollout rollout, String what, String key) throws InterruptedException {
        Event.Said credentials = rollout.await(Application.Line.CREDENTIALS, LIMIT);
        if (credentials == null || rollout.await(Application.Line.READ, LIMIT) == null) {
            screen.check(false, what, "the application failed or did not report it; its last output:");
            rollout.pod.lastOutput().forEach(screen::note);
            return false;
        }
        String used = credentials.fields().get(1);
        return screen.check(used.startsWith(key), what, "in use: " + screen.key(used));
    }

    /** Prints the whole table, which also says whether it is safe to remove the old keys. */
    private boolean explains(Rollout rollout) throws InterruptedException {
        screen.note("credentials.explain(true)");
        boolean safe = false;
        for (int i = 0; i < SOURCES; i++) {
            Event.Said row = rollout.await(Application.Line.EXPLAINED, LIMIT);
            if (row == null) {
                return screen.check(false, "explain(true)", "the table is incomplete");
            }
            List<String> fields = row.fields();
            screen.note(String.format("    %-15s %-18s %s", fields.get(1), fields.get(0), fields.get(2))
                    .stripTrailing());
            safe |= fields.get(0).equals("container")
                    && fields.get(1).equals("shadowed")
                    && fields.get(2).contains("assumed-role/orders/");
        }
        return screen.check(
                safe,
                "safe to remove keys",
                safe
                        ? "yes: Pod Identity returns credentials of the role"
                        : "no: Pod Identity does not return credentials of the role");
    }

    private void stop(Rollout rollout) throws InterruptedException {
        rollout.pod.stop();
        screen.check(
                rollout.await(Application.Line.DONE, LIMIT) != null, "pod stopped", rollout.served + " calls served");
        served += rollout.served;
        failed += rollout.failed;
        rollout.errors.forEach(screen::note);
    }

    /** A pod and the lines that it has written. */
    private static final class Rollout implements AutoCloseable {
        private final BlockingQueue<Event> said = new LinkedBlockingQueue<>();
        private final List<String> errors = new ArrayList<>();
        private final Pod pod;
        private int served;
        private int failed;

        Rollout(Map<String, String> environment, Path home, String endpoint) throws IOException {
            pod = Pod.start(environment, home, said::add, endpoint, Cluster.BUCKET, Application.DEFAULT_CHAIN);
        }

        /** Returns the next line of that kind, or null after the limit. Counts the calls before it. */
        Event.@Nullable Said await(Application.Line line, Duration limit) throws InterruptedException {
            long deadline = System.nanoTime() + limit.toNanos();
            for (long left = limit.toNanos(); left > 0; left = deadline - System.nanoTime()) {
                if (!(said.poll(left, TimeUnit.NANOSECONDS) instanceof Event.Said next)) {
                    return null;
                }
                switch (next.line()) {
                    case LISTED, READ, SERVED -> served++;
                    case FAILED -> {
                        failed++;
                        errors.add(next.fields().get(0));
                    }
                    default -> {
                        // not a call
                    }
                }
                if (next.line() == line) {
                    return next;
                }
            }
            return null;
        }

        @Override
        public void close() {
            pod.close();
        }
    }
}
