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

    /** Loads and returns the first credentials. */
    private Credential loaded(@Nullable Duration lifetime) {
        source.lifetime = lifetime;
        CompletableFuture<Credential> first = cache.resolveAsync();
        time.advance(Duration.ofMillis(20));
        return first.join();
    }

    private void advanceToBeforeExpiration(Duration left) {
        Instant end = cache.status().expiration().orElseThrow();
        time.advance(Duration.between(time.instant(), end.minus(left)));
    }

    @Nested
    class Windows {
        @ParameterizedTest(name = "a lifetime of {0} s: refreshed {1} s before expiration")
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
        void the_first_refresh_starts_when_its_window_begins(long lifetime, double before) {
            loaded(seconds(lifetime));
            Duration window = Duration.ofMillis((long) (before * 1000));
            assertThat(cache.status().advisoryFrom())
                    .hasValue(cache.status().expiration().orElseThrow().minus(window));
            advanceToBeforeExpiration(window.plusMillis(1));
            assertThat(source.loads).hasSize(1);
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
        void jitter_moves_the_refresh_earlier_and_for_long_lifetimes_back_to_their_middle(long lifetime, double most) {
            source.lifetime = seconds(lifetime);
            RefreshingCache<Credential> jittered =
                    source.cache().random(() -> 0.999).build();
            loaded(seconds(lifetime));
            var unused = jittered.resolveAsync();
            time.advance(Duration.ofMillis(20));
            Duration earlier = Duration.between(
                    jittered.status().advisoryFrom().orElseThrow().minusMillis(20),
                    cache.status().advisoryFrom().orElseThrow());
            assertThat(earlier.toMillis() / 1e3).isPositive().isBetween(0.99 * most, most);
        }

        @Test
        void a_state_begins_exactly_at_its_limit() {
            source.mode = Mode.HEALTHY;
            loaded(Duration.ofHours(1));
            source.mode = Mode.FAILING;
            advanceToBeforeExpiration(Duration.ofMinutes(15));
            assertThat(cache.status().state()).isEqualTo(RefreshState.ADVISORY);
            advanceToBeforeExpiration(Duration.ofMillis(60_001));
            assertThat(cache.status().state()).isEqualTo(RefreshState.ADVISORY);
            advanceToBeforeExpiration(Duration.ofMinutes(1));
            assertThat(cache.status().state()).isEqualTo(RefreshState.MANDATORY);
            advanceToBeforeExpiration(Duration.ofMillis(5_001));
            assertThat(cache.status().state()).isEqualTo(RefreshState.MANDATORY);
            advanceToBeforeExpiration(Duration.ofSeconds(5));
            assertThat(cache.status().state()).isEqualTo(RefreshState.EXPIRED);
        }

        @ParameterizedTest
        @ValueSource(longs = {8, 15, 16, 20, 30, 45, 60, 90, 120, 240, 300, 301, 310, 600, 900})
        void short_lifetimes_do_not_loop(long lifetime) {
            loaded(seconds(lifetime));
            for (int i = 0; i < 10 * lifetime; i++) {
                assertThat(cache.resolveAsync()).isCompleted();
                time.advance(seconds(1));
            }
            assertThat(source.loads.size()).isLessThanOrEqualTo(22);
        }

        @ParameterizedTest
        @ValueSource(longs = {15, 45, 300, 3_540})
        void a_source_that_renews_in_the_last_seconds_gets_few_loads_and_nothing_expires(long lifetime) {
            source.mode = Mode.HOLDING;
            loaded(seconds(lifetime));
            for (int i = 0; i < 20 * lifetime; i++) {
                assertThat(cache.resolveAsync()).isCompleted();
                time.advance(Duration.ofMillis(500));
            }
            assertThat(source.issued).isGreaterThan(9);
            assertThat(source.loads.size() / source.issued).isLessThanOrEqualTo(8);
        }

        @Test
        void a_lifetime_of_eight_seconds_is_usable_for_two_thirds() {
            loaded(seconds(8));
            source.mode = Mode.FAILING;
            time.advance(Duration.ofMillis(5_300));
            assertThat(cache.resolveAsync()).isCompleted();
            time.advance(Duration.ofMillis(100));
            assertThat(cache.status().state()).isEqualTo(RefreshState.EXPIRED);
        }

        @Test
        void a_value_without_expiration_is_loaded_hourly_and_kept_when_that_fails() {
            Credential cached = loaded(null);
            time.advance(Duration.ofMinutes(59));
            assertThat(source.loads).hasSize(1);
            source.mode = Mode.HOLDING;
            time.advance(Duration.ofMinutes(2));
            assertThat(source.loads).hasSize(2);
            source.mode = Mode.REFUSED;
            time.advance(Duration.ofHours(24));
            assertThat(cache.resolveAsync()).isCompletedWithValue(cached);
            assertThat(source.loads.size()).as("not urgent").isBetween(100, 400);
        }

        @Test
        void a_source_that_keeps_its_value_until_expiration_is_loaded_again_before_a_caller_sees_an_expired_one() {
            // aws-vault with a lifetime of 60 s
            Credential[] current = {new Credential("key-0", time.instant().plusSeconds(60))};
            RefreshingCache<Credential> vault = RefreshingCache.<Credential>builder(() -> {
                        if (!time.instant().isBefore(Objects.requireNonNull(current[0].end()))) {
                            current[0] = new Credential(
                                    "key-" + time.instant(), time.instant().plusSeconds(60));
                        }
                        return Loads.of(current[0], current[0].end());
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
        void a_value_that_differs_only_in_its_secret_is_newer() {
            record Key(String id, String secret) {}
            Key[] current = {new Key("AKIA", "wrong")};
            RefreshingCache<Key> corrected = RefreshingCache.<Key>builder(
                            () -> Loaded.of(current[0], current[0].id(), null))
                    .clock(time)
                    .scheduler(time)
                    .build();
            time.runTasksAtOnce();
            assertThat(corrected.resolveAsync().join().secret()).isEqualTo("wrong");
            current[0] = new Key("AKIA", "right");
            corrected.invalidate("AKIA");
            assertThat(corrected.resolveAsync().join().secret()).isEqualTo("right");
            current[0] = new Key("AKIA", "newer");
            time.advance(Duration.ofMinutes(61));
            assertThat(corrected.resolveAsync().join().secret()).isEqualTo("newer");
        }

        @Test
        void extreme_expirations_are_accepted() {
            for (Instant expiration :
                    List.of(Instant.MAX, Instant.MIN, Instant.EPOCH, Instant.ofEpochSecond(1L << 50))) {
                RefreshingCache<String> odd = RefreshingCache.builder(() -> Loads.of("value", expiration))
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
                names = {"FAILING", "HANGING", "DENIED", "EXPIRED", "BROKEN"})
        void an_upstream_outage_causes_few_loads_with_time_for_several_before_expiration(Mode mode) {
            loaded(Duration.ofHours(1));
            source.mode = mode;
            advanceToBeforeExpiration(Duration.ofMillis(5_001));
            assertThat(source.loadsWithin(Duration.ofMinutes(15)))
                    .as("with the shortest back-off")
                    .isBetween(4L, 57L);
            assertThat(cache.resolveAsync()).isCompletedWithValue(Objects.requireNonNull(source.last));
        }

        @ParameterizedTest
        @ValueSource(longs = {15, 30, 45, 120, 900, 3_600, 21_600})
        void several_loads_fit_between_the_first_refresh_and_expiration(long lifetime) {
            for (double random : new double[] {0, 0.5, 0.999}) {
                VirtualTime clock = new VirtualTime();
                SimulatedSource failing = new SimulatedSource(clock);
                failing.lifetime = seconds(lifetime);
                RefreshingCache<Credential> one =
                        failing.cache().random(() -> random).build();
                var unused = one.resolveAsync();
                clock.advance(Duration.ofMillis(20));
                failing.mode = Mode.FAILING;
                clock.advance(seconds(lifetime).minusSeconds(5));
                assertThat(failing.loads.size() - 1).isGreaterThanOrEqualTo(3);
            }
        }

        @Test
        void credentials_are_fresh_within_5_seconds_after_a_local_outage_across_expiration() {
            loaded(Duration.ofHours(1));
            source.mode = Mode.FAILING;
            advanceToBeforeExpiration(seconds(20));
            source.mode = Mode.REFUSED;
            time.advance(seconds(30));
            assertThat(cache.status().state()).isEqualTo(RefreshState.EXPIRED);
            source.mode = Mode.HEALTHY;
            time.advance(seconds(5));
            assertThat(cache.status().state()).isEqualTo(RefreshState.FRESH);
        }

        @ParameterizedTest
        @CsvSource({"FAILING,0.999", "FAILING,0", "HANGING,0.999", "DENIED,0.999", "EXPIRED,0.5", "BROKEN,0.999"})
        void credentials_are_fresh_within_60_seconds_after_an_upstream_outage_across_expiration(
                Mode mode, double random) {
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
        void past_expiration_callers_wait_for_a_due_load_and_not_between_loads() {
            Credential cached = loaded(Duration.ofHours(1));
            cache.close(); // so that callers alone start loads
            source.mode = Mode.FAILING;
            time.advance(Duration.ofHours(1));
            CompletableFuture<Credential> waiting = cache.resolveAsync();
            assertThat(waiting).isNotDone();
            time.advance(Duration.ofMillis(20));
            assertThat(waiting).isCompletedWithValue(cached);
            assertThat(cache.resolveAsync()).isCompletedWithValue(cached);
            assertThat(source.loads).hasSize(2);
        }

        @Test
        void past_expiration_a_permanent_failure_is_thrown_and_remembered_briefly() {
            loaded(Duration.ofHours(1));
            source.mode = Mode.DENIED;
            advanceToBeforeExpiration(seconds(6));
            assertThat(cache.resolveAsync()).isCompleted();
            advanceToBeforeExpiration(Duration.ZERO);
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
        void past_expiration_callers_wait_for_one_load_in_an_outage() {
            Credential cached = loaded(Duration.ofHours(1));
            source.mode = Mode.HANGING;
            advanceToBeforeExpiration(seconds(5));
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
            advanceToBeforeExpiration(Duration.ofMinutes(10));
            Throwable rejection = Objects.requireNonNull(source.rejection);
            source.mode = Mode.REFUSED;
            advanceToBeforeExpiration(Duration.ZERO);
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
        void without_a_value_loads_back_off_from_the_second_failure() {
            source.mode = Mode.FAILING;
            int failed = 0;
            for (int i = 0; i < 6_000; i++) { // a caller every 100 ms for 10 min
                CompletableFuture<Credential> answer = cache.resolveAsync();
                time.advance(Duration.ofMillis(100));
                failed += answer.isCompletedExceptionally() ? 1 : 0;
            }
            assertThat(failed).isEqualTo(6_000);
            assertThat(source.loads.size()).isBetween(10, 40);
            assertThat(source.loads.get(1)).isBefore(source.loads.get(0).plusMillis(150));
            assertThat(source.loads.get(3)).isBefore(source.loads.get(0).plusSeconds(2));
        }

        @Test
        void no_back_off_lasts_longer_than_the_value_is_valid() {
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
        void with_the_policy_fail_an_expired_value_is_not_served() {
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
        void a_first_load_that_fails_fails_all_its_callers_and_the_next_call_starts_another() {
            source.mode = Mode.FAILING;
            List<CompletableFuture<Credential>> callers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                callers.add(cache.resolveAsync());
            }
            time.advance(seconds(1));
            assertThat(source.loads).hasSize(1);
            for (CompletableFuture<Credential> caller : callers) {
                assertThatThrownBy(caller::join).cause().cause().isSameAs(source.lastFailure);
            }
            assertThat(time.pendingTimers()).as("no timer without a value").isZero();
            var unused = cache.resolveAsync();
            time.advance(seconds(1));
            assertThat(source.loads).hasSize(2);
        }

        @Test
        void an_outage_is_logged_when_it_begins_when_the_value_expires_and_when_it_is_over() {
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
        void an_outage_in_which_expired_values_are_not_served_is_logged_as_calls_that_fail() {
            RefreshingCache<Credential> strict = source.cache()
                    .background(false)
                    .policy(RefreshPolicy.builder()
                            .expiredCredentials(ExpiredCredentials.FAIL)
                            .build())
                    .build();
            var first = strict.resolveAsync();
            time.advance(seconds(1));
            time.advance(Duration.ofHours(2));
            source.mode = Mode.FAILING;
            try (LibraryLog log = LibraryLog.open()) {
                var second = strict.resolveAsync();
                time.advance(seconds(1));
                assertThat(second).isCompletedExceptionally();
                assertThat(log.warnings())
                        .singleElement()
                        .asString()
                        .matches("Credentials \\S+ have expired and could not be refreshed\\. Calls fail until .+");
            }
            assertThat(first).isCompleted();
        }

        @Test
        void listeners_receive_the_events_in_order() {
            List<String> events = new ArrayList<>();
            RefreshingCache<Credential> observed =
                    source.cache().listener(new Events(events)).build();
            var unused = observed.resolveAsync();
            time.advance(Duration.ofMinutes(40));
            source.mode = Mode.FAILING;
            time.advance(Duration.ofMinutes(30));
            assertThat(observed.status().servingStale()).isTrue();
            source.mode = Mode.HEALTHY;
            time.advance(Duration.ofMinutes(1));
            assertThat(observed.status().servingStale()).isFalse();
            assertThat(events.stream().distinct()).containsExactly("refreshed", "failed", "serving stale", "recovered");
            assertThat(events).endsWith("failed", "refreshed", "recovered");
        }
    }

    @Nested
    class Invalidation {
        @Test
        void makes_the_next_call_wait_for_a_load_once() {
            Credential cached = loaded(Duration.ofHours(1));
            cache.invalidate(cached.id());
            assertThat(source.loads).hasSize(1);
            CompletableFuture<Credential> next = cache.resolveAsync();
            assertThat(next).isNotDone();
            time.advance(Duration.ofMillis(20));
            assertThat(next.join().id()).isNotEqualTo(cached.id());
            assertThat(cache.resolveAsync()).isCompleted();
        }

        @Test
        void returns_the_cached_value_when_the_load_fails_and_then_backs_off() {
            Credential cached = loaded(Duration.ofHours(1));
            source.mode = Mode.DENIED;
            cache.invalidate(cached.id());
            CompletableFuture<Credential> next = cache.resolveAsync();
            time.advance(Duration.ofMillis(20));
            assertThat(next).isCompletedWithValue(cached);
            cache.invalidate(cached.id());
            assertThat(cache.resolveAsync()).isCompletedWithValue(cached);
            assertThat(source.loads).hasSize(2);
            source.mode = Mode.HEALTHY;
            time.advance(seconds(50));
            assertThat(cache.resolveAsync().join())
                    .as("retried in the background")
                    .isNotEqualTo(cached);
        }

        @Test
        void causes_few_loads_while_the_source_returns_the_same_value() {
            source.mode = Mode.HOLDING;
            Credential cached = loaded(Duration.ofHours(1));
            for (int i = 0; i < 1_000; i++) {
                cache.invalidate(cached.id());
                var unused = cache.resolveAsync();
                time.advance(Duration.ofMillis(100));
            }
            assertThat(source.loads.size()).isLessThanOrEqualTo(3);
        }

        @Test
        void does_nothing_for_another_value_or_while_a_load_runs_or_before_the_first() {
            cache.invalidate("key-1");
            Credential cached = loaded(Duration.ofHours(1));
            cache.invalidate("another");
            assertThat(cache.resolveAsync()).isCompletedWithValue(cached);
            advanceToBeforeExpiration(Duration.ofMinutes(15));
            assertThat(cache.status().loading()).isTrue();
            cache.invalidate(cached.id());
            assertThat(cache.resolveAsync()).isCompletedWithValue(cached);
            time.advance(Duration.ofMillis(20));
            assertThat(cache.resolveAsync()).isCompleted();
            assertThat(source.loads).hasSize(2);
        }
    }

    @Nested
    class Clocks {
        @Test
        void after_a_suspension_past_expiration_the_next_call_waits_for_a_load() {
            Credential cached = loaded(Duration.ofHours(1));
            time.suspend(Duration.ofHours(8));
            CompletableFuture<Credential> next = cache.resolveAsync();
            assertThat(next).isNotDone();
            time.advance(Duration.ofMillis(20));
            assertThat(next.join()).isNotEqualTo(cached);
        }

        @Test
        void after_a_freeze_past_expiration_the_next_call_waits_for_a_load() {
            Credential cached = loaded(Duration.ofHours(1));
            time.freeze(Duration.ofHours(1));
            CompletableFuture<Credential> next = cache.resolveAsync();
            assertThat(next).isNotDone();
            time.advance(Duration.ofMillis(20));
            assertThat(next.join()).isNotEqualTo(cached);
        }

        @ParameterizedTest
        @ValueSource(longs = {-7_200, -600, -71, 75, 600})
        void after_a_jump_before_expiration_the_next_call_starts_a_refresh_without_waiting(long by) {
            Credential cached = loaded(Duration.ofHours(6));
            time.advance(Duration.ofMinutes(10));
            time.jump(seconds(by));
            assertThat(cache.resolveAsync()).isCompletedWithValue(cached);
            assertThat(cache.status().loading()).isTrue();
            time.advance(Duration.ofMillis(20));
            assertThat(cache.resolveAsync().join()).isNotEqualTo(cached);
        }

        @ParameterizedTest
        @ValueSource(longs = {-60, -3, 3, 60})
        void a_small_jump_is_noticed_within_a_minute_without_any_call(long by) {
            loaded(Duration.ofHours(6));
            time.advance(Duration.ofMinutes(10));
            time.jump(seconds(by));
            time.advance(seconds(61));
            assertThat(source.loads).hasSize(2);
        }

        @Test
        void small_clock_corrections_are_not_a_jump() {
            loaded(Duration.ofHours(6));
            for (int i = 0; i < 200; i++) {
                time.jump(Duration.ofMillis(i % 2 == 0 ? 1_900 : -1_900));
                time.advance(seconds(60));
            }
            assertThat(source.loads).hasSize(1);
        }

        @Test
        void a_clock_set_back_does_not_prolong_a_value() {
            Credential cached = loaded(Duration.ofHours(1));
            source.mode = Mode.FAILING;
            time.advance(Duration.ofMinutes(40));
            time.jump(Duration.ofHours(-2));
            assertThat(cache.resolveAsync()).as("20 minutes are left").isCompletedWithValue(cached);
            time.advance(Duration.ofMinutes(19));
            assertThat(cache.status().state()).isEqualTo(RefreshState.MANDATORY);
            time.advance(Duration.ofMinutes(1));
            assertThat(cache.status().state()).isEqualTo(RefreshState.EXPIRED);
        }

        @Test
        void a_value_that_the_source_confirms_after_a_jump_is_valid() {
            source.mode = Mode.HOLDING;
            Credential cached = loaded(Duration.ofHours(1));
            time.advance(Duration.ofMinutes(40));
            time.jump(Duration.ofMinutes(-30));
            var unused = cache.resolveAsync();
            time.advance(seconds(1));
            assertThat(cache.status().unchanged()).isOne();
            time.advance(Duration.ofMinutes(36));
            assertThat(cache.status().state()).isEqualTo(RefreshState.ADVISORY);
            assertThat(cache.resolveAsync()).isCompletedWithValue(cached);
        }

        @Test
        void a_permanent_failure_is_not_remembered_longer_when_the_clock_is_set_back() {
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
        void an_idle_cache_is_refreshed_and_all_calls_share_the_future_of_a_value() {
            loaded(Duration.ofHours(1));
            time.advance(Duration.ofDays(2));
            assertThat(cache.resolveAsync()).isCompleted().isSameAs(cache.resolveAsync());
            assertThat(source.loads.size()).isBetween(60, 70);
        }

        @Test
        void a_closed_cache_is_no_longer_refreshed() {
            loaded(Duration.ofHours(1));
            cache.close();
            cache.close();
            assertThat(time.pendingTimers()).isZero();
            assertThat(cache.status().closed()).isTrue();
            assertThat(cache.status().nextLoad()).isEmpty();
            time.advance(Duration.ofHours(2));
            assertThat(source.loads).hasSize(1);
        }

        @Test
        void a_call_to_a_closed_cache_starts_background_refreshes_again() {
            Credential cached = loaded(Duration.ofHours(1));
            cache.close();
            assertThat(cache.resolveAsync()).isCompletedWithValue(cached);
            assertThat(cache.status().closed()).isFalse();
            assertThat(time.pendingTimers()).isOne();
            time.advance(Duration.ofMinutes(55));
            assertThat(source.loads).hasSize(2);
            assertThat(cache.resolveAsync().join()).isNotEqualTo(cached);
        }

        @Test
        void closing_during_a_load_lets_it_complete_and_sets_no_timer() {
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
            Credential cached = loaded(Duration.ofHours(1));
            source.mode = Mode.FAILING;
            time.advance(Duration.ofMinutes(50));
            RefreshStatus status = cache.status();
            assertThat(status.state()).isEqualTo(RefreshState.ADVISORY);
            assertThat(status.expiration()).hasValue(Objects.requireNonNull(cached.end()));
            assertThat(status.mandatoryFrom()).hasValue(cached.end().minusSeconds(60));
            assertThat(status.lastFailure().orElseThrow()).isSameAs(source.lastFailure);
            assertThat(status.lastFailure().map(CredentialsException::kind)).hasValue(FailureKind.UPSTREAM);
            assertThat(status.failuresInARow()).isPositive();
            assertThat(status.nextLoad().orElseThrow()).isAfter(time.instant());
            assertThat(status.toString())
                    .contains("ADVISORY", "lastFailure=UNREACHABLE/UPSTREAM", "nextLoad=")
                    .doesNotContain(cached.id());
        }
    }

    /** Whatever fails, waiting callers are answered, and the next call starts another load. */
    @Nested
    class Callers_are_answered {

        private void survives(RefreshingCache<Credential> odd, Runnable repair) {
            CompletableFuture<Credential> first = odd.resolveAsync();
            time.advance(seconds(40));
            assertThat(first).isDone();
            repair.run();
            time.advance(seconds(60));
            CompletableFuture<Credential> next = odd.resolveAsync();
            time.advance(seconds(1));
            assertThat(next).isCompleted();
        }

        @Test
        void when_the_scheduler_rejects_tasks() {
            time.reject(true);
            survives(cache, () -> time.reject(false));
            assertThat(cache.status().failures()).isOne();
        }

        @Test
        void when_the_scheduler_rejects_timers_calls_start_the_refresh() {
            loaded(Duration.ofHours(1));
            time.reject(true);
            time.advance(Duration.ofMinutes(50));
            time.reject(false);
            assertThat(cache.resolveAsync()).isCompleted();
            time.advance(seconds(60));
            assertThat(source.loads.size()).isGreaterThan(1);
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
        void when_the_load_begins_too_late_the_loader_is_not_called() {
            time.runTasksAfter(() -> source.loads.isEmpty() ? Duration.ofMinutes(1) : Duration.ZERO);
            CompletableFuture<Credential> first = cache.resolveAsync();
            time.advance(Duration.ofMinutes(3));
            assertThat(first).isCompletedExceptionally();
            assertThat(source.loads).isEmpty();
        }

        @Test
        void when_the_loader_throws_an_error() {
            source.mode = Mode.BROKEN;
            survives(cache, () -> source.mode = Mode.HEALTHY);
        }

        @Test
        @SuppressWarnings("NullAway") // a loader that does what it must not
        void when_the_loader_returns_null() {
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
        void when_another_waiter_is_interrupted() throws Exception {
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

    private record Events(List<String> lines) implements CredentialsListener {
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
            lines.add("serving stale");
        }

        @Override
        public void recovered(String accessKeyId) {
            lines.add("recovered");
        }
    }
}
