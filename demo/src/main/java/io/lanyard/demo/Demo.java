// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import io.lanyard.testkit.IssuedCredentials;
import io.lanyard.testkit.RecordedRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Shows a pod, an application in it that calls S3 while its credentials expire and its token rotates, and the counts.
 * Every printed result is checked; one failed check fails the demo.
 *
 * <p>This process runs the cluster and prints the output. The cluster and the application report events, which only the
 * caller's thread processes, so no other state is shared.
 */
public final class Demo {
    private static final String NO_COLOR = "--no-color";
    private static final String SPRING = "--spring=";
    private static final int KEYS = 3;
    private static final int ROTATIONS = KEYS - 1;
    private static final Duration START_LIMIT = Duration.ofSeconds(20);
    private static final Duration LOOP_LIMIT = Duration.ofSeconds(48);
    private static final Duration ROTATION_DELAY = Duration.ofSeconds(4);
    private static final Duration LINGER = Duration.ofMillis(1500);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final Screen screen;
    private final Sabotage sabotage;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    private final List<IssuedCredentials> issued = new ArrayList<>();
    private final List<String> revoked = new ArrayList<>();
    private final List<Event.Said> firstLines = new ArrayList<>();
    private int served;
    private int failed;
    private boolean done;
    private boolean live;
    private int rotations;
    private int issuedAtRotation;
    private long firstIssue;
    private long lastIssue;
    private long lastRevocation;
    private long firstFailure;
    private @Nullable Duration closest;

    Demo(Screen screen, Sabotage sabotage) {
        this.screen = screen;
        this.sabotage = sabotage;
    }

