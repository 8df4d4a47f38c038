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
 * The story: what a pod has, what an application does with it, what becomes of it while credentials end and the token
 * rotates, and the count of it all. Whatever is told is checked, and one thing that is not so is a failed demo.
 *
 * <p>This process is the cluster and the narrator. Cluster and application report events; one thread, the caller's,
 * takes them in turn, so that nothing here is shared.
 */
public final class Demo {
    private static final String NO_COLOR = "--no-color";
    private static final String SPRING = "--spring=";
    private static final int LIVES = 3;
    private static final int ROTATIONS = LIVES - 1;
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
    private final List<Event.Said> openings = new ArrayList<>();
    private int served;
    private int failed;
    private boolean done;
    private boolean telling;
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
     * @param arguments {@code --no-color}, {@code --spring=JAR} for the example application in place of the ordinary
     *     one, or none
     * @return 0 if all was as told, 1 if not, 2 if the arguments are wrong
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
                    throw new IllegalArgumentException(
                            "the demo knows " + NO_COLOR + ", " + SPRING + "JAR and nothing else");
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

    /** Tells the whole story. Returns whether it was true. */
    boolean run() {
        long start = System.nanoTime();
        screen.title(
                "Lanyard demo",
                "less than a minute, on this machine alone"
                        + (sabotage == Sabotage.NONE ? "" : "; sabotaged: " + sabotage.text()));
        try (Cluster cluster = Cluster.start(sabotage, events::add)) {
            // also when the demo is interrupted: no token stays behind
            Runtime.getRuntime().addShutdownHook(new Thread(cluster.tokenFile()::close));
            tell(cluster);
            if (screen.isGood()) {
                new Migration(screen, sabotage, cluster).tell();
            }
        } catch (IOException | RuntimeException e) {
            screen.check(false, "demo", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            screen.check(false, "demo", "interrupted");
        }
        return screen.verdict(String.format(
                Locale.ROOT,
                "%d calls over %d lives of credentials and a migration, none failed; %.0f s in all",
                served,
                issued.size(),
                seconds(start)));
    }

    private void tell(Cluster cluster) throws IOException, InterruptedException {
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
                strangers(cluster);
                manyCalls(cluster, pod);
            }
            pod.stop();
            await(() -> done, Duration.ofSeconds(5), pod);
            if (!done) {
                screen.check(false, "application", "ended before it was asked to; its last words:");
                pod.lastWords().forEach(screen::note);
            }
        }
        int servedByStore = cluster.store().served().entrySet().stream()
                .filter(entry -> issued.stream()
                        .anyMatch(credentials -> credentials.accessKeyId().equals(entry.getKey())))
                .mapToInt(Map.Entry::getValue)
                .sum();
        int refused = cluster.store().refused();
        if (failed == 0 && !revoked.isEmpty()) {
            deadKeys(cluster);
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
        screen.check(token.expiration().isAfter(Instant.now()), "token ends", TIME.format(token.expiration()));
        screen.fact("S3 endpoint", cluster.store().endpoint() + screen.dot() + "verifies SigV4");
    }

    static void showEnvironment(Screen screen, Cluster cluster) {
        screen.chapter(2, "The pod's environment, as the Pod Identity webhook sets it");
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
        Event.Said environment = opening(0, pod);
        if (environment == null) {
            return false;
        }
        String expected =
                String.join(" ", new TreeSet<>(cluster.podEnvironment().keySet()));
        screen.check(
                environment.fields().get(0).equals(expected),
                "environment",
                "these three AWS variables, no other, and no ~/.aws");
        Event.Said credentials = opening(1, pod);
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
        Event.Said listed = opening(2, pod);
        if (listed == null) {
            return false;
        }
        String objects = listed.fields().get(0);
        screen.check(
                objects.equals(Integer.toString(Cluster.OBJECTS)),
                "list",
                objects + " objects in s3://" + Cluster.BUCKET);
        Event.Said read = opening(3, pod);
        return read != null
                && screen.check(
                        true,
                        "read",
                        read.fields().get(0) + ", " + read.fields().get(1) + " characters");
    }

