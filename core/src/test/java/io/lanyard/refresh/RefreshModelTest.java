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

/** Random lives of a cache beside a model that knows only what the source gave and when, held against R1 to R10. */
class RefreshModelTest {

    /** A step in the life of a cache. */
    sealed interface Step {}

    record Advance(Duration by) implements Step {}

    record Resolve() implements Step {}

    record Source(Mode mode, @Nullable Duration life) implements Step {}

    record Invalidate(boolean held) implements Step {}

    record Close() implements Step {}

    @Property(tries = 12_000)
    void no_sequence_of_events_breaks_a_rule(
            @ForAll("lives") List<Step> steps, @ForAll boolean servePastExpiry, @ForAll long seed) {
        Life life = new Life(servePastExpiry, new Random(seed));
        for (Step step : steps) {
            life.play(step);
            life.check();
        }
    }

    /** Found by the property: a refusal in the very last moment of the life was remembered for half a minute. */
    @Example
    void a_refusal_just_before_the_end_is_not_remembered_for_longer_after_it() {
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
    Arbitrary<List<Step>> lives() {
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
    private static final class Life {
        private final VirtualTime time = new VirtualTime();
        private final SimulatedSource source = new SimulatedSource(time);
        private final Heard heard = new Heard();
        private final boolean servePastExpiry;
        private final RefreshingCache<Credential> cache;
        private final List<CompletableFuture<Credential>> waiting = new ArrayList<>();
        private boolean closed;
        private boolean suspect;
        private int askedWhenSuspected;
        private Instant wellSince = time.instant();
        private boolean onlyLocalTrouble = true;

        Life(boolean servePastExpiry, Random random) {
            this.servePastExpiry = servePastExpiry;
            this.cache = source.cache()
                    .random(random::nextDouble)
                    .policy(RefreshPolicy.builder()
                            .expiredCredentials(servePastExpiry ? ExpiredCredentials.KEEP : ExpiredCredentials.FAIL)
                            .build())
                    .listener(heard)
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
                invalidate(invalidate.held());
            } else {
                cache.close();
                closed = true;
            }
            if (suspect && source.asked.size() > askedWhenSuspected) {
                suspect = false; // whatever the load brought
            }
        }

        private void changeSource(Source change) {
            boolean wasWell = source.isWell();
            source.mode = change.mode();
            source.life = change.life();
            if (source.isWell() && !wasWell) {
                wellSince = time.instant();
            } else if (!source.isWell()) {
                if (wasWell && cache.status().failuresInARow() == 0) {
                    onlyLocalTrouble = true;
                }
                onlyLocalTrouble &= change.mode() == Mode.REFUSED;
            }
        }

        private void resolve() {
            closed = false; // a call reopens it
            boolean loadingBefore = cache.status().loading();
            boolean valid = source.last != null && !source.hasEnded();
            boolean stale = cache.status().servingStale() && !suspect;
            CompletableFuture<Credential> answer = cache.resolveAsync();
            RefreshStatus status = cache.status();
            if (valid && !suspect) {
                // R1, and the newest that was ever given
                assertThat(answer).isCompletedWithValue(source.last);
                assertThat(cache.resolveAsync())
                        .as("one future for each snapshot")
                        .isSameAs(answer);
            } else if (stale) {
                assertThat(answer)
                        .as("R6: no caller waits once stale credentials have been served")
                        .isCompletedWithValue(source.last);
            } else if (!answer.isDone()) {
                assertThat(status.loading()).as("R4: waits for a flight").isTrue();
                waiting.add(answer);
            } else if (answer.isCompletedExceptionally()) {
                assertThat(loadingBefore).isFalse();
                checkFailure(failureOf(answer));
            } else {
                // R6: held back, and given what there is
                assertThat(answer).isCompletedWithValue(source.last);
                assertThat(servePastExpiry || suspect || source.lastFailure == null)
                        .isTrue();
            }
            if (source.last == null && !answer.isDone() && !loadingBefore) {
                assertThat(time.pendingTasks())
                        .as("R5: the next call starts the next")
                        .isOne();
            }
        }

        /** A caller may fail when there has never been a value, or when it has expired and must not be served. */
        private void checkFailure(Throwable failure) {
            assertThat(source.last == null || source.hasEnded()).isTrue();
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
                assertThat(servePastExpiry).isFalse();
                assertThat(CredentialsException.in(failure).orElseThrow().category())
                        .isEqualTo(Category.EXPIRED);
            }
            Instant asked = source.asked.get(source.asked.size() - 1);
            assertThat(Duration.between(asked, time.instant()))
                    .as("R5, R6: how long a failure is remembered")
                    .isLessThanOrEqualTo(Duration.ofSeconds(permanent ? 5 : 60));
        }

        private void invalidate(boolean held) {
            RefreshStatus before = cache.status();
            String id = source.last != null && held ? source.last.id() : "another";
            cache.invalidate(id);
            assertThat(cache.status()).as("R10: asks nobody").isEqualTo(before);
            if (held && source.last != null && !before.loading()) {
                suspect = true;
                askedWhenSuspected = source.asked.size();
            }
        }

        void check() {
            RefreshStatus status = cache.status();
            checkLoads(status);
            checkState(status);
            checkRetries(status);
            assertThat(heard.refreshed).as("R13").isEqualTo(status.refreshes());
            assertThat(heard.failed).as("R13").isEqualTo(status.failures());
            assertThat(source.asked.size())
                    .isEqualTo((int) (status.refreshes() + status.unchanged() + status.failures()));
        }

        private void checkLoads(RefreshStatus status) {
            // R4: one flight, and nobody waits when there is none
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
            assertThat(status.state() == RefreshState.EXPIRED).isEqualTo(source.hasEnded());
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
            // R2: well inside the life, and never so late that there is no time for another try
            Duration life = Duration.between(stored, end);
            assertThat(Duration.between(stored, advisory)).isGreaterThan(life.dividedBy(6));
            assertThat(advisory).isBeforeOrEqualTo(stored.plus(life.dividedBy(6).multipliedBy(5)));
        }

        private void checkRetries(RefreshStatus status) {
            // no loop, whatever happened: a load a second at the most, but for what callers without credentials ask
            if (source.last != null && waiting.isEmpty()) {
                assertThat(source.askedWithin(Duration.ofSeconds(20))).isLessThan(60);
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
                    assertThat(time.instant()).isBefore(wellSince.plusSeconds(onlyLocalTrouble ? 5 : 60));
                }
            } else if (status.state() == RefreshState.EXPIRED) {
                // without a failure it cannot have ended unnoticed, save that the source holds on to what ends
                assertThat(source.mode == Mode.HOLDING || !pause.isNegative()).isTrue();
            }
        }

        private static Throwable failureOf(CompletableFuture<?> future) {
            Throwable[] failure = new Throwable[1];
            var unused = future.handle((value, thrown) -> failure[0] = thrown);
            return failure[0];
        }
    }

    /** Counts, and always throws: a listener must not matter. */
    private static final class Heard implements CredentialsListener {
        private long refreshed;
        private long failed;

        @Override
        public void refreshed(String accessKeyId, @Nullable Instant expiration) {
            refreshed++;
            throw new IllegalStateException("a listener's own trouble");
        }

        @Override
        public void refreshFailed(int attempt, Category category, @Nullable Instant nextLoad) {
            failed++;
            throw new NoClassDefFoundError("a listener's own trouble");
        }
    }
}
