// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import io.lanyard.testkit.IssuedCredentials;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the example application in the demo's cluster: Spring Boot with the starter and no code for credentials. Its
 * credentials expire and the agent restarts while it is called; then its actuator is read.
 */
final class SpringDemo {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration LOOP_LIMIT = Duration.ofSeconds(60);
    private static final Duration PACE = Duration.ofMillis(200);
    /** Counted from the last issue; a refresh is due after about half of the lifetime. */
    private static final Duration AGENT_STOPS_AFTER = Duration.ofSeconds(7);

    private static final Duration AGENT_DOWNTIME = Duration.ofSeconds(4);
    private static final int KEYS = 3;

    private static final Pattern LISTENS = Pattern.compile("started on port (\\d+)");
    private static final Pattern TEXT_LINE = Pattern.compile("\"text\":\\[(.*?)\\]");
    private static final Pattern COUNT = Pattern.compile("\"COUNT\",\"value\":(\\d+)");

    private final Screen screen;
    private final Path jar;
    private final HttpClient http = HttpClient.newHttpClient();
    private final CompletableFuture<Integer> port = new CompletableFuture<>();
    private final CompletableFuture<Integer> managementPort = new CompletableFuture<>();

    private int served;
    private int failed;

    SpringDemo(Screen screen, Path jar) {
        this.screen = screen;
        this.jar = jar;
    }

