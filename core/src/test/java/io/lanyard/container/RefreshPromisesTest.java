// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.RefreshState;
import io.lanyard.RefreshStatus;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.testing.Crowd;
import io.lanyard.testsupport.VirtualTime;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The library's promises in numbers, with an agent that does what agents do. */
class RefreshPromisesTest {

    private static final int THREADS = 64;
    private static final int CALLS = 20_000;
    private static final int MANY = 10_000;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    enum Fault {
        NONE,
        HANGS,
        DRIPS,
        RESETS,
        ANSWERS_500,
        ANSWERS_429,
        REFUSES,
        IS_GONE
    }

    /** An agent with a fault that can be changed. */
    private static final class Agent implements AgentTransport {
        private final Clock clock;
        private final Runnable hanging;
        private final AtomicInteger requests = new AtomicInteger();
        private final List<Instant> asked = Collections.synchronizedList(new ArrayList<>());
        private volatile Fault fault = Fault.NONE;
        private volatile Duration life = Duration.ofHours(1);
        private volatile boolean holding;
        private volatile @Nullable Instant end;

        Agent(Clock clock, Runnable hanging) {
            this.clock = clock;
            this.hanging = hanging;
        }

        @Override
        public AgentResponse get(AgentRequest request) throws IOException {
            requests.incrementAndGet();
            asked.add(clock.instant());
            switch (fault) {
                case HANGS, DRIPS -> {
                    hanging.run();
                    throw new SocketTimeoutException("the attempt timeout ran out");
                }
                case RESETS -> throw new SocketException("Connection reset");
                case ANSWERS_500 -> {
                    return answer(500, "trouble");
                }
                case ANSWERS_429 -> {
                    return answer(429, "slow down");
                }
                case REFUSES -> {
                    return answer(403, "[id]: (AccessDeniedException): no, fault: client");
                }
                case IS_GONE -> throw new ConnectException("Connection refused");
                default -> {}
            }
            Instant known = end;
            if (!holding || known == null || !clock.instant().isBefore(known.minusSeconds(15))) {
                known = clock.instant().plus(life);
                end = known;
            }
            return answer(
                    200,
                    "{\"AccessKeyId\":\"AKID" + known.toEpochMilli()
                            + "\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"" + known + "\"}");
        }

        private static AgentResponse answer(int status, String body) {
            return new AgentResponse(status, Map.of(), body.getBytes(StandardCharsets.UTF_8), false);
        }
    }

    private static ContainerCredentialsSource.Builder source(Clock clock, Agent agent) {
        return ContainerCredentialsSource.builder()
                .fullUri("http://169.254.170.23/v1/credentials")
                .environment(new Nothing())
                .clock(clock)
                .transport(agent);
    }

    // ---- in virtual time

    private final VirtualTime time = new VirtualTime();
    private final Agent agent = new Agent(time, () -> time.freeze(Duration.ofSeconds(8)));

    private ContainerCredentialsSource virtual() {
        return source(time, agent).scheduler(time).build();
    }

    @Test
    void a_million_resolves_with_credentials_of_45_seconds_are_at_most_three_requests() throws Exception {
        for (boolean holding : new boolean[] {false, true}) {
            agent.life = Duration.ofSeconds(45);
            agent.holding = holding;
            agent.end = null;
            agent.requests.set(0);
            ContainerCredentialsSource source = virtual();
            for (int i = 0; i < 1_000_000; i++) {
                ContainerCredentials got = source.resolve();
                assert got.expiration().orElseThrow().isAfter(time.instant());
                time.advance(Duration.ofNanos(44_999));
            }
            assertThat(agent.requests).hasValueLessThanOrEqualTo(3);
            source.close();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"HANGS", "RESETS", "ANSWERS_500", "ANSWERS_429", "REFUSES"})
    void a_failing_agent_is_asked_at_most_60_times_in_an_hour_and_at_least_4_times_in_the_last_15_minutes(Fault fault)
            throws Exception {
        for (int i = 0; i < 20; i++) {
            agent.fault = Fault.NONE;
            ContainerCredentialsSource source = virtual();
            source.resolve();
            Instant end = source.status().expiration().orElseThrow();
            agent.asked.clear();
            agent.fault = fault;
            while (time.instant().isBefore(end.minusSeconds(6))) {
                assertThat(source.resolveAsync()).isCompleted();
                time.advance(Duration.ofSeconds(1));
            }
            assertThat(agent.asked).hasSizeLessThanOrEqualTo(60);
            assertThat(agent.asked.stream().filter(at -> at.isAfter(end.minus(Duration.ofMinutes(15)))))
                    .hasSizeGreaterThanOrEqualTo(4);
            source.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "IS_GONE, PT30S, PT5S",
        "IS_GONE, PT10M, PT5S",
        "ANSWERS_500, PT10M, PT60S",
        "ANSWERS_429, PT10M, PT60S",
        "RESETS, PT10M, PT60S",
        "HANGS, PT10M, PT60S",
        "REFUSES, PT10M, PT60S"
    })
    void credentials_are_fresh_soon_after_an_outage_across_their_end(Fault fault, Duration outage, Duration soon)
            throws Exception {
        for (int i = 0; i < 20; i++) {
            agent.fault = Fault.NONE;
            agent.holding = true;
            agent.end = null;
            ContainerCredentialsSource source = virtual();
            source.resolve();
            Instant end = source.status().expiration().orElseThrow();
            Duration before = outage.equals(Duration.ofSeconds(30)) ? Duration.ofSeconds(16) : Duration.ofMinutes(5);
            time.advance(Duration.between(time.instant(), end.minus(before)));
            agent.fault = fault;
            time.advance(outage);
            assertThat(source.status().state()).isEqualTo(RefreshState.EXPIRED);
            agent.fault = Fault.NONE;
            time.advance(soon);
            assertThat(source.status().state()).isEqualTo(RefreshState.FRESH);
            source.close();
        }
    }

