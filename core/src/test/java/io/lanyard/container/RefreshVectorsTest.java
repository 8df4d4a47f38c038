// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.RefreshState;
import io.lanyard.RefreshStatus;
import io.lanyard.refresh.Backoff;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Environment;
import io.lanyard.spi.Scheduler;
import io.lanyard.testsupport.ConformanceVector;
import io.lanyard.testsupport.VirtualTime;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The groups refresh and cache of the conformance vectors, through the source as an application has it. */
@NullUnmarked // a vector's fields are there or not
class RefreshVectorsTest {

    private static final Duration LIFE = Duration.ofHours(1);

    @Test
    void every_vector_of_the_two_groups_is_here() throws IOException {
        assertThat(vectors("refresh")).hasSize(44);
        assertThat(vectors("cache")).hasSize(9);
    }

    @TestFactory
    Stream<DynamicTest> refresh() throws IOException {
        return vectors("refresh").stream().flatMap(vector -> variants(vector).stream());
    }

    @TestFactory
    Stream<DynamicTest> cache() throws IOException {
        return vectors("cache").stream()
                .map(vector -> DynamicTest.dynamicTest(text(vector, "id"), () -> runCache(withOurs(vector))));
    }

    // ---- refresh

    /** Vectors whose source does one of several things are run with each. */
    private static List<DynamicTest> variants(Map<String, Object> given) {
        Map<String, Object> ours = map(given, "oursCase");
        Map<String, Object> vector = withOurs(given);
        String id = text(given, "id");
        List<DynamicTest> tests = new ArrayList<>();
        if (Boolean.TRUE.equals(ours.get("skip"))) {
            return tests; // it says itself that it is not for us
        }
        List<Map<String, Object>> steps = list(map(vector, "expect"), "steps");
        String source = steps.stream()
                .map(step -> String.valueOf(step.get("source")))
                .filter(name -> name.contains(" / ") || name.contains(" or "))
                .findFirst()
                .orElse("");
        if (source.startsWith("throws")) {
            for (String thrown : List.of("IllegalStateException", "Error")) {
                tests.add(DynamicTest.dynamicTest(
                        id + ": " + thrown, () -> new Run(vector, "throws " + thrown).steps(steps)));
            }
        } else if (!source.isEmpty()) {
            for (String body : List.of("{}", "null", "only AccessKeyId")) {
                tests.add(
                        DynamicTest.dynamicTest(id + ": " + body, () -> new Run(vector, "body " + body).steps(steps)));
            }
        } else if (id.equals("sj-advisory-does-not-block")) {
            // both ways of running it: a load that goes on in the background, and one that ends within the call
            tests.add(DynamicTest.dynamicTest(
                    id + ": background", () -> new Run(vector, "").slowly().steps(steps)));
            tests.add(DynamicTest.dynamicTest(id + ": same thread", () -> {
                steps.get(2).put("expect", Map.of("serves", "new", "sourceContacted", true));
                new Run(vector, "").steps(steps);
            }));
        } else {
            tests.add(DynamicTest.dynamicTest(id, () -> new Run(vector, "").steps(steps)));
        }
        return tests;
    }

    /** One vector as it is played. */
    private static final class Run implements AgentTransport {
        private final VirtualTime time = new VirtualTime();
        private final Map<String, Object> given;
        private final String variant;
        private final AtomicInteger requests = new AtomicInteger();
        private ContainerCredentialsSource source;
        private String next = "";
        private Duration lifetime = LIFE;
        private int issued;
        private ContainerCredentials held;
        private Instant expiry = Instant.MAX;
        private CountDownLatch hold = new CountDownLatch(0);
        private boolean background;
        private String replaced;

        Run(Map<String, Object> vector, String variant) {
            this.given = map(map(vector, "config"), "given");
            this.variant = variant;
            time.withoutTimers();
            restart();
        }

        Run slowly() {
            background = true;
            return this;
        }