    /** Runs the demo. Returns whether all checks passed. */
    boolean run() {
        long start = System.nanoTime();
        screen.title("Lanyard demo, Spring Boot", "takes about a minute and uses this machine only");
        try (Cluster cluster = Cluster.start(Sabotage.NONE, event -> {})) {
            Runtime.getRuntime().addShutdownHook(new Thread(cluster.tokenFile()::close));
            play(cluster);
        } catch (IOException | RuntimeException e) {
            screen.check(false, "demo", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            screen.check(false, "demo", "interrupted");
        }
        return screen.verdict(
                String.format(Locale.ROOT, "%d calls, none failed; %.0f s in all", served, Demo.seconds(start)));
    }

    private void play(Cluster cluster) throws IOException, InterruptedException {
        Demo.showCluster(screen, cluster);
        Demo.showEnvironment(screen, cluster);
        Path home = Files.createTempDirectory("lanyard-demo-home-");
        home.toFile().deleteOnExit();
        try (Pod pod = Pod.startJar(
                jar,
                cluster.podEnvironment(),
                home,
                this::listen,
                arguments(cluster.store().endpoint()))) {
            if (starts(pod)) {
                manyCalls(cluster);
                readActuator();
                summary(cluster);
            } else {
                pod.lastOutput().forEach(screen::note);
            }
            pod.terminate();
        }
    }

    /** Both servers listen on loopback only, so no other machine reaches the application or its actuator. */
    static String[] arguments(URI store) {
        return new String[] {
            "--server.address=127.0.0.1",
            "--server.port=0",
            "--management.server.address=127.0.0.1",
            "--management.server.port=0",
            "--orders.bucket=" + Cluster.BUCKET,
            "--spring.cloud.aws.endpoint=" + store,
            "--spring.cloud.aws.s3.path-style-access-enabled=true"
        };
    }

    /** Reads the ports from the log: first the application's, then the actuator's. Returns whether the line was used. */
    boolean listen(String line) {
        Matcher matcher = LISTENS.matcher(line);
        if (!matcher.find()) {
            return false;
        }
        Integer found = Integer.valueOf(matcher.group(1));
        return port.complete(found) || managementPort.complete(found);
    }

    private boolean starts(Pod pod) throws IOException, InterruptedException {
        screen.chapter(3, "The example application starts: Spring Boot, Spring Cloud AWS and Lanyard's starter");
        screen.note("examples/spring-boot-s3 has no code for credentials");
        long start = System.nanoTime();
        while (!managementPort.isDone() && pod.isAlive() && Demo.since(start).compareTo(START_LIMIT) < 0) {
            try {
                managementPort.get(100, TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                // not started yet
            }
        }
        if (!managementPort.isDone()) {
            return screen.check(false, "application", "did not start; its last output:");
        }
        screen.check(true, "started", String.format(Locale.ROOT, "after %.1f s", Demo.seconds(start)));
        HttpResponse<String> list = get("/orders");
        served++;
        return screen.check(
                list.statusCode() == 200 && list.body().contains("orders/1001.json"), "GET /orders", list.body());
    }

    private void manyCalls(Cluster cluster) throws IOException, InterruptedException {
        screen.chapter(
                4,
                "Five calls per second; credentials expire after " + Cluster.CREDENTIAL_LIFETIME.toSeconds()
                        + " s, and the agent is down for " + AGENT_DOWNTIME.toSeconds() + " s");
        long start = System.nanoTime();
        long lastIssue = start;
        long stopped = 0;
        boolean back = false;
        int known = 0;
        while ((known < KEYS || !back) && Demo.since(start).compareTo(LOOP_LIMIT) < 0) {
            call(1001 + served % Cluster.OBJECTS, start);
            List<IssuedCredentials> issued = cluster.agent().issued();
            for (; known < issued.size(); known++) {
                lastIssue = System.nanoTime();
                screen.event(
                        Demo.seconds(start),
                        "credentials " + (known + 1),
                        screen.key(issued.get(known).accessKeyId()));
            }
            if (known == 2 && stopped == 0 && Demo.since(lastIssue).compareTo(AGENT_STOPS_AFTER) > 0) {
                cluster.agent().stop();
                stopped = System.nanoTime();
                screen.event(Demo.seconds(start), "agent stopped", "it refuses connections");
            } else if (stopped != 0 && !back && Demo.since(stopped).compareTo(AGENT_DOWNTIME) > 0) {
                cluster.agent().restart();
                back = true;
                screen.event(Demo.seconds(start), "agent restarted", "");
            }
            screen.status(String.format(
                    Locale.ROOT,
                    "%5.1f s  %d calls served%s%d failed",
                    Demo.seconds(start),
                    served,
                    screen.dot(),
                    failed));
            TimeUnit.NANOSECONDS.sleep(PACE.toNanos());
        }
        screen.clearStatus();
    }

    private void call(int number, long start) throws IOException, InterruptedException {
        HttpResponse<String> order = get("/orders/" + number);
        if (order.statusCode() == 200) {
            served++;
        } else if (failed++ == 0) {
            screen.fault(Demo.seconds(start), "call failed", order.statusCode() + " " + order.body());
        }
    }

    private void readActuator() throws IOException, InterruptedException {
        screen.chapter(5, "Health, metrics and the endpoint of the actuator");
        String health = actuator("/actuator/health").body();
        screen.check(
                health.contains("\"lanyard\"") && health.contains("\"status\":\"UP\""),
                "/actuator/health",
                "UP, with the component \"lanyard\"");
        int refreshes = count("success");
        screen.check(refreshes >= KEYS, "/actuator/metrics", "lanyard.credentials.load: " + refreshes + " succeeded");
        int failures = count("failure");
        screen.check(failures > 0, "/actuator/metrics", failures + " failed while the agent was down");
        String endpoint = actuator("/actuator/lanyard").body();
        screen.check(endpoint.contains("\"inUse\":\"container\""), "/actuator/lanyard", "in use: container");
        Matcher text = TEXT_LINE.matcher(endpoint);
        if (text.find()) {
            for (String line : text.group(1).split("\",\"", -1)) {
                screen.note("  " + line.replace("\"", ""));
            }
        }
    }

    private void summary(Cluster cluster) {
        screen.chapter(6, "Summary");
        int servedByStore = cluster.store().served().entrySet().stream()
                .filter(entry -> cluster.agent().issued().stream()
                        .anyMatch(credentials -> credentials.accessKeyId().equals(entry.getKey())))
                .mapToInt(Map.Entry::getValue)
                .sum();
        int issued = cluster.agent().issued().size();
        screen.count(issued >= KEYS, "credentials issued", issued, "");
        screen.count(
                served == servedByStore,
                "calls served",
                served,
                served == servedByStore ? "S3 counted the same number" : "but S3 counted " + servedByStore);
        screen.count(failed == 0, "calls failed", failed, "");
        screen.count(
                cluster.store().refused() == 0,
                "calls rejected by S3",
                cluster.store().refused(),
                "");
    }

    private int count(String outcome) throws IOException, InterruptedException {
        Matcher count = COUNT.matcher(actuator("/actuator/metrics/lanyard.credentials.load?tag=outcome:" + outcome)
                .body());
        return count.find() ? Integer.parseInt(count.group(1)) : 0;
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return get(port.join(), path);
    }

    private HttpResponse<String> actuator(String path) throws IOException, InterruptedException {
        return get(managementPort.join(), path);
    }

    private HttpResponse<String> get(int server, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server + path))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