    @Test
    void past_the_end_failing_or_keeping_is_an_option_and_the_reason_is_told() throws Exception {
        ContainerCredentialsSource keep = virtual();
        ContainerCredentialsSource fail = source(time, agent)
                .scheduler(time)
                .refreshPolicy(RefreshPolicy.builder()
                        .expiredCredentials(ExpiredCredentials.FAIL)
                        .build())
                .build();
        ContainerCredentials kept = keep.resolve();
        fail.resolve();
        agent.fault = Fault.ANSWERS_500;
        time.advance(Duration.ofHours(2));
        assertThat(keep.resolve()).isSameAs(kept);
        assertThatThrownBy(fail::resolve)
                .isInstanceOfSatisfying(CredentialsException.class, e -> {
                    assertThat(e.category()).isEqualTo(Category.EXPIRED);
                    assertThat(e.recoverable()).isTrue();
                    assertThat(e.endpoint()).isPresent();
                })
                .cause()
                .cause()
                .isInstanceOfSatisfying(
                        CredentialsException.class, e -> assertThat(e.status()).hasValue(500));
        agent.fault = Fault.REFUSES;
        time.advance(Duration.ofMinutes(2));
        for (ContainerCredentialsSource source : List.of(keep, fail)) {
            assertThatThrownBy(source::resolve)
                    .isInstanceOfSatisfying(
                            CredentialsException.class,
                            e -> assertThat(e.status()).hasValue(403));
        }
    }

    @Test
    void a_listener_hears_ids_categories_and_moments() throws Exception {
        List<String> heard = new ArrayList<>();
        ContainerCredentialsSource source = source(time, agent)
                .scheduler(time)
                .listener(new CredentialsListener() {
                    @Override
                    public void refreshed(String accessKeyId, @Nullable Instant expiration) {
                        heard.add("refreshed " + (expiration != null));
                    }

                    @Override
                    public void refreshFailed(int attempt, Category category, @Nullable Instant nextLoad) {
                        heard.add(category + " " + (nextLoad != null));
                    }

                    @Override
                    public void servingStale(String accessKeyId, @Nullable Instant expiration) {
                        heard.add("serving expired");
                    }

                    @Override
                    public void recovered(String accessKeyId) {
                        heard.add("recovered");
                    }
                })
                .build();
        source.resolve();
        agent.fault = Fault.IS_GONE;
        time.advance(Duration.ofHours(1));
        agent.fault = Fault.ANSWERS_500;
        time.advance(Duration.ofMinutes(2));
        agent.fault = Fault.NONE;
        time.advance(Duration.ofMinutes(2));
        assertThat(heard.stream().distinct())
                .containsExactly(
                        "refreshed true", "UNREACHABLE true", "serving expired", "HTTP_STATUS true", "recovered");
    }

    @Test
    void an_untouched_source_has_a_status_and_can_be_closed_and_told_of_refusals() throws Exception {
        ContainerCredentialsSource source = virtual();
        assertThat(source.status()).isEqualTo(RefreshStatus.untouched(false));
        source.invalidate("AKID");
        source.close();
        assertThat(source.status().closed()).isTrue();
        assertThat(source.resolve()).isNotNull();
        assertThat(source.status().closed()).isFalse();
        assertThat(time.pendingTimers()).isOne();
        ContainerCredentials held = source.resolve();
        time.advance(Duration.ofSeconds(1));
        source.invalidate(held.accessKeyId());
        assertThat(source.resolve().accessKeyId()).isNotEqualTo(held.accessKeyId());
        assertThat(source.status().toString()).doesNotContain(held.accessKeyId());
    }