        private void restart() {
            RefreshPolicy.Builder policy = RefreshPolicy.builder();
            if (given.containsKey("advisoryWindowSeconds")) {
                policy.advisoryWindow(seconds(given, "advisoryWindowSeconds"));
            }
            if (given.containsKey("mandatoryWindowSeconds")) {
                policy.mandatoryWindow(seconds(given, "mandatoryWindowSeconds"));
            }
            if (given.containsKey("backoffSeconds")) {
                policy.backoff(Backoff.fixed(seconds(given, "backoffSeconds")));
            }
            source = builder(time, this)
                    .loadTimeout(LIFE.multipliedBy(9)) // a refresh that a vector starts runs until the vector ends it
                    .refreshPolicy(policy.build())
                    .scheduler(time)
                    .build();
            switch (text(given, "cached")) {
                case "none" -> {}
                case "valid" -> first(Duration.ZERO);
                case "advisory" -> first(LIFE.minusMinutes(10));
                case "mandatory" -> first(LIFE.minusSeconds(30));
                case "expired" -> first(LIFE.plusSeconds(1));
                default -> fail("unknown: " + given);
            }
        }

        private void first(Duration then) {
            next = "fresh";
            try {
                held = source.resolve();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            expiry = held.expiration().orElse(Instant.MAX);
            time.advance(then);
            next = "";
        }

        void steps(List<Map<String, Object>> steps) throws Exception {
            boolean fromEmpty = steps.size() == 9; // sj-windows: each step starts from an empty cache
            for (Map<String, Object> step : steps) {
                if (fromEmpty) {
                    restart();
                }
                lifetime = step.containsKey("lifetimeSeconds") ? seconds(step, "lifetimeSeconds") : LIFE;
                switch (text(step, "op")) {
                    case "get" -> get(step);
                    case "advance" -> time.advance(seconds(step, "seconds"));
                    case "advanceTo" -> time.advance(Duration.between(time.instant(), expiry.minusSeconds(30)));
                    case "invalidate" -> source.invalidate(accessKeyId(step));
                    case "state" -> state(step);
                    case "startRefresh" -> {
                        time.runTasksAfter(() -> LIFE.multipliedBy(9)); // when told to
                        assertThat(resolved()).isEqualTo(held.accessKeyId());
                        assertThat(time.pendingTasks()).isOne();
                    }
                    case "finishRefresh" -> {
                        next = text(step, "source");
                        time.runTasks();
                        assertThat(requests).hasValue(2);
                        replaced = held.accessKeyId(); // what the next step calls cached or new came with this
                        held = source.resolve();
                        assertThat(held.accessKeyId()).isNotEqualTo(replaced);
                    }
                    case "close" -> close(step);
                    default -> fail("unknown: " + step);
                }
            }
        }

        private String accessKeyId(Map<String, Object> step) {
            String id = text(step, "accessKeyId");
            // names for "what is held", where a vector does not say which id that is
            return List.of("initial", "cached", "first").contains(id) ? held.accessKeyId() : id;
        }

        private void get(Map<String, Object> step) throws Exception {
            Map<String, Object> expect = map(step, "expect");
            next = step.containsKey("source") ? text(step, "source") : "";
            int before = requests.get();
            int callers = step.containsKey("callers") ? number(step, "callers") : 1;
            String before0 = held == null ? "" : held.accessKeyId();
            if (callers > 1) {
                concurrently(callers, before0, expect);
            } else if (background && next.startsWith("slow")) {
                time.runTasksAfter(() -> Duration.ofSeconds(1));
                assertThat(resolved()).isEqualTo(before0);
                assertThat(time.pendingTasks()).isOne();
                return;
            } else {
                served(text(expect, "serves"), before0, expect);
            }
            assertThat(requests.get() > before).as("contacted").isEqualTo(expect.get("sourceContacted"));
            if (Boolean.TRUE.equals(expect.get("heldBackByBackoff"))) {
                RefreshStatus status = source.status();
                assertThat(status.lastFailure()).isPresent();
                assertThat(status.nextLoad().orElseThrow()).isAfter(time.instant());
            }
            if (expect.containsKey("sourceCalls")) {
                assertThat(requests.get() - before).isEqualTo(number(expect, "sourceCalls"));
            }
            if (expect.containsKey("advisoryWindowSeconds")) {
                Instant from = source.status().advisoryFrom().orElseThrow();
                assertThat(Duration.between(from, expiry)).isEqualTo(seconds(expect, "advisoryWindowSeconds"));
            }
        }

        private void served(String what, String before, Map<String, Object> expect) throws Exception {
            switch (what) {
                case "new" -> assertThat(resolved()).isNotEqualTo(replaced == null ? before : replaced);
                case "cached" -> assertThat(resolved()).isEqualTo(before);
                case "cached or new" -> assertThat(resolved()).isNotEmpty();
                case "error" ->
                    assertThatThrownBy(source::resolve)
                            .as("already expired, or any")
                            .satisfies(e -> assertThat(
                                            expect.containsKey("message")
                                                    ? String.valueOf(e.getMessage())
                                                            .contains("that expired")
                                                    : true)
                                    .isTrue());
                case "nonRecoverableError" ->
                    assertThatThrownBy(source::resolve)
                            .isInstanceOfSatisfying(
                                    CredentialsException.class,
                                    e -> assertThat(e.recoverable()).isFalse());
                default -> fail("unknown: " + what);
            }
        }

        private String resolved() throws InterruptedException {
            held = source.resolve();
            expiry = held.expiration().orElse(Instant.MAX);
            return held.accessKeyId();
        }

        /** Real threads for the callers and one for the load, which ends when every caller has called. */
        private void concurrently(int callers, String before, Map<String, Object> expect) throws Exception {
            boolean valid = held != null;
            hold = new CountDownLatch(1);
            ExecutorService loads = Executors.newSingleThreadExecutor();
            ContainerCredentialsSource shared = source;
            if (!valid) { // from the start, with a second thread
                shared = builder(time, this).executor(loads).build();
            } else {
                time.runTasksAfter(() -> Duration.ofSeconds(1));
            }
            ContainerCredentialsSource asked = shared;
            List<FutureTask<String>> results = new ArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                FutureTask<String> result =
                        new FutureTask<>(() -> asked.resolve().accessKeyId());
                Thread thread = new Thread(result);
                thread.start();
                results.add(result);
                threads.add(thread);
            }
            boolean interrupts = expect.containsKey("interruptedWaiter");
            if (!valid) {
                for (Thread thread : threads) {
                    awaitWaiting(thread);
                }
            }
            if (interrupts) {
                threads.get(0).interrupt();
                assertThatThrownBy(() -> results.get(0).get(10, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(InterruptedException.class);
            }
            hold.countDown();
            for (int i = interrupts ? 1 : 0; i < callers; i++) {
                String got = results.get(i).get(10, TimeUnit.SECONDS);
                assertThat(got.equals(before) || got.equals("AKID-" + issued)).isTrue();
            }
            if (valid) {
                time.advance(Duration.ofSeconds(1));
            }
            loads.shutdown();
        }

        private static void awaitWaiting(Thread thread) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
            while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.onSpinWait();
            }
        }