    /**
     * Runs the demo on stdout.
     *
     * @param arguments {@code --no-color}, or {@code --spring=JAR} to run the example application instead
     * @return 0 if all checks passed, 1 if one failed, 2 if the arguments are wrong
     */
    public static int run(List<String> arguments) {
        Sabotage sabotage;
        boolean noColor = arguments.contains(NO_COLOR);
        Path jar = null;
        try {
            sabotage = Sabotage.named(System.getenv(Sabotage.VARIABLE));
            for (String argument : arguments) {
                if (argument.startsWith(SPRING)) {
                    jar = Path.of(argument.substring(SPRING.length()));
                } else if (!argument.equals(NO_COLOR)) {
                    throw new IllegalArgumentException("unknown argument: " + argument + "; the demo accepts "
                            + NO_COLOR + " and " + SPRING + "JAR");
                }
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            return 2;
        }
        Screen screen = Screen.ofStdout(System.getenv(), noColor);
        boolean good = jar == null ? new Demo(screen, sabotage).run() : new SpringDemo(screen, jar).run();
        return good ? 0 : 1;
    }

    /** Runs the demo. Returns whether all checks passed. */
    boolean run() {
        long start = System.nanoTime();
        screen.title(
                "Lanyard demo",
                "takes less than a minute and uses this machine only"
                        + (sabotage == Sabotage.NONE ? "" : "; sabotaged: " + sabotage.text()));
        try (Cluster cluster = Cluster.start(sabotage, events::add)) {
            // leaves no token behind, not even when the demo is interrupted
            Runtime.getRuntime().addShutdownHook(new Thread(cluster.tokenFile()::close));
            play(cluster);
            if (screen.isGood()) {
                new Migration(screen, sabotage, cluster).run();
            }
        } catch (IOException | RuntimeException e) {
            screen.check(false, "demo", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            screen.check(false, "demo", "interrupted");
        }
        return screen.verdict(String.format(
                Locale.ROOT,
                "%d calls with %d successive keys and a migration, none failed; %.0f s in total",
                served,
                issued.size(),
                seconds(start)));
    }

    private void play(Cluster cluster) throws IOException, InterruptedException {
        showCluster(screen, cluster);
        showEnvironment(screen, cluster);
        Path home = Files.createTempDirectory("lanyard-demo-home-");
        home.toFile().deleteOnExit();
        try (Pod pod = Pod.start(
                cluster.podEnvironment(),
                home,
                events::add,
                cluster.store().endpoint().toString(),
                Cluster.BUCKET)) {
            if (firstCall(cluster, pod)) {
                wrongCredentials(cluster);
                manyCalls(cluster, pod);
            }
            pod.stop();
            await(() -> done, Duration.ofSeconds(5), pod);
            if (!done) {
                screen.check(false, "application", "exited early; its last output:");
                pod.lastOutput().forEach(screen::note);
            }
        }
        int servedByStore = cluster.store().served().entrySet().stream()
                .filter(entry -> issued.stream()
                        .anyMatch(credentials -> credentials.accessKeyId().equals(entry.getKey())))
                .mapToInt(Map.Entry::getValue)
                .sum();
        int refused = cluster.store().refused();
        if (failed == 0 && !revoked.isEmpty()) {
            revokedKeys(cluster);
        }
        summary(cluster, servedByStore, refused);
    }

    static void showCluster(Screen screen, Cluster cluster) throws IOException {
        screen.chapter(1, "The cluster");
        screen.fact("agent", cluster.agent().credentialsUri().toString());
        screen.fact(
                "association",
                Cluster.NAMESPACE + "/" + Cluster.SERVICE_ACCOUNT + " " + screen.arrow() + " " + Cluster.ROLE);
        Cluster.Token token = cluster.token();
        String subject = "system:serviceaccount:" + Cluster.NAMESPACE + ":" + Cluster.SERVICE_ACCOUNT;
        screen.check(token.subject().equals(subject), "projected token", token.subject());
        screen.check(token.expiration().isAfter(Instant.now()), "token expires", TIME.format(token.expiration()));
        screen.fact("S3 endpoint", cluster.store().endpoint() + screen.dot() + "verifies SigV4 signatures");
    }

    static void showEnvironment(Screen screen, Cluster cluster) {
        screen.chapter(2, "The environment that the Pod Identity webhook sets in the pod");
        cluster.podEnvironment().forEach((name, value) -> {
            String file = cluster.tokenFile().path().toString();
            screen.note(name + "="
                    + (value.equals(file)
                            ? screen.ellipsis() + "/"
                                    + cluster.tokenFile().path().getFileName()
                            : value));
        });
    }

    private boolean firstCall(Cluster cluster, Pod pod) throws InterruptedException {
        screen.chapter(3, "An application starts and makes its first calls");
        screen.note("S3Client.builder()");
        screen.note("    .credentialsProvider(LanyardContainerCredentialsProvider.create())");
        Event.Said environment = firstLine(0, pod);
        if (environment == null) {
            return false;
        }
        String expected =
                String.join(" ", new TreeSet<>(cluster.podEnvironment().keySet()));
        screen.check(
                environment.fields().get(0).equals(expected),
                "environment",
                "only these three AWS variables, and no ~/.aws");
        Event.Said credentials = firstLine(1, pod);
        if (credentials == null || issued.isEmpty()) {
            return screen.check(false, "first credentials", "none");
        }
        String keyId = credentials.fields().get(1);
        String account = credentials.fields().get(2);
        screen.fact("first credentials", "after " + credentials.fields().get(0) + " ms");
        screen.check(
                keyId.equals(issued.get(0).accessKeyId()) && account.equals(Cluster.ACCOUNT),
                "identity in use",
                screen.key(keyId) + " of account " + account);
        Event.Said listed = firstLine(2, pod);
        if (listed == null) {
            return false;
        }
        String objects = listed.fields().get(0);
        screen.check(
                objects.equals(Integer.toString(Cluster.OBJECTS)),
                "list",
                objects + " objects in s3://" + Cluster.BUCKET);
        Event.Said read = firstLine(3, pod);
        return read != null
                && screen.check(
                        true,
                        "read",
                        read.fields().get(0) + ", " + read.fields().get(1) + " characters");
    }

    private void wrongCredentials(Cluster cluster) {
        screen.chapter(4, "S3 verifies credentials: wrong ones are rejected");
        IssuedCredentials good = issued.get(issued.size() - 1);
        rejection(
                "unknown key",
                cluster.probe(AwsSessionCredentials.create("ASIAUNKNOWNKEY000000", "a secret", "a token")),
                "403 InvalidAccessKeyId");
        rejection(
                "wrong secret",
                cluster.probe(AwsSessionCredentials.create(good.accessKeyId(), "a guess", good.sessionToken())),
                "403 SignatureDoesNotMatch");
        rejection(
                "wrong session token",
                cluster.probe(AwsSessionCredentials.create(good.accessKeyId(), good.secretAccessKey(), "a guess")),
                "400 InvalidToken");
    }

    private void rejection(String label, String answer, String expected) {
        screen.check(answer.equals(expected), label, answer.equals(expected) ? "rejected: " + answer : answer);
    }

    private void manyCalls(Cluster cluster, Pod pod) throws IOException, InterruptedException {
        screen.chapter(
                5,
                "Five calls per second; credentials expire after " + Cluster.CREDENTIAL_LIFETIME.toSeconds()
                        + " s, and S3 then revokes the key");
        screen.event(0, "credentials 1", screen.key(issued.get(0).accessKeyId()));
        live = true;
        if (sabotage == Sabotage.AGENT_DIES) {
            cluster.agent().stop();
        }
        while (!isComplete() && seconds(firstIssue) < LOOP_LIMIT.toSeconds() && pod.isAlive()) {
            take();
            if (rotations < ROTATIONS
                    && issued.size() > rotations
                    && since(lastIssue).compareTo(ROTATION_DELAY) > 0) {
                rotations++;
                issuedAtRotation = issued.size();
                String id = cluster.rotateToken();
                screen.event(seconds(firstIssue), "token rotated", "new id " + shortId(id));
            }
            screen.status(status());
        }
        screen.clearStatus();
        live = false;
    }

    /** Returns whether chapter 5 has shown everything, or a call has failed. */
    private boolean isComplete() {
        if (failed > 0) {
            return since(firstFailure).compareTo(LINGER) > 0;
        }
        return issued.size() >= KEYS
                && rotations == ROTATIONS
                && issued.size() > issuedAtRotation
                && revoked.size() >= KEYS - 1
                && since(lastRevocation).compareTo(LINGER) > 0;
    }

    private String status() {
        IssuedCredentials current = issued.get(issued.size() - 1);
        long left = Math.max(
                0, Duration.between(Instant.now(), current.expiration()).toSeconds());
        return String.format(
                Locale.ROOT,
                "%5.1f s  %d calls served%s%d failed%s%s expires in %d s",
                seconds(firstIssue),
                served,
                screen.dot(),
                failed,
                screen.dot(),
                current.accessKeyId(),
                left);
    }

    private void revokedKeys(Cluster cluster) {
        screen.chapter(6, "S3 rejects the revoked keys, even with the right secrets and tokens");
        for (IssuedCredentials credentials : cluster.agent().issued()) {
            String keyId = credentials.accessKeyId();
            String answer = cluster.probe(
                    AwsSessionCredentials.create(keyId, credentials.secretAccessKey(), credentials.sessionToken()));
            if (revoked.contains(keyId)) {
                screen.check(answer.equals("403 InvalidAccessKeyId"), "revoked", screen.key(keyId) + ": " + answer);
            } else {
                screen.check(answer.equals("accepted"), "valid", screen.key(keyId) + ": " + answer);
            }
        }
    }

    private void summary(Cluster cluster, int servedByStore, int refused) {
        screen.chapter(7, "Summary");
        List<RecordedRequest> requests = cluster.agent().requests();
        long good = requests.stream()
                .filter(request -> request.status() == 200 && request.authorized())
                .count();
        screen.count(
                good == requests.size() && good >= KEYS && good <= 3L * KEYS,
                "requests to the agent",
                requests.size(),
                good == requests.size()
                        ? "all with the token, all answered with 200" + (good < KEYS ? "; too few" : "")
                        : good + " of them with the token and answered with 200");
        screen.count(issued.size() >= KEYS, "credentials issued", issued.size(), "");
        boolean early = closest == null || !closest.isNegative();
        screen.count(
                issued.size() >= KEYS && early,
                "refreshes",
                Math.max(0, issued.size() - 1),
                closest == null
                        ? "none"
                        : early
                                ? String.format(
                                        Locale.ROOT, "the latest %.1f s before expiration", closest.toMillis() / 1e3)
                                : "too late");
        List<String> seen = tokensSeen(cluster);
        boolean allSeen = rotations == ROTATIONS && seen.equals(cluster.tokenIds());
        screen.count(
                allSeen,
                "token rotations",
                Math.max(0, seen.size() - 1),
                allSeen ? "the agent received each new token" : "received by the agent, of " + ROTATIONS);
        screen.count(
                served > 0 && served == servedByStore,
                "calls served",
                served,
                served == servedByStore
                        ? "S3 counted the same number, with " + issued.size() + " keys"
                        : "but S3 counted " + servedByStore);
        screen.count(failed == 0, "calls failed", failed, "");
        int expected = 3;
        screen.count(
                refused == expected,
                "calls rejected by S3",
                refused,
                refused == expected
                        ? "the three of chapter 4"
                        : "but only the " + expected + " of chapter 4 should be");
    }

    /** Returns the ids of the tokens that the agent received, in order and without repetitions. */
    private static List<String> tokensSeen(Cluster cluster) {
        return cluster.agent().requests().stream()
                .map(request -> request.tokenId() == null ? "none" : request.tokenId())
                .distinct()
                .toList();
    }

    /** Returns the nth line of the application; null, and a failed check, if it does not come in time. */
    private Event.@Nullable Said firstLine(int number, Pod pod) throws InterruptedException {
        await(() -> firstLines.size() > number || failed > 0, START_LIMIT, pod);
        if (firstLines.size() > number) {
            return firstLines.get(number);
        }
        if (failed == 0) {
            screen.check(false, "application", "printed nothing in time");
        }
        return null;
    }

    private void await(BooleanSupplier condition, Duration limit, Pod pod) throws InterruptedException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean() && since(start).compareTo(limit) < 0 && (pod.isAlive() || !events.isEmpty())) {
            take();
        }
    }