    // ---- with real threads

    /** The machine's clock, set forward as elapsed time and time of day alike. */
    private static final class Shifted implements Clock {
        private final AtomicLong millis = new AtomicLong();

        @Override
        public long epochMillis() {
            return System.currentTimeMillis() + millis.get();
        }

        @Override
        public long nanoTime() {
            return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis.get());
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            Clock.system().sleep(duration);
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void with_valid_credentials_64_threads_neither_fail_nor_block_nor_wait(Fault fault) throws Exception {
        Shifted clock = new Shifted();
        CountDownLatch hang = new CountDownLatch(1);
        Agent real = new Agent(clock, () -> awaitQuietly(hang));
        try (ContainerCredentialsSource source = source(clock, real).build()) {
            source.resolve();
            real.fault = fault;
            clock.millis.set(Duration.ofMinutes(50).toMillis()); // ten minutes are left, and a refresh is due
            source.resolve(); // the caller that starts the refresh may have to start a thread
            Crowd.Outcome<Integer> outcome = Crowd.runUndisturbed(THREADS, LIMIT, () -> {
                int calls = 0;
                while (calls < CALLS) { // enough for the threads to meet
                    ContainerCredentials got = calls % 2 == 0
                            ? source.resolve()
                            : source.resolveAsync().getNow(null);
                    if (got == null) {
                        throw new AssertionError("call " + calls + " has to wait");
                    }
                    calls++;
                }
                return calls;
            });
            hang.countDown();
            assertThat(outcome.results()).hasSize(THREADS).containsOnly(CALLS);
            // what the JVM counts itself: no call of any thread has stopped for anything, however busy the machine is
            assertThat(outcome.blocked()).isZero();
            assertThat(outcome.waited()).isZero();
        }
    }

    @Test
    void ten_thousand_first_callers_are_one_request() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Agent real = new Agent(Clock.system(), () -> {});
        AtomicInteger requests = new AtomicInteger();
        try (ContainerCredentialsSource source = source(Clock.system(), real)
                .transport(request -> {
                    requests.incrementAndGet();
                    awaitQuietly(release);
                    return real.get(request);
                })
                .build()) {
            Crowd<ContainerCredentials> callers =
                    Crowd.startLight(MANY, source::resolve).awaitWaiting(LIMIT);
            release.countDown();
            List<ContainerCredentials> results = callers.join(LIMIT).results();
            assertThat(results).hasSize(MANY);
            assertThat(identities(results)).hasSize(1);
            assertThat(requests).hasValue(1);
        }
    }

    @Test
    void ten_thousand_first_callers_of_a_failing_agent_are_one_load_and_share_its_failure_in_exceptions_of_their_own()
            throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger requests = new AtomicInteger();
        try (ContainerCredentialsSource source = source(Clock.system(), new Agent(Clock.system(), () -> {}))
                .transport(request -> {
                    requests.incrementAndGet();
                    awaitQuietly(release);
                    return Agent.answer(500, "trouble");
                })
                .startupPatience(Duration.ZERO)
                .build()) {
            Crowd<Throwable> callers = Crowd.startLight(MANY, () -> catchThrowable(source::resolve))
                    .awaitWaiting(LIMIT);
            release.countDown();
            List<Throwable> failures = callers.join(LIMIT).results();
            assertThat(failures).hasSize(MANY).hasOnlyElementsOfType(CredentialsException.class);
            assertThat(identities(failures)).hasSize(MANY);
            assertThat(identities(failures.stream().map(Throwable::getCause).toList()))
                    .hasSize(1);
            assertThat(requests).hasValue(3);
        }
    }

    private static <T> Set<T> identities(List<T> all) {
        Set<T> identities = Collections.newSetFromMap(new IdentityHashMap<>());
        identities.addAll(all);
        return identities;
    }

    @Test
    void a_cold_call_returns_at_once_with_a_future() {
        CountDownLatch hang = new CountDownLatch(1);
        Agent real = new Agent(Clock.system(), () -> awaitQuietly(hang));
        real.fault = Fault.HANGS;
        try (ContainerCredentialsSource source = source(Clock.system(), real)
                .startupPatience(Duration.ZERO)
                .maxAttempts(1)
                .build()) {
            CompletableFuture<ContainerCredentials> cold = source.resolveAsync();
            assertThat(cold).isNotDone();
            hang.countDown();
            assertThat(cold).failsWithin(Duration.ofSeconds(10));
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("not released within 60 s");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Nothing implements Environment {
        @Override
        public @Nullable String variable(String name) {
            return null;
        }

        @Override
        public @Nullable String property(String name) {
            return null;
        }

        @Override
        public byte[] readFile(String path, int limit) throws IOException {
            throw new NoSuchFileException(path);
        }
    }
}