    private void strangers(Cluster cluster) {
        screen.chapter(4, "The endpoint means it: strangers are refused");
        IssuedCredentials good = issued.get(issued.size() - 1);
        refusal(
                "unknown key",
                cluster.knock(AwsSessionCredentials.create("ASIANOBODYKNOWSTHIS0", "a secret", "a token")),
                "403 InvalidAccessKeyId");
        refusal(
                "wrong secret",
                cluster.knock(AwsSessionCredentials.create(good.accessKeyId(), "a guess", good.sessionToken())),
                "403 SignatureDoesNotMatch");
        refusal(
                "wrong session token",
                cluster.knock(AwsSessionCredentials.create(good.accessKeyId(), good.secretAccessKey(), "a guess")),
                "400 InvalidToken");
    }

    private void refusal(String who, String answer, String expected) {
        screen.check(answer.equals(expected), who, answer.equals(expected) ? "refused: " + answer : answer);
    }

    private void manyCalls(Cluster cluster, Pod pod) throws IOException, InterruptedException {
        screen.chapter(
                5,
                "Five calls a second; a key lives " + Cluster.CREDENTIALS_LIFE.toSeconds()
                        + " s and is revoked as it ends");
        screen.event(0, "credentials 1", screen.key(issued.get(0).accessKeyId()));
        telling = true;
        if (sabotage == Sabotage.AGENT_DIES) {
            cluster.agent().stop();
        }
        while (!told() && seconds(firstIssue) < LOOP_LIMIT.toSeconds() && pod.isAlive()) {
            take();
            if (rotations < ROTATIONS
                    && issued.size() > rotations
                    && since(lastIssue).compareTo(ROTATION_DELAY) > 0) {
                rotations++;
                issuedAtRotation = issued.size();
                String id = cluster.rotateToken();
                screen.event(seconds(firstIssue), "token rotated", "its id is now " + shortId(id));
            }
            screen.status(status());
        }
        screen.clearStatus();
        telling = false;
    }

    /** Whether chapter 5 has shown all it is to show, or that it cannot. */
    private boolean told() {
        if (failed > 0) {
            return since(firstFailure).compareTo(LINGER) > 0;
        }
        return issued.size() >= LIVES
                && rotations == ROTATIONS
                && issued.size() > issuedAtRotation
                && revoked.size() >= LIVES - 1
                && since(lastRevocation).compareTo(LINGER) > 0;
    }

    private String status() {
        IssuedCredentials current = issued.get(issued.size() - 1);
        long left = Math.max(
                0, Duration.between(Instant.now(), current.expiration()).toSeconds());
        return String.format(
                Locale.ROOT,
                "%5.1f s  %d calls served%s%d failed%s%s ends in %d s",
                seconds(firstIssue),
                served,
                screen.dot(),
                failed,
                screen.dot(),
                current.accessKeyId(),
                left);
    }

    private void deadKeys(Cluster cluster) {
        screen.chapter(6, "The old keys are dead, even with their own secrets and tokens");
        for (IssuedCredentials credentials : cluster.agent().issued()) {
            String keyId = credentials.accessKeyId();
            String answer = cluster.knock(
                    AwsSessionCredentials.create(keyId, credentials.secretAccessKey(), credentials.sessionToken()));
            if (revoked.contains(keyId)) {
                screen.check(answer.equals("403 InvalidAccessKeyId"), "ended", screen.key(keyId) + ": " + answer);
            } else {
                screen.check(answer.equals("served"), "alive", screen.key(keyId) + ": " + answer);
            }
        }
    }

