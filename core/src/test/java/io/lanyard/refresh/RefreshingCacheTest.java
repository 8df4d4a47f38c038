// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.FailureKind;
import io.lanyard.RefreshState;
import io.lanyard.RefreshStatus;
import io.lanyard.refresh.SimulatedSource.Credential;
import io.lanyard.refresh.SimulatedSource.Mode;
import io.lanyard.testsupport.LibraryLog;
import io.lanyard.testsupport.Loads;
import io.lanyard.testsupport.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefreshingCacheTest {

    private final VirtualTime time = new VirtualTime();
    private final SimulatedSource source = new SimulatedSource(time);
    private final RefreshingCache<Credential> cache = source.cache().build();

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    /** The first credentials, loaded. */
    private Credential loaded(@Nullable Duration life) {
        source.life = life;
        CompletableFuture<Credential> first = cache.resolveAsync();
        time.advance(Duration.ofMillis(20));
        return first.join();
    }

    private void waitUntilBeforeEnd(Duration left) {
        Instant end = cache.status().expiration().orElseThrow();
        time.advance(Duration.between(time.instant(), end.minus(left)));
    }

    @Nested
    class Windows {
        @ParameterizedTest(name = "{0} s of life: refreshed {1} s before the end")
        @CsvSource({
            "8,4",
            "15,7.5",
            "45,22.5",
            "60,30",
            "240,120",
            "300,150",
            "399,199.5",
            "400,300",
            "900,300",
            "1200,300",
            "1201,900",
            "3540,900",
            "5399,900",
            "5400,3600",
            "21600,3600",
            "43200,3600"
        })
        void the_first_refresh_comes_at_its_moment(long life, double before) {
            loaded(seconds(life));
            Duration window = Duration.ofMillis((long) (before * 1000));
            assertThat(cache.status().advisoryFrom())
                    .hasValue(cache.status().expiration().orElseThrow().minus(window));
            waitUntilBeforeEnd(window.plusMillis(1));
            assertThat(source.asked).hasSize(1);
            assertThat(cache.status().state()).isEqualTo(RefreshState.FRESH);
            time.advance(Duration.ofMillis(1));
            assertThat(cache.status().loading()).isTrue();
        }

        @ParameterizedTest
        @CsvSource({
            "15,0.75",
            "45,2.25",
            "300,15",
            "900,30",
            "3600,90",
            "5400,360",
            "7200,360",
            "9000,900",
            "21600,7200",
            "43200,18000"
        })
        void jitter_moves_it_earlier_and_never_later_and_long_lives_back_to_their_middle(long life, double most) {
            source.life = seconds(life);
            RefreshingCache<Credential> jittered =
                    source.cache().random(() -> 0.999).build();
            loaded(seconds(life));
            var unused = jittered.resolveAsync();
            time.advance(Duration.ofMillis(20));
            Duration earlier = Duration.between(
                    jittered.status().advisoryFrom().orElseThrow().minusMillis(20),
                    cache.status().advisoryFrom().orElseThrow());
            assertThat(earlier.toMillis() / 1e3).isPositive().isBetween(0.99 * most, most);
        }

        @Test
        void states_follow_one_another_and_edges_belong_to_the_later_one() {
            source.mode = Mode.HEALTHY;
            loaded(Duration.ofHours(1));
            source.mode = Mode.FAILING;
            waitUntilBeforeEnd(Duration.ofMinutes(15));
            assertThat(cache.status().state()).isEqualTo(RefreshState.ADVISORY);
            waitUntilBeforeEnd(Duration.ofMillis(60_001));
            assertThat(cache.status().state()).isEqualTo(RefreshState.ADVISORY);
            waitUntilBeforeEnd(Duration.ofMinutes(1));
            assertThat(cache.status().state()).isEqualTo(RefreshState.MANDATORY);
            waitUntilBeforeEnd(Duration.ofMillis(5_001));
            assertThat(cache.status().state()).isEqualTo(RefreshState.MANDATORY);
            waitUntilBeforeEnd(Duration.ofSeconds(5));
            assertThat(cache.status().state()).isEqualTo(RefreshState.EXPIRED);
        }

        @ParameterizedTest
        @ValueSource(longs = {8, 15, 16, 20, 30, 45, 60, 90, 120, 240, 300, 301, 310, 600, 900})
        void short_lives_do_not_loop(long life) {
            loaded(seconds(life));
            for (int i = 0; i < 10 * life; i++) {
                assertThat(cache.resolveAsync()).isCompleted();
                time.advance(seconds(1));
            }
            assertThat(source.asked.size()).isLessThanOrEqualTo(22);
        }

        @ParameterizedTest
        @ValueSource(longs = {15, 45, 300, 3_540})
        void a_source_that_renews_in_the_last_seconds_only_is_not_pestered_and_nothing_ends(long life) {
            source.mode = Mode.HOLDING;
            loaded(seconds(life));
            for (int i = 0; i < 20 * life; i++) {
                assertThat(cache.resolveAsync()).isCompleted();
                time.advance(Duration.ofMillis(500));
            }
            assertThat(source.given).isGreaterThan(9);
            assertThat(source.asked.size() / source.given).isLessThanOrEqualTo(8);
        }

        @Test
        void a_life_of_eight_seconds_is_usable_for_two_thirds_of_it() {
            loaded(seconds(8));
            source.mode = Mode.FAILING;
            time.advance(Duration.ofMillis(5_300));
            assertThat(cache.resolveAsync()).isCompleted();
            time.advance(Duration.ofMillis(100));
            assertThat(cache.status().state()).isEqualTo(RefreshState.EXPIRED);
        }

        @Test
        void a_value_without_an_end_is_asked_for_hourly_and_kept_when_that_fails() {
            Credential held = loaded(null);
            time.advance(Duration.ofMinutes(59));
            assertThat(source.asked).hasSize(1);
            source.mode = Mode.HOLDING;
            time.advance(Duration.ofMinutes(2));
            assertThat(source.asked).hasSize(2);
            source.mode = Mode.REFUSED;
            time.advance(Duration.ofHours(24));
            assertThat(cache.resolveAsync()).isCompletedWithValue(held);
            assertThat(source.asked.size()).as("not urgent").isBetween(100, 400);
        }

        @Test
        void a_source_that_keeps_its_value_to_the_very_end_gives_the_next_one_before_a_caller_sees_an_expired_one() {
            // aws-vault with a lifetime of 60 s
            Credential[] given = {new Credential("key-0", time.instant().plusSeconds(60))};
            RefreshingCache<Credential> vault = RefreshingCache.<Credential>builder(() -> {
                        if (!time.instant().isBefore(Objects.requireNonNull(given[0].end()))) {
                            given[0] = new Credential(
                                    "key-" + time.instant(), time.instant().plusSeconds(60));
                        }
                        return Loads.of(given[0], given[0].end());
                    })
                    .clock(time)
                    .scheduler(time)
                    .policy(RefreshPolicy.builder()
                            .expiredCredentials(ExpiredCredentials.FAIL)
                            .build())
                    .build();
            time.runTasksAtOnce();
            for (int i = 0; i < 60_000; i++) {
                Credential credential = vault.resolveAsync().join();
                assertThat(credential.end()).isAfter(time.instant());
                time.advance(Duration.ofMillis(10));
            }
            assertThat(vault.status().failures()).isZero();
        }

        @Test
        void a_value_that_differs_in_its_secret_alone_is_a_newer_one() {
            record Key(String id, String secret) {}
            Key[] given = {new Key("AKIA", "wrong")};
            RefreshingCache<Key> corrected = RefreshingCache.<Key>builder(
                            () -> Loaded.of(given[0], given[0].id(), null))
                    .clock(time)
                    .scheduler(time)
                    .build();
            time.runTasksAtOnce();
            assertThat(corrected.resolveAsync().join().secret()).isEqualTo("wrong");
            given[0] = new Key("AKIA", "right");
            corrected.invalidate("AKIA");
            assertThat(corrected.resolveAsync().join().secret()).isEqualTo("right");
            given[0] = new Key("AKIA", "newer");
            time.advance(Duration.ofMinutes(61));
            assertThat(corrected.resolveAsync().join().secret()).isEqualTo("newer");
        }

        @Test
        void far_and_odd_ends_harm_nothing() {
            for (Instant end : List.of(Instant.MAX, Instant.MIN, Instant.EPOCH, Instant.ofEpochSecond(1L << 50))) {
                RefreshingCache<String> odd = RefreshingCache.builder(() -> Loads.of("value", end))
                        .clock(time)
                        .scheduler(time)
                        .build();
                CompletableFuture<String> answer = odd.resolveAsync();
                time.advance(seconds(1));
                assertThat(answer).isDone();
                assertThat(odd.status().toString()).isNotEmpty();
                odd.close();
            }
        }
    }

    @Nested
    class Outages {
        @ParameterizedTest
        @EnumSource(
                value = Mode.class,
                names = {"FAILING", "HANGING", "DENIED", "ENDED", "BROKEN"})
        void an_upstream_one_of_an_hour_costs_few_loads_and_leaves_time_for_many_tries(Mode mode) {
            loaded(Duration.ofHours(1));
            source.mode = mode;
            waitUntilBeforeEnd(Duration.ofMillis(5_001));
            assertThat(source.askedWithin(Duration.ofMinutes(15)))
                    .as("with the shortest pauses there are")
                    .isBetween(4L, 57L);
            assertThat(cache.resolveAsync()).isCompletedWithValue(Objects.requireNonNull(source.last));
        }

        @ParameterizedTest
        @ValueSource(longs = {15, 30, 45, 120, 900, 3_600, 21_600})
        void several_tries_fit_between_the_advisory_moment_and_the_end(long life) {
            for (double random : new double[] {0, 0.5, 0.999}) {
                VirtualTime clock = new VirtualTime();
                SimulatedSource failing = new SimulatedSource(clock);
                failing.life = seconds(life);
                RefreshingCache<Credential> one =
                        failing.cache().random(() -> random).build();
                var unused = one.resolveAsync();
                clock.advance(Duration.ofMillis(20));
                failing.mode = Mode.FAILING;
                clock.advance(seconds(life).minusSeconds(5));
                assertThat(failing.asked.size() - 1).isGreaterThanOrEqualTo(3);
            }
        }

        @Test
        void a_local_one_of_30_seconds_across_the_end_is_over_5_seconds_after_it() {
            loaded(Duration.ofHours(1));
            source.mode = Mode.FAILING;
            waitUntilBeforeEnd(seconds(20));
            source.mode = Mode.REFUSED;
            time.advance(seconds(30));
            assertThat(cache.status().state()).isEqualTo(RefreshState.EXPIRED);
            source.mode = Mode.HEALTHY;
            time.advance(seconds(5));
            assertThat(cache.status().state()).isEqualTo(RefreshState.FRESH);
        }

        @ParameterizedTest
        @CsvSource({"FAILING,0.999", "FAILING,0", "HANGING,0.999", "DENIED,0.999", "ENDED,0.5", "BROKEN,0.999"})
        void an_upstream_one_of_10_minutes_across_the_end_is_over_60_seconds_after_it(Mode mode, double random) {
            RefreshingCache<Credential> one =
                    source.cache().random(() -> random).build();
            source.mode = Mode.HOLDING;
            var unused = one.resolveAsync();
            time.advance(Duration.ofMinutes(55));
            source.mode = mode;
            time.advance(Duration.ofMinutes(10));
            assertThat(one.status().state()).isEqualTo(RefreshState.EXPIRED);
            source.mode = Mode.HEALTHY;
            time.advance(seconds(60));
            assertThat(one.status().state()).isEqualTo(RefreshState.FRESH);
        }

        @Test
        void past_the_end_callers_wait_for_the_load_that_is_due_and_not_between_loads() {
            Credential held = loaded(Duration.ofHours(1));
            cache.close(); // so that callers alone start loads
            source.mode = Mode.FAILING;
            time.advance(Duration.ofHours(1));
            CompletableFuture<Credential> waiting = cache.resolveAsync();
            assertThat(waiting).isNotDone();
            time.advance(Duration.ofMillis(20));
            assertThat(waiting).isCompletedWithValue(held);
            assertThat(cache.resolveAsync()).isCompletedWithValue(held);
            assertThat(source.asked).hasSize(2);
        }

        @Test
        void past_the_end_a_refusal_for_good_is_thrown_and_remembered_for_a_moment() {
            loaded(Duration.ofHours(1));
            source.mode = Mode.DENIED;
            waitUntilBeforeEnd(seconds(6));
            assertThat(cache.resolveAsync()).isCompleted();
            waitUntilBeforeEnd(Duration.ZERO);
            CompletableFuture<Credential> refused = cache.resolveAsync();
            time.advance(seconds(1));
            assertThat(refused).isCompletedExceptionally();
            source.mode = Mode.HEALTHY;
            time.advance(seconds(5));
            CompletableFuture<Credential> next = cache.resolveAsync();
            time.advance(Duration.ofMillis(20));
            assertThat(next).isCompleted();
        }

        @Test
        void past_expiration_callers_wait_for_one_load_and_then_no_more_until_the_outage_is_over() {
            Credential cached = loaded(Duration.ofHours(1));
            source.mode = Mode.HANGING;
            waitUntilBeforeEnd(seconds(5));
            time.advance(seconds(20)); // one retry has failed past expiration
            assertThat(cache.status().servingStale()).isTrue();
            int waits = 0;
            for (int i = 0; i < 1_000; i++) {
                time.advance(Duration.ofMillis(100));
                waits += cache.resolveAsync().isDone() ? 0 : 1;
            }
            assertThat(waits).isZero();
            assertThat(cache.resolveAsync()).isCompletedWithValue(cached);
            source.mode = Mode.HEALTHY;
            time.advance(seconds(60));
            assertThat(cache.resolveAsync().join()).isNotEqualTo(cached);
        }

        @Test
        void a_permanent_rejection_stays_in_force_past_expiration_when_later_attempts_fail_otherwise() {
            loaded(Duration.ofHours(1));
            source.mode = Mode.DENIED;
            waitUntilBeforeEnd(Duration.ofMinutes(10));
            Throwable rejection = Objects.requireNonNull(source.rejection);
            source.mode = Mode.REFUSED;
            waitUntilBeforeEnd(Duration.ZERO);
            time.advance(seconds(30));
            assertThat(cache.status().lastFailure().map(CredentialsException::kind))
                    .hasValue(FailureKind.LOCAL);
            CompletableFuture<Credential> answer = cache.resolveAsync();
            time.advance(seconds(1));
            assertThatThrownBy(answer::join)
                    .cause()
                    .cause()
                    .isSameAs(source.rejection)
                    .isNotNull();
            assertThat(rejection).isNotNull();
            assertThat(cache.status().servingStale()).isFalse();
            source.mode = Mode.HEALTHY;
            time.advance(seconds(10));
            assertThat(cache.status().state()).isEqualTo(RefreshState.FRESH);
        }

        @Test
        void without_a_value_loads_back_off_from_the_second_failure_on_and_recovery_takes_a_second_or_two() {
            source.mode = Mode.FAILING;
            int failed = 0;
            for (int i = 0; i < 6_000; i++) { // a caller every 100 ms for 10 min
                CompletableFuture<Credential> answer = cache.resolveAsync();
                time.advance(Duration.ofMillis(100));
                failed += answer.isCompletedExceptionally() ? 1 : 0;
            }
            assertThat(failed).isEqualTo(6_000);
            assertThat(source.asked.size()).isBetween(10, 40);
            assertThat(source.asked.get(1)).isBefore(source.asked.get(0).plusMillis(150));
            assertThat(source.asked.get(3)).isBefore(source.asked.get(0).plusSeconds(2));
        }

        @Test
        void no_pause_after_a_failure_runs_past_the_moment_at_which_a_newer_value_is_needed() {
            RefreshingCache<Credential> slow = source.cache()
                    .policy(RefreshPolicy.builder()
                            .backoff(Backoff.fixed(Duration.ofMinutes(20)))
                            .build())
                    .build();
            var unused = slow.resolveAsync();
            time.advance(Duration.ofMinutes(44));
            source.mode = Mode.FAILING;
            time.advance(Duration.ofMinutes(2));
            assertThat(slow.status().failuresInARow()).isOne();
            source.mode = Mode.HEALTHY;
            time.advance(Duration.ofMinutes(14));
            assertThat(slow.resolveAsync()).isCompleted();
            assertThat(slow.status().state()).isEqualTo(RefreshState.FRESH);
        }

        @Test
        void past_the_end_nothing_is_served_when_the_policy_says_so() {
            RefreshingCache<Credential> strict = source.cache()
                    .policy(RefreshPolicy.builder()
                            .expiredCredentials(ExpiredCredentials.FAIL)
                            .build())
                    .build();
            var unused = strict.resolveAsync();
            time.advance(seconds(1));
            source.mode = Mode.FAILING;
            time.advance(Duration.ofHours(2));
            assertThatThrownBy(strict::resolve)
                    .isInstanceOfSatisfying(
                            CredentialsException.class,
                            expired -> assertThat(expired.category()).isEqualTo(Category.EXPIRED))
                    .hasMessageContaining("no newer ones could be loaded")
                    .hasRootCause(source.lastFailure);
        }

        @Test
        void a_first_load_that_fails_is_everybodys_failure_and_the_next_call_starts_the_next_load() {
            source.mode = Mode.FAILING;
            List<CompletableFuture<Credential>> callers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                callers.add(cache.resolveAsync());
            }
            time.advance(seconds(1));
            assertThat(source.asked).hasSize(1);
            for (CompletableFuture<Credential> caller : callers) {
                assertThatThrownBy(caller::join).cause().cause().isSameAs(source.lastFailure);
            }
            assertThat(time.pendingTimers())
                    .as("nobody asks for what nobody has had")
                    .isZero();
            var unused = cache.resolveAsync();
            time.advance(seconds(1));
            assertThat(source.asked).hasSize(2);
        }

        @Test
        void the_log_tells_of_an_outage_when_it_begins_when_the_value_ends_and_when_it_is_over() {
            loaded(Duration.ofHours(1));
            try (LibraryLog log = LibraryLog.open()) {
                source.mode = Mode.FAILING;
                time.advance(Duration.ofMinutes(50));
                assertThat(log.warnings())
                        .singleElement()
                        .asString()
                        .matches(
                                "Credentials \\S+ could not be refreshed\\. Lanyard keeps serving them and retries\\. .+");
                time.advance(Duration.ofMinutes(20));
                assertThat(log.warnings())
                        .hasSize(2)
                        .last()
                        .asString()
                        .contains("have expired", "AWS may reject requests");
                assertThat(log.infos()).isEmpty();

                source.mode = Mode.HEALTHY;
                time.advance(Duration.ofMinutes(1));
                assertThat(log.infos()).singleElement().asString().contains("are fresh again");
                assertThat(log.warnings()).hasSize(2);
            }
        }

        @Test
        void listeners_hear_the_story_in_order() {
            List<String> story = new ArrayList<>();
            RefreshingCache<Credential> told =
                    source.cache().listener(new Story(story)).build();
            var unused = told.resolveAsync();
            time.advance(Duration.ofMinutes(40));
            source.mode = Mode.FAILING;
            time.advance(Duration.ofMinutes(30));
            assertThat(told.status().servingStale()).isTrue();
            source.mode = Mode.HEALTHY;
            time.advance(Duration.ofMinutes(1));
            assertThat(told.status().servingStale()).isFalse();
            assertThat(story.stream().distinct())
                    .containsExactly("refreshed", "failed", "serving expired", "recovered");
            assertThat(story).endsWith("failed", "refreshed", "recovered");
        }
    }

    @Nested
    class Invalidation {
        @Test
        void makes_the_next_call_wait_for_a_load_once() {
            Credential held = loaded(Duration.ofHours(1));
            cache.invalidate(held.id());
            assertThat(source.asked).hasSize(1);
            CompletableFuture<Credential> next = cache.resolveAsync();
            assertThat(next).isNotDone();
            time.advance(Duration.ofMillis(20));
            assertThat(next.join().id()).isNotEqualTo(held.id());
            assertThat(cache.resolveAsync()).isCompleted();
        }

        @Test
        void gives_what_there_is_when_the_load_fails_and_then_goes_by_the_back_off() {
            Credential held = loaded(Duration.ofHours(1));
            source.mode = Mode.DENIED;
            cache.invalidate(held.id());
            CompletableFuture<Credential> next = cache.resolveAsync();
            time.advance(Duration.ofMillis(20));
            assertThat(next).isCompletedWithValue(held);
            cache.invalidate(held.id());
            assertThat(cache.resolveAsync()).isCompletedWithValue(held);
            assertThat(source.asked).hasSize(2);
            source.mode = Mode.HEALTHY;
            time.advance(seconds(50));
            assertThat(cache.resolveAsync().join()).as("retried background").isNotEqualTo(held);
        }

        @Test
        void does_not_ask_again_and_again_for_what_the_source_holds_on_to() {
            source.mode = Mode.HOLDING;
            Credential held = loaded(Duration.ofHours(1));
            for (int i = 0; i < 1_000; i++) {
                cache.invalidate(held.id());
                var unused = cache.resolveAsync();
                time.advance(Duration.ofMillis(100));
            }
            assertThat(source.asked.size()).isLessThanOrEqualTo(3);
        }

        @Test
        void does_nothing_for_another_value_or_while_a_load_runs_or_before_the_first() {
            cache.invalidate("key-1");
            Credential held = loaded(Duration.ofHours(1));
            cache.invalidate("another");
            assertThat(cache.resolveAsync()).isCompletedWithValue(held);
            waitUntilBeforeEnd(Duration.ofMinutes(15));
            assertThat(cache.status().loading()).isTrue();
            cache.invalidate(held.id());
            assertThat(cache.resolveAsync()).isCompletedWithValue(held);
            time.advance(Duration.ofMillis(20));
            assertThat(cache.resolveAsync()).isCompleted();
            assertThat(source.asked).hasSize(2);
        }
    }

    @Nested
    class Clocks {
        @Test
        void a_machine_that_slept_past_the_end_wakes_to_a_load_and_not_to_the_old_value() {
            Credential held = loaded(Duration.ofHours(1));
            time.suspend(Duration.ofHours(8));
            CompletableFuture<Credential> next = cache.resolveAsync();
            assertThat(next).isNotDone();
            time.advance(Duration.ofMillis(20));
            assertThat(next.join()).isNotEqualTo(held);
        }

        @Test
        void a_process_that_was_stopped_past_the_end_does_too() {
            Credential held = loaded(Duration.ofHours(1));
            time.freeze(Duration.ofHours(1));
            CompletableFuture<Credential> next = cache.resolveAsync();
            assertThat(next).isNotDone();
            time.advance(Duration.ofMillis(20));
            assertThat(next.join()).isNotEqualTo(held);
        }

        @ParameterizedTest
        @ValueSource(longs = {-7_200, -600, -71, 75, 600})
        void a_jump_that_does_not_end_the_value_leads_to_a_refresh_at_the_next_call_and_nobody_waits(long by) {
            Credential held = loaded(Duration.ofHours(6));
            time.advance(Duration.ofMinutes(10));
            time.jump(seconds(by));
            assertThat(cache.resolveAsync()).isCompletedWithValue(held);
            assertThat(cache.status().loading()).isTrue();
            time.advance(Duration.ofMillis(20));
            assertThat(cache.resolveAsync().join()).isNotEqualTo(held);
        }

        @ParameterizedTest
        @ValueSource(longs = {-60, -3, 3, 60})
        void a_small_jump_is_noticed_within_a_minute_without_any_call(long by) {
            loaded(Duration.ofHours(6));
            time.advance(Duration.ofMinutes(10));
            time.jump(seconds(by));
            time.advance(seconds(61));
            assertThat(source.asked).hasSize(2);
        }

        @Test
        void a_clock_that_is_set_gently_is_not_a_jump() {
            loaded(Duration.ofHours(6));
            for (int i = 0; i < 200; i++) {
                time.jump(Duration.ofMillis(i % 2 == 0 ? 1_900 : -1_900));
                time.advance(seconds(60));
            }
            assertThat(source.asked).hasSize(1);
        }

        @Test
        void a_clock_set_back_does_not_prolong_a_value() {
            Credential held = loaded(Duration.ofHours(1));
            source.mode = Mode.FAILING;
            time.advance(Duration.ofMinutes(40));
            time.jump(Duration.ofHours(-2));
            assertThat(cache.resolveAsync()).as("20 minutes are left").isCompletedWithValue(held);
            time.advance(Duration.ofMinutes(19));
            assertThat(cache.status().state()).isEqualTo(RefreshState.MANDATORY);
            time.advance(Duration.ofMinutes(1));
            assertThat(cache.status().state()).isEqualTo(RefreshState.EXPIRED);
        }

        @Test
        void a_source_that_confirms_the_value_under_the_new_time_is_believed() {
            source.mode = Mode.HOLDING;
            Credential held = loaded(Duration.ofHours(1));
            time.advance(Duration.ofMinutes(40));
            time.jump(Duration.ofMinutes(-30));
            var unused = cache.resolveAsync();
            time.advance(seconds(1));
            assertThat(cache.status().unchanged()).isOne();
            time.advance(Duration.ofMinutes(36));
            assertThat(cache.status().state()).isEqualTo(RefreshState.ADVISORY);
            assertThat(cache.resolveAsync()).isCompletedWithValue(held);
        }

        @Test
        void a_refusal_is_not_remembered_for_longer_when_the_clock_is_set_back() {
            source.mode = Mode.DENIED;
            var unused = cache.resolveAsync();
            time.advance(Duration.ofMillis(20));
            time.jump(Duration.ofDays(-1));
            source.mode = Mode.HEALTHY;
            time.advance(seconds(6));
            assertThat(cache.resolveAsync()).isNotDone();
        }
    }

    @Nested
    class Lifetimes {
        @Test
        void an_idle_value_is_kept_fresh_and_every_call_of_one_value_has_the_same_future() {
            loaded(Duration.ofHours(1));
            time.advance(Duration.ofDays(2));
            assertThat(cache.resolveAsync()).isCompleted().isSameAs(cache.resolveAsync());
            assertThat(source.asked.size()).isBetween(60, 70);
        }

        @Test
        void a_closed_cache_refreshes_no_more() {
            loaded(Duration.ofHours(1));
            cache.close();
            cache.close();
            assertThat(time.pendingTimers()).isZero();
            assertThat(cache.status().closed()).isTrue();
            assertThat(cache.status().nextLoad()).isEmpty();
            time.advance(Duration.ofHours(2));
            assertThat(source.asked).hasSize(1);
        }

        @Test
        void whoever_still_uses_a_closed_cache_has_it_refreshed_in_the_background_again() {
            Credential held = loaded(Duration.ofHours(1));
            cache.close();
            assertThat(cache.resolveAsync()).isCompletedWithValue(held);
            assertThat(cache.status().closed()).isFalse();
            assertThat(time.pendingTimers()).isOne();
            time.advance(Duration.ofMinutes(55));
            assertThat(source.asked).hasSize(2);
            assertThat(cache.resolveAsync().join()).isNotEqualTo(held);
        }

        @Test
        void a_load_that_runs_when_the_cache_is_closed_goes_on_and_sets_no_timer() {
            CompletableFuture<Credential> first = cache.resolveAsync();
            cache.close();
            time.advance(seconds(1));
            assertThat(first).isCompleted();
            assertThat(time.pendingTimers()).isZero();
        }

        @Test
        void the_status_shows_everything_but_the_value() {
            assertThat(cache.status()).isEqualTo(RefreshStatus.untouched(false));
            assertThat(cache).hasToString("RefreshingCache(EMPTY)");
            Credential held = loaded(Duration.ofHours(1));
            source.mode = Mode.FAILING;
            time.advance(Duration.ofMinutes(50));
            RefreshStatus status = cache.status();
            assertThat(status.state()).isEqualTo(RefreshState.ADVISORY);
            assertThat(status.expiration()).hasValue(Objects.requireNonNull(held.end()));
            assertThat(status.mandatoryFrom()).hasValue(held.end().minusSeconds(60));
            assertThat(status.lastFailure().orElseThrow()).isSameAs(source.lastFailure);
            assertThat(status.lastFailure().map(CredentialsException::kind)).hasValue(FailureKind.UPSTREAM);
            assertThat(status.failuresInARow()).isPositive();
            assertThat(status.nextLoad().orElseThrow()).isAfter(time.instant());
            assertThat(status.toString())
                    .contains("ADVISORY", "lastFailure=UNREACHABLE/UPSTREAM", "nextLoad=")
                    .doesNotContain(held.id());
        }
    }

    /** Whoever else fails: those who wait are answered, and the next call starts anew. */
    @Nested
    class Nobody_is_stranded {

        private void survives(RefreshingCache<Credential> odd, Runnable mend) {
            CompletableFuture<Credential> first = odd.resolveAsync();
            time.advance(seconds(40));
            assertThat(first).isDone();
            mend.run();
            time.advance(seconds(60));
            CompletableFuture<Credential> next = odd.resolveAsync();
            time.advance(seconds(1));
            assertThat(next).isCompleted();
        }

        @Test
        void when_the_scheduler_refuses() {
            time.reject(true);
            survives(cache, () -> time.reject(false));
            assertThat(cache.status().failures()).isOne();
        }

        @Test
        void when_the_scheduler_refuses_timers_calls_start_the_refresh() {
            loaded(Duration.ofHours(1));
            time.reject(true);
            time.advance(Duration.ofMinutes(50));
            time.reject(false);
            assertThat(cache.resolveAsync()).isCompleted();
            time.advance(seconds(60));
            assertThat(source.asked.size()).isGreaterThan(1);
        }

        @Test
        void when_no_thread_can_be_started_callers_fail_at_once() {
            time.withoutThreads(true);
            CompletableFuture<Credential> answer = cache.resolveAsync();
            assertThatThrownBy(answer::join).hasMessageContaining("cannot be started");
            assertThatThrownBy(cache::resolve).hasMessageContaining("cannot be started");
        }

        @Test
        void when_no_thread_can_be_started_callbacks_do_not_run_on_the_timers_thread() {
            CompletableFuture<Credential> answer = cache.resolveAsync();
            time.dropTasks();
            time.withoutThreads(true);
            time.advance(Duration.ofMinutes(1));
            assertThat(cache.status().loading())
                    .as("the load has been abandoned")
                    .isFalse();
            assertThat(answer).isNotDone();
            time.withoutThreads(false);
            time.advance(seconds(2));
            assertThatThrownBy(answer::join).hasMessageContaining("did not complete within its timeout");
        }

        @Test
        void when_the_scheduler_drops_the_load() {
            CompletableFuture<Credential> first = cache.resolveAsync();
            time.dropTasks();
            time.advance(seconds(31));
            assertThatThrownBy(first::join).hasMessageContaining("did not complete within its timeout");
            CompletableFuture<Credential> next = cache.resolveAsync();
            time.advance(seconds(1));
            assertThat(next).isCompleted();
        }

        @Test
        void when_the_load_begins_too_late_it_is_not_made() {
            time.runTasksAfter(() -> source.asked.isEmpty() ? Duration.ofMinutes(1) : Duration.ZERO);
            CompletableFuture<Credential> first = cache.resolveAsync();
            time.advance(Duration.ofMinutes(3));
            assertThat(first).isCompletedExceptionally();
            assertThat(source.asked).isEmpty();
        }

        @Test
        void when_the_loader_throws_an_error() {
            source.mode = Mode.BROKEN;
            survives(cache, () -> source.mode = Mode.HEALTHY);
        }

        @Test
        @SuppressWarnings("NullAway") // a loader that does what it must not
        void when_the_loader_gives_nothing() {
            boolean[] nothing = {true};
            survives(
                    RefreshingCache.<Credential>builder(() -> nothing[0] ? null : source.load())
                            .clock(time)
                            .scheduler(time)
                            .build(),
                    () -> nothing[0] = false);
        }

        @Test
        void when_the_loader_is_interrupted() {
            boolean[] interrupted = {true};
            survives(
                    RefreshingCache.<Credential>builder(() -> {
                                if (interrupted[0]) {
                                    throw new InterruptedException();
                                }
                                return source.load();
                            })
                            .clock(time)
                            .scheduler(time)
                            .build(),
                    () -> {
                        assertThat(Thread.interrupted()).isTrue();
                        interrupted[0] = false;
                    });
        }

        @Test
        void when_the_policy_or_the_jitter_throws() {
            boolean[] broken = {true};
            survives(
                    source.cache()
                            .random(() -> {
                                if (broken[0]) {
                                    throw new IllegalStateException("random");
                                }
                                return 0;
                            })
                            .build(),
                    () -> broken[0] = false);
            Backoff backoff = (kind, failures, left, random) -> {
                throw new IllegalStateException("back-off");
            };
            RefreshingCache<Credential> odd = source.cache()
                    .policy(RefreshPolicy.builder().backoff(backoff).build())
                    .build();
            var unused = odd.resolveAsync();
            time.advance(seconds(1));
            source.mode = Mode.FAILING;
            time.advance(Duration.ofHours(1));
            assertThat(odd.resolveAsync()).isCompleted();
            source.mode = Mode.HEALTHY;
            time.advance(seconds(6));
            assertThat(odd.status().state()).isEqualTo(RefreshState.FRESH);
        }

        @Test
        void when_one_caller_cancels_or_completes_its_future() {
            CompletableFuture<Credential> first = cache.resolveAsync();
            CompletableFuture<Credential> second = cache.resolveAsync();
            first.cancel(true);
            cache.resolveAsync().complete(new Credential("forged", null));
            time.advance(seconds(1));
            assertThat(second.join()).isEqualTo(source.last);
            assertThat(cache.resolveAsync()).isCompletedWithValue(Objects.requireNonNull(source.last));
        }

        @Test
        void when_a_callback_blocks_waiting_threads_and_the_next_timer_go_on() throws Exception {
            CountDownLatch release = new CountDownLatch(1);
            CountDownLatch blocked = new CountDownLatch(1);
            CountDownLatch hold = new CountDownLatch(1);
            RefreshingCache<String> real = RefreshingCache.builder(() -> {
                        hold.await();
                        return Loads.of("value", Instant.now().plusSeconds(3_600));
                    })
                    .build();
            var unused = real.resolveAsync().thenRun(() -> {
                blocked.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            FutureTask<String> waiter = new FutureTask<>(real::resolve);
            Thread thread = new Thread(waiter);
            thread.start();
            hold.countDown();
            assertThat(waiter.get(10, TimeUnit.SECONDS)).isEqualTo("value");
            assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(real.status().nextLoad()).isPresent();
            release.countDown();
            real.close();
        }

        @Test
        void when_a_waiter_is_interrupted_it_goes_alone() throws Exception {
            CountDownLatch hold = new CountDownLatch(1);
            RefreshingCache<String> real = RefreshingCache.builder(() -> {
                        hold.await();
                        return Loads.of("value", Instant.now().plusSeconds(3_600));
                    })
                    .build();
            CompletableFuture<String> other = real.resolveAsync();
            Thread.currentThread().interrupt();
            assertThatThrownBy(real::resolve).isInstanceOf(InterruptedException.class);
            hold.countDown();
            assertThat(other.get(10, TimeUnit.SECONDS)).isEqualTo("value");
            real.close();
        }
    }

    private record Story(List<String> lines) implements CredentialsListener {
        @Override
        public void refreshed(String accessKeyId, @Nullable Instant expiration) {
            lines.add("refreshed");
        }

        @Override
        public void refreshFailed(int attempt, Category category, @Nullable Instant nextLoad) {
            lines.add("failed");
        }

        @Override
        public void servingStale(String accessKeyId, @Nullable Instant expiration) {
            lines.add("serving expired");
        }

        @Override
        public void recovered(String accessKeyId) {
            lines.add("recovered");
        }
    }
}