    /** Waits briefly for the next event and processes it. */
    private void take() throws InterruptedException {
        Event event = events.poll(100, TimeUnit.MILLISECONDS);
        if (event instanceof Event.Issued issuance) {
            take(issuance.credentials());
        } else if (event instanceof Event.Revoked key) {
            revoked.add(key.accessKeyId());
            lastRevocation = System.nanoTime();
            if (live) {
                screen.event(seconds(firstIssue), "key revoked", screen.key(key.accessKeyId()));
            }
        } else if (event instanceof Event.Said said) {
            take(said);
        }
    }

    private void take(IssuedCredentials fresh) {
        lastIssue = System.nanoTime();
        if (issued.isEmpty()) {
            firstIssue = lastIssue;
            issued.add(fresh);
            return;
        }
        IssuedCredentials old = issued.get(issued.size() - 1);
        Duration left = Duration.between(Instant.now(), old.expiration());
        closest = closest == null || left.compareTo(closest) < 0 ? left : closest;
        issued.add(fresh);
        if (live) {
            String when = String.format(Locale.ROOT, ", %.1f s before the last ones expire", left.toMillis() / 1e3);
            screen.event(seconds(firstIssue), "credentials " + issued.size(), screen.key(fresh.accessKeyId()) + when);
        }
    }

    private void take(Event.Said said) {
        switch (said.line()) {
            case ENVIRONMENT, CREDENTIALS -> firstLines.add(said);
            case LISTED, READ -> {
                firstLines.add(said);
                served++;
            }
            case SERVED -> served++;
            case FAILED -> {
                if (failed++ == 0) {
                    firstFailure = System.nanoTime();
                    screen.fault(
                            issued.isEmpty() ? 0 : seconds(firstIssue),
                            "call failed",
                            said.fields().get(0));
                }
            }
            case EXPLAINED -> throw new IllegalStateException("this application does not report explain(true)");
            case DONE -> done = true;
        }
    }

    private static String shortId(String id) {
        return id.substring(0, Math.min(8, id.length()));
    }

    static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }

    static double seconds(long nanoTime) {
        return since(nanoTime).toMillis() / 1e3;
    }
}
