// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.refresh.RefreshingCache;
import io.lanyard.report.SourceDescription;
import io.lanyard.spi.Scheduler;
import io.lanyard.testsupport.Loads;
import io.lanyard.testsupport.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every selection completes, and no accident of one caller, source or file decides for other callers. */
class ChainLivenessTest {

    private final ScriptedSource first = new ScriptedSource(new SourceName("first"));
    private final ScriptedSource second = new ScriptedSource(new SourceName("second"));
    private final VirtualTime time = new VirtualTime();

    private static ChainBuilder<Key> of(ScriptedSource... sources) {
        ChainBuilder<Key> builder = CredentialsChain.builder(Key::identity);
        for (ScriptedSource source : sources) {
            builder.add(source.name, source);
        }
        return builder;
    }

    @Test
    void a_log_handler_that_throws_fails_no_caller() throws Exception {
        Handler broken = new Handler() {
            @Override
            public void publish(LogRecord line) {
                throw new IllegalStateException("the disk is full");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("io.lanyard");
        logger.addHandler(broken);
        try {
            time.runTasksAtOnce();
            first.withAvailability(Availability.incomplete("half of it is set", "set the rest"));
            assertThat(of(first, second).scheduler(time).build().resolveAsync()).isCompletedWithValue(second.key);
        } finally {
            logger.removeHandler(broken);
        }
    }

    @Nested
    class Silent_sources {
        @Test
        void a_source_that_never_answers_has_failed_after_a_minute() {
            CompletableFuture<Key> never = first.hangs();
            CredentialsChain<Key> chain = of(first, second).scheduler(time).build();
            CompletableFuture<Key> answer = chain.resolveAsync();
            time.advance(Duration.ofSeconds(60));
            assertThat(answer).isNotDone();
            time.advance(Duration.ofSeconds(1));
            assertThat(answer)
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withMessageContaining("the source first has not answered within 60 s")
                    .withMessageEndingWith("[provider-hangs]");
            assertThat(second.calls)
                    .as("it is configured, so no later source takes its place")
                    .hasValue(0);

            first.succeeds();
            assertThat(chain.resolveAsync()).isCompletedWithValue(first.key);
            never.complete(new Key("AKIA-late"));
            assertThat(chain.resolveAsync()).isCompletedWithValue(first.key);
            assertThat(time.pendingTimers()).isZero();
        }

        @Test
        void a_source_gets_the_whole_minute_when_two_callers_come_at_the_same_time() {
            var unusedFuture = first.hangs();
            CallingScheduler scheduler = new CallingScheduler(time);
            CredentialsChain<Key> chain = of(first).scheduler(scheduler).build();
            scheduler.onFirstTimer = () -> {
                var unused = chain.resolveAsync();
            };
            CompletableFuture<Key> answer = chain.resolveAsync();
            time.advance(Duration.ofSeconds(60));
            assertThat(answer).isNotDone();
            time.advance(Duration.ofSeconds(1));
            assertThat(answer).isCompletedExceptionally();
        }

        @Test
        void with_continue_the_next_source_answers_and_the_late_answer_is_ignored() {
            CompletableFuture<Key> never = first.hangs();
            CredentialsChain<Key> chain = of(first, second)
                    .scheduler(time)
                    .onFailure(OnFailure.CONTINUE)
                    .build();
            CompletableFuture<Key> answer = chain.resolveAsync();
            time.advance(Duration.ofSeconds(61));
            assertThat(answer).isCompletedWithValue(second.key);
            never.complete(new Key("AKIA-late"));
            assertThat(chain.chainStatus().source()).contains(second.name);
        }

        @Test
        void a_source_whose_availability_blocks_is_skipped_and_not_called_when_it_returns() throws Exception {
            CountDownLatch blocked = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            first.withAvailability(() -> {
                blocked.countDown();
                awaitQuietly(release);
                return Availability.configured();
            });
            CredentialsChain<Key> chain = of(first, second)
                    .scheduler(time)
                    .onFailure(OnFailure.CONTINUE)
                    .build();
            time.runTasksAfter(() -> Duration.ofDays(1));
            CompletableFuture<Key> answer = chain.resolveAsync();
            Thread selecting = new Thread(time::runTasks);
            selecting.start();
            assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();
            time.runTasksAtOnce();
            time.advance(Duration.ofSeconds(66)); // the step began between two looks of the watcher
            assertThat(answer).isCompletedWithValue(second.key);

            release.countDown();
            selecting.join(10_000);
            assertThat(selecting.isAlive()).isFalse();
            assertThat(first.calls).hasValue(0);
            assertThat(second.calls).hasValue(1);
            assertThat(chain.chainStatus().source()).contains(second.name);
        }
    }

    @Nested
    class Without_threads {
        @Test
        void a_selection_that_no_thread_begins_fails_after_a_minute_and_the_next_call_starts_another() {
            time.runTasksAfter(() -> Duration.ofDays(1));
            CredentialsChain<Key> chain = of(first).scheduler(time).build();
            CompletableFuture<Key> answer = chain.resolveAsync();
            time.advance(Duration.ofSeconds(60));
            assertThat(answer).isNotDone();
            time.runTasksAtOnce();
            time.advance(Duration.ofSeconds(1));
            assertThat(answer)
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withMessageContaining("no thread has selected a source within 60 s");
            assertThat(chain.resolveAsync()).isCompletedWithValue(first.key);
            time.runTasks();
            assertThat(first.calls).as("the late task does nothing").hasValue(1);
            assertThat(time.pendingTimers()).isZero();
        }

        @Test
        void no_source_is_called_and_no_callback_runs_on_the_timers_thread() {
            var unusedFuture = first.hangs();
            CredentialsChain<Key> chain = of(first, second)
                    .scheduler(time)
                    .onFailure(OnFailure.CONTINUE)
                    .build();
            CompletableFuture<Key> answer = chain.resolveAsync();
            time.withoutThreads(true);
            time.advance(Duration.ofMinutes(2));
            assertThat(second.availabilityCalls).hasValue(0);
            assertThat(answer).isNotDone();
            time.withoutThreads(false);
            time.advance(Duration.ofSeconds(1));
            assertThat(answer)
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withMessageContaining("the source first has not answered within 60 s");
            first.succeeds();
            assertThat(chain.resolveAsync()).isCompletedWithValue(first.key);
        }
    }

    @Nested
    class Circles {
        @Test
        void a_source_that_calls_its_own_chain_fails_with_the_circle() {
            AtomicReference<@Nullable CredentialsChain<Key>> itself = new AtomicReference<>();
            first.answers(() -> {
                CredentialsChain<Key> chain = itself.get();
                try {
                    return CompletableFuture.completedFuture(chain == null ? first.key : chain.resolve());
                } catch (InterruptedException e) {
                    return CompletableFuture.failedFuture(e);
                }
            });
            CredentialsChain<Key> chain = of(first).build();
            itself.set(chain);
            assertThat(chain.resolveAsync())
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withMessageContaining("the source first -> the source first");
            CredentialsException circle = (CredentialsException) catchThrowable(chain::resolve);
            assertThat(circle.remedy()).contains("give that source credentials of its own, not those of this chain");
            assertThat(circle.finding()).contains("chain-calls-itself");
        }

        @Test
        void a_source_that_calls_its_own_chain_on_a_loading_thread_fails_with_the_circle() {
            AtomicReference<@Nullable CredentialsChain<Key>> itself = new AtomicReference<>();
            RefreshingCache<Key> cache = RefreshingCache.<Key>builder(() -> {
                        CredentialsChain<Key> chain = itself.get();
                        return Loads.of(
                                chain == null ? first.key : chain.resolve(),
                                Instant.now().plusSeconds(60));
                    })
                    .name("the assumed role")
                    .build();
            first.answers(cache::resolveAsync);
            CredentialsChain<Key> chain = of(first).build();
            itself.set(chain);
            assertThat(chain.resolveAsync())
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .havingRootCause()
                    .withMessageContaining("the source first -> the assumed role -> the source first");
        }
    }

    @Nested
    class Closing {
        @Test
        void closing_during_a_selection_is_not_undone_when_it_completes() {
            CompletableFuture<Key> pending = first.hangs();
            CredentialsChain<Key> chain = of(first, second).scheduler(time).build();
            CompletableFuture<Key> answer = chain.resolveAsync();
            chain.close();
            int closings = first.closings.get();
            pending.complete(first.key);
            assertThat(answer).as("its callers are answered").isCompletedWithValue(first.key);
            assertThat(first.closings.get())
                    .as("the source was opened by the selection, and is closed again")
                    .isGreaterThan(closings);
            assertThat(chain.chainStatus().source()).isEmpty();

            first.succeeds();
            int calls = first.calls.get();
            assertThat(chain.resolveAsync()).isCompletedWithValue(first.key);
            assertThat(first.calls.get()).as("selected anew").isEqualTo(calls + 1);
        }
    }

    @Nested
    class Callers {
        @Test
        void a_callback_that_blocks_delays_neither_threads_that_wait_nor_other_futures() throws Exception {
            CountDownLatch release = new CountDownLatch(1);
            CompletableFuture<Key> pending = first.hangs();
            CredentialsChain<Key> chain = of(first).build();
            CompletableFuture<Void> blocked = chain.resolveAsync().thenRun(() -> awaitQuietly(release));
            CompletableFuture<Key> other = chain.resolveAsync();
            FutureTask<Key> waiter = new FutureTask<>(chain::resolve);
            new Thread(waiter).start();
            Thread answering = new Thread(() -> {
                await().atMost(Duration.ofSeconds(10)).until(() -> first.calls.get() == 1);
                pending.complete(first.key);
            });
            answering.start();
            assertThat(waiter.get(10, TimeUnit.SECONDS)).isSameAs(first.key);
            assertThat(other.get(10, TimeUnit.SECONDS)).isSameAs(first.key);
            assertThat(blocked).isNotDone();
            release.countDown();
        }

        @Test
        void interrupting_one_caller_changes_nothing_for_the_others_even_with_continue() throws Exception {
            CredentialsChain<Key> chain = of(first, second)
                    .scheduler(time)
                    .onFailure(OnFailure.CONTINUE)
                    .build();
            assertThat(chain.resolve()).isSameAs(first.key);
            first.answers(() -> {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("what an SDK throws when its caller is interrupted");
            });
            assertThatThrownBy(chain::resolve).isInstanceOf(IllegalStateException.class);
            assertThat(Thread.interrupted()).isTrue();
            first.succeeds();
            assertThat(chain.resolve()).isSameAs(first.key);
            assertThat(second.calls).hasValue(0);
        }

        @Test
        void each_caller_gets_an_exception_of_its_own_that_later_calls_do_not_change() {
            CredentialsException shared = ScriptedSource.failure("STS is in trouble");
            first.fails(shared);
            CredentialsChain<Key> chain = of(first).scheduler(time).build();
            for (int i = 0; i < 1_000; i++) {
                Throwable mine = catchThrowable(chain::resolve);
                mine.addSuppressed(new IllegalStateException("as the SDK does on every call"));
            }
            Throwable last = catchThrowable(chain::resolve);
            assertThat(last).hasNoSuppressedExceptions().hasMessage(shared.getMessage());
            assertThat(last.getCause()).isSameAs(shared).hasNoSuppressedExceptions();
            assertThat(last.getStackTrace()[0].getMethodName()).isNotEqualTo("failure");
        }
    }

    @Nested
    class Doubtful_sources {
        @Test
        void a_selection_made_past_a_doubtful_source_is_checked_again_by_the_next_call() throws Exception {
            first.withAvailability(Availability.incompleteForNow("the file lacks the profile", "add the profile"));
            CredentialsChain<Key> chain = of(first, second).scheduler(time).build();
            assertThat(chain.resolve()).isSameAs(second.key);
            first.present();
            assertThat(chain.resolve()).isSameAs(first.key);
            assertThat(chain.resolve()).isSameAs(first.key);
            assertThat(second.calls).hasValue(1);
        }

        @Test
        void a_selection_made_past_a_source_that_lacks_a_setting_is_kept() throws Exception {
            first.withAvailability(Availability.incomplete("SETTING_A is not set", "set SETTING_A"));
            CredentialsChain<Key> chain = of(first, second).scheduler(time).build();
            chain.resolve();
            first.present();
            assertThat(chain.resolve()).isSameAs(second.key);
        }
    }

    @Nested
    class Errors {
        @Test
        void an_error_during_a_selection_leaves_no_caller_waiting() {
            AtomicInteger left = new AtomicInteger(1);
            CredentialsChain<Key> chain = CredentialsChain.<Key>builder(key -> {
                        if (left.getAndDecrement() > 0) {
                            throw new OutOfMemoryError("while a selection ends");
                        }
                        return Key.identity(key);
                    })
                    .add(first.name, first)
                    .build();
            assertThat(chain.resolveAsync()).failsWithin(Duration.ofSeconds(10));
            assertThat(chain.resolveAsync()).succeedsWithin(Duration.ofSeconds(10));
        }

        @Test
        void a_source_whose_description_throws_appears_in_reports_and_failures() {
            ScriptedSource broken = new ScriptedSource(new SourceName("broken")) {
                @Override
                public SourceDescription describe() {
                    throw new IllegalStateException("cannot say");
                }
            };
            broken.absent();
            CredentialsChain<Key> chain = of(broken, first).scheduler(time).build();
            assertThat(chain.explain().sources()).hasSize(2);
            first.absent();
            CredentialsException exhausted = (CredentialsException) catchThrowable(chain::resolve);
            assertThat(exhausted.category()).isEqualTo(Category.CHAIN_EXHAUSTED);
            assertThat(exhausted.attempts()).hasSize(2);
        }
    }

    /** Makes a call when a timer is first set, as another thread might. */
    private static final class CallingScheduler implements Scheduler {
        private final VirtualTime time;
        private @Nullable Runnable onFirstTimer;

        CallingScheduler(VirtualTime time) {
            this.time = time;
        }

        @Override
        public void execute(Runnable task) {
            time.execute(task);
        }

        @Override
        public <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay) {
            Runnable call = onFirstTimer;
            onFirstTimer = null;
            if (call != null) {
                call.run();
            }
            return time.schedule(owner, task, delay);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the test does not release it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
