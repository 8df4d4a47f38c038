// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.FailureKind;
import io.lanyard.RefreshState;
import io.lanyard.RefreshStatus;
import io.lanyard.refresh.SimulatedSource.Credential;
import io.lanyard.refresh.SimulatedSource.Mode;
import io.lanyard.testsupport.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;

/** Random events of a cache beside a model that knows only what the source returned and when, checked against R1 to R10. */
class RefreshModelTest {

    /** A step of a run. */
    sealed interface Step {}

    record Advance(Duration by) implements Step {}

    record Resolve() implements Step {}

    record Source(Mode mode, @Nullable Duration lifetime) implements Step {}

    record Invalidate(boolean cached) implements Step {}

    record Close() implements Step {}

    @Property(tries = 12_000)
    void no_sequence_of_events_breaks_a_rule(
            @ForAll("runs") List<Step> steps, @ForAll boolean servesStale, @ForAll long seed) {
        Run run = new Run(servesStale, new Random(seed));
        for (Step step : steps) {
            run.play(step);
            run.check();
        }
    }

    /** Found by the property: a permanent failure in the last moment of the lifetime was remembered for half a minute. */
    @Example
    void a_permanent_failure_just_before_expiration_is_not_remembered_longer() {
        no_sequence_of_events_breaks_a_rule(
                List.of(
                        new Resolve(),
                        new Advance(Duration.ofMillis(10)),
                        new Advance(Duration.ofMillis(10)),
                        new Invalidate(true),
                        new Resolve(),
                        new Source(Mode.DENIED, Duration.ofSeconds(8)),
                        new Advance(Duration.ofMillis(1_096_478)),
                        new Advance(Duration.ofMillis(2_511_886)),
                        new Resolve()),
                true,
                -869);
    }

    @Provide
    Arbitrary<List<Step>> runs() {
        // from 10 ms to 3 h, each order of magnitude as likely
        Arbitrary<Step> advance = Arbitraries.doubles()
                .between(1, 7.03)
                .map(power -> new Advance(Duration.ofMillis((long) Math.pow(10, power))));
        Arbitrary<Step> source = Arbitraries.of(Mode.class)
                .flatMap(mode -> Arbitraries.of(8, 15, 45, 240, 900, 1_200, 3_540, 3_600, 21_600, 0)
                        .map(seconds -> new Source(mode, seconds == 0 ? null : Duration.ofSeconds(seconds))));
        Arbitrary<Step> well =
                Arbitraries.of(Mode.HEALTHY, Mode.HOLDING).map(mode -> new Source(mode, Duration.ofHours(1)));
        return Arbitraries.frequencyOf(
                        Tuple.of(12, advance),
                        Tuple.of(10, Arbitraries.create(Resolve::new)),
                        Tuple.of(4, source),
                        Tuple.of(2, well),
                        Tuple.of(2, Arbitraries.of(true, false).map(Invalidate::new)),
                        Tuple.of(
                                1,
                                Arbitraries.frequency(Tuple.of(1, 0), Tuple.of(4, 1))
                                        .map(n -> n == 0 ? new Close() : new Resolve())))
                .list()
                .ofMinSize(1)
                .ofMaxSize(40);
    }

    /** One cache, its source, and what is expected of it. */
    private static final class Run {
        private final VirtualTime time = new VirtualTime();
        private final SimulatedSource source = new SimulatedSource(time);
        private final CountingListener events = new CountingListener();
        private final boolean servesStale;
        private final RefreshingCache<Credential> cache;
        private final List<CompletableFuture<Credential>> waiting = new ArrayList<>();
        private boolean closed;
        private boolean suspect;
        private int loadsWhenSuspected;
        private Instant wellSince = time.instant();
        private boolean onlyLocalFailures = true;

        Run(boolean servesStale, Random random) {
            this.servesStale = servesStale;
            this.cache = source.cache()
                    .random(random::nextDouble)
                    .policy(RefreshPolicy.builder()
                            .expiredCredentials(servesStale ? ExpiredCredentials.KEEP : ExpiredCredentials.FAIL)
                            .build())
                    .listener(events)
                    .build();
        }