    private void summary(Cluster cluster, int servedByStore, int refused) {
        screen.chapter(7, "What happened");
        List<RecordedRequest> requests = cluster.agent().requests();
        long good = requests.stream()
                .filter(request -> request.status() == 200 && request.authorized())
                .count();
        screen.count(
                good == requests.size() && good >= LIVES && good <= 3L * LIVES,
                "requests to the agent",
                requests.size(),
                good == requests.size()
                        ? "each with the token, each answered 200" + (good < LIVES ? "; too few" : "")
                        : good + " of them answered 200");
        screen.count(issued.size() >= LIVES, "credentials issued", issued.size(), "");
        boolean early = closest == null || !closest.isNegative();
        screen.count(
                issued.size() >= LIVES && early,
                "refreshes",
                Math.max(0, issued.size() - 1),
                closest == null
                        ? "none was seen"
                        : early
                                ? String.format(
                                        Locale.ROOT, "the latest %.1f s before the old end", closest.toMillis() / 1e3)
                                : "too late");
        List<String> seen = tokensSeen(cluster);
        boolean allSeen = rotations == ROTATIONS && seen.equals(cluster.tokenIds());
        screen.count(
                allSeen,
                "token rotations",
                Math.max(0, seen.size() - 1),
                allSeen ? "the agent was shown each new token" : "seen by the agent, of " + ROTATIONS);
        screen.count(
                served > 0 && served == servedByStore,
                "calls served",
                served,
                served == servedByStore ? "S3 counts the same; keys: " + issued.size() : "S3 counts " + servedByStore);
        screen.count(failed == 0, "calls failed", failed, "");
        int strangers = 3;
        screen.count(
                refused == strangers,
                "calls refused by S3",
                refused,
                refused == strangers ? "the strangers of chapter 4" : "of which strangers are to be " + strangers);
    }

    /** The ids of the tokens that the agent was shown, in that order, each once. */
    private static List<String> tokensSeen(Cluster cluster) {
        return cluster.agent().requests().stream()
                .map(request -> request.tokenId() == null ? "none" : request.tokenId())
                .distinct()
                .toList();
    }

    /** The application's opening line of that number; null, and a cross on the screen, if it does not come. */
    private Event.@Nullable Said opening(int number, Pod pod) throws InterruptedException {
        await(() -> openings.size() > number || failed > 0, START_LIMIT, pod);
        if (openings.size() > number) {
            return openings.get(number);
        }
        if (failed == 0) {
            screen.check(false, "application", "says nothing");
        }
        return null;
    }

    private void await(BooleanSupplier condition, Duration limit, Pod pod) throws InterruptedException {
        long start = System.nanoTime();
        while (!condition.getAsBoolean() && since(start).compareTo(limit) < 0 && (pod.isAlive() || !events.isEmpty())) {
            take();
        }
    }

    /** Waits a moment for the next event and takes it in. */
    private void take() throws InterruptedException {
        Event event = events.poll(100, TimeUnit.MILLISECONDS);
        if (event instanceof Event.Issued fresh) {
            take(fresh.credentials());
        } else if (event instanceof Event.Revoked dead) {
            revoked.add(dead.accessKeyId());
            lastRevocation = System.nanoTime();
            if (telling) {
                screen.event(seconds(firstIssue), "key revoked", screen.key(dead.accessKeyId()));
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
        Duration ahead = Duration.between(Instant.now(), old.expiration());
        closest = closest == null || ahead.compareTo(closest) < 0 ? ahead : closest;
        issued.add(fresh);
        if (telling) {
            String when = String.format(Locale.ROOT, ", %.1f s before the old end", ahead.toMillis() / 1e3);
            screen.event(seconds(firstIssue), "credentials " + issued.size(), screen.key(fresh.accessKeyId()) + when);
        }
    }

    private void take(Event.Said said) {
        switch (said.line()) {
            case ENVIRONMENT, CREDENTIALS -> openings.add(said);
            case LISTED, READ -> {
                openings.add(said);
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
            case EXPLAINED -> throw new IllegalStateException("the application was not asked to explain");
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