        private void state(Map<String, Object> step) throws Exception {
            if (held == null) {
                first(Duration.ZERO);
            }
            if (step.containsKey("at")) {
                String at = text(step, "at");
                Instant moment = expiry;
                for (String part : at.substring("expiry".length()).split("(?=-)", -1)) {
                    moment = part.isEmpty()
                            ? moment
                            : part.endsWith("ms")
                                    ? moment.plusMillis(Long.parseLong(part.substring(0, part.length() - 2)))
                                    : moment.plusSeconds(Long.parseLong(part.substring(0, part.length() - 1)));
                }
                time.advance(Duration.between(time.instant(), moment));
            }
            RefreshState expected = switch (text(step, "is")) {
                case "valid" -> RefreshState.FRESH;
                case "advisory" -> RefreshState.ADVISORY;
                case "mandatory" -> RefreshState.MANDATORY;
                default -> throw new AssertionError(step);
            };
            assertThat(source.status().state()).isEqualTo(expected);
        }

        /** What an application gives is not ours to close; what is our own is the timer. */
        private void close(Map<String, Object> step) throws Exception {
            if (Boolean.TRUE.equals(step.get("ownsDelegate"))) {
                VirtualTime ticking = new VirtualTime();
                next = "fresh";
                ContainerCredentialsSource owner =
                        builder(ticking, this).scheduler(ticking).build();
                owner.resolve();
                assertThat(ticking.pendingTimers()).isOne();
                owner.close();
                assertThat(ticking.pendingTimers()).isZero();
            } else {
                ExecutorService executor = Executors.newSingleThreadExecutor();
                next = "fresh";
                ContainerCredentialsSource user =
                        builder(time, this).executor(executor).build();
                user.resolve();
                user.close();
                user.close();
                assertThat(executor.isShutdown()).isFalse();
                assertThat(user.resolve()).isNotNull();
                executor.shutdown();
            }
        }