        void play(Step step) {
            if (step instanceof Advance advance) {
                time.advance(advance.by());
            } else if (step instanceof Source change) {
                changeSource(change);
            } else if (step instanceof Resolve) {
                resolve();
            } else if (step instanceof Invalidate invalidate) {
                invalidate(invalidate.cached());
            } else {
                cache.close();
                closed = true;
            }
            if (suspect && source.loads.size() > loadsWhenSuspected) {
                suspect = false; // whatever the load returned
            }
        }

        private void changeSource(Source change) {
            boolean wasWell = source.isWell();
            source.mode = change.mode();
            source.lifetime = change.lifetime();
            if (source.isWell() && !wasWell) {
                wellSince = time.instant();
            } else if (!source.isWell()) {
                if (wasWell && cache.status().failuresInARow() == 0) {
                    onlyLocalFailures = true;
                }
                onlyLocalFailures &= change.mode() == Mode.REFUSED;
            }
        }

        private void resolve() {
            closed = false; // a call reopens it
            boolean loadingBefore = cache.status().loading();
            boolean valid = source.last != null && !source.hasExpired();
            boolean stale = cache.status().servingStale() && !suspect;
            CompletableFuture<Credential> answer = cache.resolveAsync();
            RefreshStatus status = cache.status();
            if (valid && !suspect) {
                // R1, and the newest value
                assertThat(answer).isCompletedWithValue(source.last);
                assertThat(cache.resolveAsync())
                        .as("one future for each snapshot")
                        .isSameAs(answer);
            } else if (stale) {
                assertThat(answer)
                        .as("R6: no caller waits once stale credentials have been served")
                        .isCompletedWithValue(source.last);
            } else if (!answer.isDone()) {
                assertThat(status.loading()).as("R4: waits for a load").isTrue();
                waiting.add(answer);
            } else if (answer.isCompletedExceptionally()) {
                assertThat(loadingBefore).isFalse();
                checkFailure(failureOf(answer));
            } else {
                // R6: the back-off allows no load, so the cached value is returned
                assertThat(answer).isCompletedWithValue(source.last);
                assertThat(servesStale || suspect || source.lastFailure == null).isTrue();
            }
            if (source.last == null && !answer.isDone() && !loadingBefore) {
                assertThat(time.pendingTasks())
                        .as("R5: the next call starts the next")
                        .isOne();
            }
        }

        /** A caller may fail when there has never been a value, or when it has expired and must not be served. */
        private void checkFailure(Throwable failure) {
            assertThat(source.last == null || source.hasExpired()).isTrue();
            RefreshStatus status = cache.status();
            boolean permanent =
                    status.lastFailure().map(CredentialsException::kind).orElseThrow() == FailureKind.PERMANENT;
            if (source.last != null && source.rejection != null) {
                assertThat(failure).as("R6, R16").hasCause(source.rejection);
            } else if (source.last == null) {
                assertThat(failure.getCause())
                        .as("R5, R16")
                        .isInstanceOf(CredentialsException.class)
                        .isNotSameAs(failure);
                assertThat(permanent || status.failuresInARow() > 1)
                        .as("R5: a first transient failure is not remembered")
                        .isTrue();
            } else {
                assertThat(servesStale).isFalse();
                assertThat(CredentialsException.in(failure).orElseThrow().category())
                        .isEqualTo(Category.EXPIRED);
            }
            Instant loaded = source.loads.get(source.loads.size() - 1);
            assertThat(Duration.between(loaded, time.instant()))
                    .as("R5, R6: how long a failure is remembered")
                    .isLessThanOrEqualTo(Duration.ofSeconds(permanent ? 5 : 60));
        }

        private void invalidate(boolean cached) {
            RefreshStatus before = cache.status();
            String id = source.last != null && cached ? source.last.id() : "another";
            cache.invalidate(id);
            assertThat(cache.status()).as("R10: starts no load").isEqualTo(before);
            if (cached && source.last != null && !before.loading()) {
                suspect = true;
                loadsWhenSuspected = source.loads.size();
            }
        }