        @Override
        public AgentResponse get(AgentRequest request) throws IOException {
            requests.incrementAndGet();
            try {
                hold.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return switch (next) {
                case "fresh", "slow fresh" -> credentials(time.instant().plus(lifetime));
                case "fresh without Expiration" -> credentials(null);
                case "alreadyExpired" -> credentials(time.instant().minusSeconds(60));
                case "recoverableError" -> answer(500, "trouble");
                case "nonRecoverableError" ->
                    answer(403, "[id]: (AccessDeniedException): no association, fault: client");
                case "" -> throw new AssertionError("the source is not to be contacted");
                default -> odd();
            };
        }

        private AgentResponse odd() {
            return switch (variant) {
                case "throws IllegalStateException" -> throw new IllegalStateException("from the source");
                case "throws Error" -> throw new Error("from the source");
                case "body {}" -> answer(200, "{}");
                case "body null" -> answer(200, "null");
                case "body only AccessKeyId" -> answer(200, "{\"AccessKeyId\":\"AKID\"}");
                default -> throw new AssertionError(next);
            };
        }

        private AgentResponse credentials(Instant end) {
            // the vectors call what was held at first by a name of their own
            String id = issued == 0 && given.containsKey("accessKeyId") ? text(given, "accessKeyId") : "NEW-" + issued;
            issued++;
            if (!given.containsKey("accessKeyId")) {
                id = "AKID-" + issued;
            }
            return answer(
                    200,
                    "{\"AccessKeyId\":\"" + id + "\",\"SecretAccessKey\":\"s\",\"Token\":\"t\""
                            + (end == null ? "" : ",\"Expiration\":\"" + end + "\"") + "}");
        }
    }

    private static ContainerCredentialsSource.Builder builder(VirtualTime time, AgentTransport agent) {
        return ContainerCredentialsSource.builder()
                .fullUri("http://169.254.170.23/v1/credentials")
                .environment(new Settings(Map.of()))
                .transport(agent)
                .clock(time)
                .maxAttempts(1)
                .startupPatience(Duration.ZERO)
                .random(() -> 0);
    }

    private static AgentResponse answer(int status, String body) {
        return new AgentResponse(status, Map.of(), body.getBytes(StandardCharsets.UTF_8), false);
    }

    // ---- cache

    private static void runCache(Map<String, Object> vector) throws Exception {
        Map<String, Object> config = map(vector, "config");
        List<Map<String, Object>> calls = list(vector, "http");
        VirtualTime time = new VirtualTime(
                        Instant.parse(String.valueOf(vector.getOrDefault("clock", "2026-01-01T00:00:00Z"))))
                .withoutTimers();
        AtomicInteger requests = new AtomicInteger();
        Map<String, String> variables = new LinkedHashMap<>();
        map(vector, "env").forEach((name, value) -> variables.put(name, String.valueOf(value)));
        ContainerCredentialsSource source = ContainerCredentialsSource.builder()
                .environment(new Settings(variables))
                .clock(time)
                .scheduler((Scheduler) time)
                .startupPatience(Duration.ZERO)
                .maxAttempts(
                        config.containsKey("maxAttempts") ? number(config, "maxAttempts") : Math.max(3, calls.size()))
                .random(() -> 0)
                .transport(request -> {
                    int index = requests.getAndIncrement();
                    assertThat(index).as("calls").isLessThan(calls.size());
                    return reply(calls.get(index), request);
                })
                .build();
        int fetches = config.containsKey("fetches") ? number(config, "fetches") : 1;
        Callable<ContainerCredentials> fetch = () -> {
            ContainerCredentials last = null;
            for (int i = 0; i < fetches; i++) {
                if (i > 0) {
                    between(config, time, source, last);
                }
                try {
                    last = source.resolve();
                } catch (CredentialsException e) {
                    if (i == fetches - 1) {
                        throw e;
                    }
                }
            }
            return last;
        };
        Map<String, Object> expect = map(vector, "expect");
        if (expect.containsKey("error")) {
            String category = ConformanceVector.constant(text(expect, "error").split(":", -1)[0]);
            assertThatThrownBy(fetch::call)
                    .isInstanceOfSatisfying(
                            CredentialsException.class,
                            e -> assertThat(e.category().name()).isEqualTo(category));
        } else {
            ContainerCredentials got = fetch.call();
            Map<String, Object> ok = map(expect, "ok");
            assertThat(got.accessKeyId()).isEqualTo(ok.get("accessKeyId"));
            assertThat(got.secretAccessKey()).isEqualTo(ok.get("secretAccessKey"));
            assertThat(got.sessionToken().orElse(null)).isEqualTo(ok.get("sessionToken"));
            assertThat(got.expiration().map(Instant::toString).orElse(null)).isEqualTo(ok.get("expiration"));
        }
        assertThat(requests)
                .hasValue(config.containsKey("expectRequests") ? number(config, "expectRequests") : calls.size());
    }

    private static void between(
            Map<String, Object> config,
            VirtualTime time,
            ContainerCredentialsSource source,
            ContainerCredentials last) {
        if (config.containsKey("advanceSecondsBetween")) {
            time.advance(seconds(config, "advanceSecondsBetween"));
        }
        if (Boolean.TRUE.equals(config.get("bypassCache"))) {
            source.invalidate(last.accessKeyId());
        }
    }

    private static AgentResponse reply(Map<String, Object> call, AgentRequest request) throws IOException {
        Map<String, Object> expect = map(call, "expect");
        assertThat("http://" + request.host() + request.target()).isEqualTo(expect.get("url"));
        Map<String, Object> reply = map(call, "reply");
        if (reply.containsKey("ioError")) {
            throw new SocketTimeoutException(text(reply, "ioError"));
        }
        return answer(number(reply, "status"), text(reply, "body"));
    }

    // ---- the vectors' file

    private static List<Map<String, Object>> vectors(String group) throws IOException {
        try (InputStream file = RefreshVectorsTest.class.getResourceAsStream("/conformance/vectors.json");
                JsonParser json = new JsonFactory().createParser(file)) {
            json.nextToken();
            @SuppressWarnings("unchecked")
            Map<String, Object> all = (Map<String, Object>) value(json);
            return list(all, "vectors").stream()
                    .filter(vector -> group.equals(vector.get("group")))
                    .toList();
        }
    }

    private static Map<String, Object> withOurs(Map<String, Object> vector) {
        Map<String, Object> ours = new LinkedHashMap<>(vector);
        ours.putAll(map(vector, "oursCase"));
        return ours;
    }

    private static Object value(JsonParser json) throws IOException {
        JsonToken token = json.currentToken();
        if (token == JsonToken.START_OBJECT) {
            Map<String, Object> object = new LinkedHashMap<>();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                json.nextToken();
                object.put(name, value(json));
            }
            return object;
        }
        if (token == JsonToken.START_ARRAY) {
            List<Object> array = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                array.add(value(json));
            }
            return array;
        }
        return switch (token) {
            case VALUE_NUMBER_INT -> json.getLongValue();
            case VALUE_NUMBER_FLOAT -> json.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            default -> json.getText();
        };
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> from, String name) {
        return from.get(name) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Map<String, Object> from, String name) {
        return (List<Map<String, Object>>) from.get(name);
    }

    private static String text(Map<String, Object> from, String name) {
        return String.valueOf(from.get(name));
    }

    private static int number(Map<String, Object> from, String name) {
        return ((Number) from.get(name)).intValue();
    }

    private static Duration seconds(Map<String, Object> from, String name) {
        return Duration.ofSeconds(number(from, name));
    }

    private record Settings(Map<String, String> variables) implements Environment {
        @Override
        public String variable(String name) {
            return variables.get(name);
        }

        @Override
        public String property(String name) {
            return null;
        }

        @Override
        public byte[] readFile(String path, int limit) throws IOException {
            throw new NoSuchFileException(path);
        }
    }
}