        void check() {
            RefreshStatus status = cache.status();
            checkLoads(status);
            checkState(status);
            checkRetries(status);
            assertThat(events.refreshed).as("R13").isEqualTo(status.refreshes());
            assertThat(events.failed).as("R13").isEqualTo(status.failures());
            assertThat(source.loads.size())
                    .isEqualTo((int) (status.refreshes() + status.unchanged() + status.failures()));
        }

        private void checkLoads(RefreshStatus status) {
            // R4: one load, and no caller waits without one
            assertThat(time.pendingTasks()).isEqualTo(status.loading() ? 1 : 0);
            if (!status.loading()) {
                for (Iterator<CompletableFuture<Credential>> i = waiting.iterator(); i.hasNext(); ) {
                    assertThat(i.next()).isDone();
                    i.remove();
                }
            }
            // R3: one timer for a cache that has something to refresh, none for another
            if (!status.loading()) {
                assertThat(time.pendingTimers()).isEqualTo(closed || source.last == null ? 0 : 1);
            }
        }

        private void checkState(RefreshStatus status) {
            if (source.last == null) {
                assertThat(status.state()).isEqualTo(RefreshState.EMPTY);
                return;
            }
            assertThat(status.state() == RefreshState.EXPIRED).isEqualTo(source.hasExpired());
            Instant stored = Objects.requireNonNull(source.lastStored);
            Instant end = source.last.end();
            Instant advisory = status.advisoryFrom().orElseThrow();
            if (end == null) {
                // R9
                assertThat(advisory)
                        .isBeforeOrEqualTo(
                                stored.plus(status.unchanged() == 0 ? Duration.ofHours(1) : Duration.ofDays(9999)));
                return;
            }
            // R2: well inside the lifetime, and early enough for another load
            Duration lifetime = Duration.between(stored, end);
            assertThat(Duration.between(stored, advisory)).isGreaterThan(lifetime.dividedBy(6));
            assertThat(advisory)
                    .isBeforeOrEqualTo(stored.plus(lifetime.dividedBy(6).multipliedBy(5)));
        }

        private void checkRetries(RefreshStatus status) {
            // no loop: at most three loads a second, except for callers without credentials
            if (source.last != null && waiting.isEmpty()) {
                assertThat(source.loadsWithin(Duration.ofSeconds(20))).isLessThan(60);
            }
            if (closed || source.last == null || status.loading()) {
                return;
            }
            Duration pause = Duration.between(time.instant(), status.nextLoad().orElseThrow());
            if (status.failuresInARow() > 0) {
                // R6
                boolean endless = source.last.end() == null;
                FailureKind kind =
                        status.lastFailure().map(CredentialsException::kind).orElseThrow();
                assertThat(pause)
                        .isLessThanOrEqualTo(Duration.ofSeconds(endless ? 600 : kind == FailureKind.LOCAL ? 5 : 50));
                // R7
                if (source.isWell() && !endless) {
                    assertThat(time.instant()).isBefore(wellSince.plusSeconds(onlyLocalFailures ? 5 : 60));
                }
            } else if (status.state() == RefreshState.EXPIRED) {
                // without a failure a value expires only when the source keeps returning it
                assertThat(source.mode == Mode.HOLDING || !pause.isNegative()).isTrue();
            }
        }

        private static Throwable failureOf(CompletableFuture<?> future) {
            Throwable[] failure = new Throwable[1];
            var unused = future.handle((value, thrown) -> failure[0] = thrown);
            return failure[0];
        }
    }

    /** Counts events and always throws, which must change nothing. */
    private static final class CountingListener implements CredentialsListener {
        private long refreshed;
        private long failed;

        @Override
        public void refreshed(String accessKeyId, @Nullable Instant expiration) {
            refreshed++;
            throw new IllegalStateException("a broken listener");
        }

        @Override
        public void refreshFailed(int attempt, Category category, @Nullable Instant nextLoad) {
            failed++;
            throw new NoClassDefFoundError("a broken listener");
        }
    }
}
