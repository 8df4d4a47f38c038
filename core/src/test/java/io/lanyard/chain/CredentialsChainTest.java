// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.SourceAttempt;
import io.lanyard.report.SettingSeen;
import io.lanyard.spi.Scheduler;
import io.lanyard.testsupport.Evidence;
import io.lanyard.testsupport.LibraryLog;
import io.lanyard.testsupport.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Which source provides the credentials, what its failures do, and what logs, listeners and reports show. */
class CredentialsChainTest {

    private final VirtualTime time = new VirtualTime();
    private final ScriptedSource first = new ScriptedSource(new SourceName("first"));
    private final ScriptedSource second = new ScriptedSource(new SourceName("second"));
    private final ScriptedSource third = new ScriptedSource(new SourceName("third"));

    private ChainBuilder<Key> of(ScriptedSource... sources) {
        ChainBuilder<Key> builder = CredentialsChain.<Key>builder(Key::identity).scheduler(time);
        for (ScriptedSource source : sources) {
            builder.add(source.name, source);
        }
        return builder;
    }

    private CredentialsChain<Key> chain() {
        return of(first, second, third).build();
    }

    private CredentialsChain<Key> continuing() {
        return of(first, second, third).onFailure(OnFailure.CONTINUE).build();
    }

    /** Returns what a resolve throws. */
    private static Throwable failure(CredentialsChain<Key> chain) {
        try {
            Key key = chain.resolve();
            throw new AssertionError("there are credentials of " + key.id());
        } catch (RuntimeException e) {
            Evidence.caught("chain", e);
            return e;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static Throwable failure(CompletableFuture<Key> future) {
        assertThat(future).isCompletedExceptionally();
        try {
            future.join();
        } catch (CompletionException e) {
            return Objects.requireNonNull(e.getCause());
        }
        throw new AssertionError("there are credentials");
    }

    private static ChainReport report(CredentialsChain<Key> chain) {
        return Evidence.seen("chain", chain.explain());
    }

    private static ChainReport probe(CredentialsChain<Key> chain) throws InterruptedException {
        return Evidence.seen("chain", chain.explain(true));
    }

    private static SourceState state(ChainReport report, ScriptedSource source) {
        return report.source(source.name).orElseThrow().state();
    }

    private static CredentialsException notConfigured() {
        return CredentialsException.builder(Category.NOT_CONFIGURED, "nothing is set")
                .build();
    }

    @Nested
    class Order {
        @Test
        void the_first_configured_source_provides_the_credentials_and_no_later_one_is_called() throws Exception {
            first.absent();
            assertThat(chain().resolve()).isSameAs(second.key);
            assertThat(first.calls).hasValue(0);
            assertThat(third.calls).hasValue(0);
        }

        @Test
        void nothing_is_read_before_the_first_call() {
            CredentialsChain<Key> chain = chain();
            assertThat(chain.toString()).isEqualTo("CredentialsChain(first, second, third)");
            assertThat(first.availabilityCalls).hasValue(0);
            assertThat(time.tasksStarted()).isZero();
        }

        @Test
        void once_selected_a_source_is_called_alone_and_on_the_callers_thread() throws Exception {
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            chain.resolve();
            assertThat(chain.resolveAsync()).isCompletedWithValue(first.key);
            assertThat(first.calls).hasValue(3);
            assertThat(first.availabilityCalls).hasValue(1);
            assertThat(time.tasksStarted()).isOne();
        }

        @Test
        void a_complete_future_of_the_selected_source_is_returned_as_it_is() throws Exception {
            CompletableFuture<Key> complete = CompletableFuture.completedFuture(first.key);
            first.answers(() -> complete);
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            assertThat(chain.resolveAsync()).isSameAs(complete);
        }

        @Test
        void an_incomplete_source_is_skipped_with_one_warning_until_it_lacks_something_else() throws Exception {
            first.withAvailability(Availability.incomplete("SETTING_A is set and SETTING_B is not", "set SETTING_B"));
            CredentialsChain<Key> chain = of(first, second).reuseSource(false).build();
            try (LibraryLog log = LibraryLog.open()) {
                assertThat(chain.resolve()).isSameAs(second.key);
                chain.resolve();
                assertThat(log.warnings())
                        .containsExactly("The credentials source first is incomplete and is skipped: "
                                + "SETTING_A is set and SETTING_B is not. Remedy: set SETTING_B");
                first.withAvailability(
                        Availability.incomplete("SETTING_B is set and SETTING_A is not", "set SETTING_A"));
                chain.resolve();
                assertThat(log.warnings()).hasSize(2);
            }
            assertThat(first.calls).hasValue(0);
        }

        @Test
        void an_excluded_source_is_skipped_without_a_warning() throws Exception {
            first.withAvailability(Availability.excluded("a container source is configured"));
            try (LibraryLog log = LibraryLog.open()) {
                assertThat(chain().resolve()).isSameAs(second.key);
                assertThat(log.warnings()).isEmpty();
            }
        }

        @Test
        void a_source_that_fails_as_not_configured_is_skipped_and_the_next_is_kept() throws Exception {
            first.withdrawn();
            CredentialsChain<Key> chain = chain();
            assertThat(chain.resolve()).isSameAs(second.key);
            chain.resolve();
            assertThat(first.calls).hasValue(1);
            assertThat(second.calls).hasValue(2);
        }

        @Test
        void a_slow_source_is_waited_for() {
            first.absent();
            CompletableFuture<Key> pending = second.hangs();
            CompletableFuture<Key> answer = chain().resolveAsync();
            assertThat(answer).isNotDone();
            assertThat(third.calls).hasValue(0);
            pending.complete(second.key);
            assertThat(answer).isCompletedWithValue(second.key);
        }

        @Test
        void a_source_that_fails_late_as_not_configured_is_skipped() {
            CompletableFuture<Key> one = first.hangs();
            CompletableFuture<Key> two = second.hangs();
            CompletableFuture<Key> answer = chain().resolveAsync();
            one.completeExceptionally(notConfigured());
            assertThat(answer).isNotDone();
            two.completeExceptionally(notConfigured());
            assertThat(answer).isCompletedWithValue(third.key);
        }
    }

    @Nested
    class Failures {
        @Test
        void a_configured_source_that_fails_fails_the_call_with_its_own_exception() {
            CredentialsException failure = ScriptedSource.failure("the agent is away");
            first.fails(failure);
            CredentialsChain<Key> chain = chain();
            assertThat(failure(chain)).cause().isSameAs(failure);
            assertThat(failure(chain.resolveAsync())).cause().isSameAs(failure);
            assertThat(second.calls).hasValue(0);
            assertThat(second.availabilityCalls).hasValue(0);
        }

        @Test
        void a_failure_of_another_type_fails_the_call_as_well() {
            IllegalStateException failure = new IllegalStateException("of another library");
            first.fails(failure);
            assertThat(failure(chain())).hasRootCause(failure);
            assertThat(second.calls).hasValue(0);
        }

        @Test
        void one_warning_per_outage_says_that_no_later_source_is_used() throws Exception {
            first.fails(ScriptedSource.failure("the agent is away"));
            CredentialsChain<Key> chain = of(first, second).reuseSource(false).build();
            try (LibraryLog log = LibraryLog.open()) {
                failure(chain);
                failure(chain);
                assertThat(log.warnings())
                        .containsExactly(
                                "The credentials source first is configured and failed. No later source is used in"
                                        + " its place. UNREACHABLE: the agent is away");
                first.succeeds();
                chain.resolve();
                first.fails(ScriptedSource.failure("the agent is away"));
                failure(chain);
                assertThat(log.warnings()).hasSize(2);
            }
        }

        @Test
        void with_continue_the_next_source_answers_that_call_only() throws Exception {
            first.fails(ScriptedSource.failure("the agent is away"));
            CredentialsChain<Key> chain = continuing();
            assertThat(chain.resolve()).isSameAs(second.key);
            assertThat(chain.resolve()).isSameAs(second.key);
            assertThat(first.calls).hasValue(2);
            first.succeeds();
            assertThat(chain.resolve()).isSameAs(first.key);
            first.fails(ScriptedSource.failure("the agent is away again"));
            assertThat(chain.resolve()).isSameAs(second.key);
            assertThat(chain.resolveAsync()).isCompletedWithValue(second.key);
        }

        @Test
        void with_continue_every_call_tries_a_failed_source_first_again() throws Exception {
            CredentialsChain<Key> chain = continuing();
            chain.resolve();
            first.fails(ScriptedSource.failure("the agent is away"));
            assertThat(chain.resolveAsync()).isCompletedWithValue(second.key);
            first.succeeds();
            assertThat(chain.resolveAsync()).isCompletedWithValue(first.key);
        }

        @Test
        void continue_for_one_source_applies_to_that_source_only() throws Exception {
            first.fails(ScriptedSource.failure("best effort"));
            CredentialsChain<Key> chain = of(first, second, third)
                    .onFailure(first.name, OnFailure.CONTINUE)
                    .build();
            assertThat(chain.resolve()).isSameAs(second.key);
            RuntimeException failure = ScriptedSource.failure("not this one");
            second.fails(failure);
            assertThat(failure(chain)).cause().isSameAs(failure);
        }

        @Test
        void stop_for_one_source_applies_in_a_chain_that_continues() {
            RuntimeException failure = ScriptedSource.failure("not this one");
            first.fails(failure);
            CredentialsChain<Key> chain = of(first, second)
                    .onFailure(OnFailure.CONTINUE)
                    .onFailure(first.name, OnFailure.STOP)
                    .build();
            assertThat(failure(chain)).cause().isSameAs(failure);
        }

        @Test
        void a_failure_that_is_over_leaves_no_trace() throws Exception {
            first.fails(ScriptedSource.failure("one failure"));
            CredentialsChain<Key> chain = chain();
            failure(chain);
            first.succeeds();
            assertThat(chain.resolve()).isSameAs(first.key);
            assertThat(report(chain).inUse().orElseThrow().failure()).isEmpty();
        }

        @Test
        void an_error_is_the_cause_of_an_exception() {
            Error failure = new NoClassDefFoundError("a dependency");
            first.fails(failure);
            assertThat(failure(chain()))
                    .isInstanceOf(CredentialsException.class)
                    .hasRootCause(failure);
        }
    }

    @Nested
    class Broken_sources {
        @Test
        void a_source_that_throws_instead_of_returning_a_future_has_failed() throws Exception {
            RuntimeException failure = ScriptedSource.failure("thrown at once");
            first.answers(() -> {
                throw failure;
            });
            assertThat(failure(chain())).cause().isSameAs(failure);
            assertThat(failure(chain().resolveAsync())).cause().isSameAs(failure);
            assertThat(continuing().resolve()).isSameAs(second.key);
        }

        @Test
        void a_selected_source_that_throws_instead_of_returning_a_future_has_failed() throws Exception {
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            Error failure = new NoClassDefFoundError("a dependency");
            first.answers(() -> {
                throw failure;
            });
            assertThat(failure(chain.resolveAsync())).isSameAs(failure);
        }

        @Test
        void a_source_that_throws_not_configured_instead_of_returning_a_future_is_skipped() throws Exception {
            first.answers(() -> {
                throw notConfigured();
            });
            assertThat(chain().resolve()).isSameAs(second.key);
        }

        @Test
        @SuppressWarnings("NullAway") // a source that does what it must not
        void a_source_that_returns_null_has_failed_and_no_caller_waits_forever() {
            first.answers(() -> CompletableFuture.completedFuture(null));
            assertThat(failure(chain())).hasMessage("SOURCE_FAILED: the source returned null");
            CompletableFuture<Key> pending = first.hangs();
            CompletableFuture<Key> answer = chain().resolveAsync();
            pending.complete(null);
            assertThat(failure(answer)).hasMessage("SOURCE_FAILED: the source returned null");
            first.answers(() -> null);
            assertThat(failure(chain())).hasMessage("SOURCE_FAILED: the source returned no future");
        }

        @Test
        void a_source_whose_availability_throws_has_failed_and_is_not_skipped() throws Exception {
            RuntimeException failure = new IllegalStateException("a file that is being written");
            first.withAvailability(() -> {
                throw failure;
            });
            CredentialsChain<Key> chain = chain();
            assertThat(failure(chain)).hasRootCause(failure);
            SourceReport reported = report(chain).source(first.name).orElseThrow();
            assertThat(reported.state()).isEqualTo(SourceState.FAILED);
            assertThat(reported.failure()).contains("a file that is being written");
            first.present();
            assertThat(chain.resolve()).isSameAs(first.key);
        }

        @Test
        void an_identity_function_that_throws_fails_the_call() {
            RuntimeException failure = new IllegalStateException("no such key");
            CompletableFuture<Key> pending = first.hangs();
            CredentialsChain<Key> chain = CredentialsChain.<Key>builder(key -> {
                        throw failure;
                    })
                    .scheduler(time)
                    .add(first.name, first)
                    .build();
            CompletableFuture<Key> answer = chain.resolveAsync();
            pending.complete(first.key);
            assertThat(failure(answer)).hasRootCause(failure);
        }
    }

    @Nested
    class Withdrawal {
        @Test
        void the_chain_moves_on_when_its_source_is_withdrawn_and_never_before() throws Exception {
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            CredentialsException failure = ScriptedSource.failure("the agent is away");
            first.fails(failure);
            assertThat(failure(chain)).isSameAs(failure);
            assertThat(failure(chain.resolveAsync())).isSameAs(failure);
            first.withdrawn();
            assertThat(chain.resolve()).isSameAs(second.key);
            second.withdrawn();
            assertThat(chain.resolveAsync()).isCompletedWithValue(third.key);
        }

        @Test
        void an_earlier_source_that_appears_later_does_not_take_over() throws Exception {
            first.absent();
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            first.present();
            assertThat(chain.resolve()).isSameAs(second.key);
            assertThat(chain.resolveAsync()).isCompletedWithValue(second.key);
        }

        @Test
        void without_reuse_every_call_goes_through_the_sources_in_order() throws Exception {
            first.absent();
            CredentialsChain<Key> chain = of(first, second).reuseSource(false).build();
            assertThat(chain.resolve()).isSameAs(second.key);
            first.present();
            assertThat(chain.resolve()).isSameAs(first.key);
            first.absent();
            assertThat(chain.resolveAsync()).isCompletedWithValue(second.key);
        }
    }

    @Nested
    class Exhausted_chains {
        @Test
        void an_exhausted_chain_lists_every_source_in_order_and_the_settings_it_read() {
            first.absent();
            second.withAvailability(Availability.incomplete("SETTING_A is set and SETTING_B is not", "set SETTING_B"));
            third.withdrawn();
            CredentialsException failure = (CredentialsException) failure(chain());
            assertThat(failure.category()).isEqualTo(Category.CHAIN_EXHAUSTED);
            assertThat(failure)
                    .hasMessage("""
                            CHAIN_EXHAUSTED: no source provided credentials. Sources, in order:
                              first: not configured [SETTING_OF_first (not set)]
                              second: incomplete, SETTING_A is set and SETTING_B is not [SETTING_OF_second (set)]
                              third: not configured, NOT_CONFIGURED: third has been withdrawn [SETTING_OF_third (set)]. \
                            Remedy: set SETTING_B""")
                    .hasNoSuppressedExceptions()
                    .cause()
                    .hasNoCause();
            assertThat(failure.remedy()).contains("set SETTING_B");
            assertThat(failure.recoverable()).isFalse();
            assertThat(failure.attempts())
                    .extracting(SourceAttempt::source)
                    .containsExactly("first", "second", "third");
            assertThat(failure.attempts().get(1))
                    .isEqualTo(new SourceAttempt(
                            "second",
                            "incomplete",
                            "SETTING_A is set and SETTING_B is not",
                            List.of(new SettingSeen("SETTING_OF_second", true)),
                            Optional.empty(),
                            Optional.of("set SETTING_B")));
            assertThat(failure.forCaller().attempts()).isEqualTo(failure.attempts());
        }

        @Test
        void the_first_failure_is_the_cause_and_the_others_are_suppressed() {
            RuntimeException one = ScriptedSource.permanentFailure("access denied");
            RuntimeException two = ScriptedSource.failure("the agent is away");
            first.fails(one);
            second.withdrawn();
            third.fails(two);
            CredentialsException failure = (CredentialsException) failure(continuing());
            assertThat(failure.category()).isEqualTo(Category.CHAIN_EXHAUSTED);
            Throwable shared = Objects.requireNonNull(failure.getCause());
            assertThat(shared).hasCause(one);
            assertThat(shared.getSuppressed()).containsExactly(two);
            assertThat(failure)
                    .hasMessageContaining("first: failed, SERVICE_ERROR: access denied")
                    .hasMessageContaining("third: failed, UNREACHABLE: the agent is away");
            assertThat(failure.remedy()).contains("see to the agent");
            assertThat(failure.recoverable()).as("the second may pass").isTrue();
        }

        @Test
        void permanent_failures_are_not_recoverable_and_one_of_another_type_may_be() {
            first.fails(ScriptedSource.permanentFailure("access denied"));
            second.fails(ScriptedSource.permanentFailure("no association"));
            third.absent();
            assertThat(((CredentialsException) failure(continuing())).recoverable())
                    .isFalse();
            second.fails(new IllegalStateException("of another library", ScriptedSource.permanentFailure("wrapped")));
            assertThat(((CredentialsException) failure(continuing())).recoverable())
                    .isFalse();
            second.fails(new IllegalStateException("of another library"));
            assertThat(((CredentialsException) failure(continuing())).recoverable())
                    .isTrue();
        }

        @Test
        void an_empty_chain_says_that_it_is_empty() {
            assertThat(failure(of().build()))
                    .hasMessage("CHAIN_EXHAUSTED: the chain has no sources. Remedy: add a source to the chain");
        }

        @Test
        void each_failure_is_shortened_and_has_its_own_line() {
            first.fails(new IllegalStateException("one\ntwo\r\n" + "x".repeat(2_000)));
            CredentialsChain<Key> chain = continuing();
            second.absent();
            third.fails(new IllegalStateException());
            String message = failure(chain).getMessage();
            assertThat(message)
                    .contains("first: failed, SOURCE_FAILED: one two", "xxx")
                    .contains("third: failed, SOURCE_FAILED: IllegalStateException")
                    .hasSizeLessThan(1_200)
                    .hasLineCount(4);
        }
    }

    @Nested
    class Concurrent_callers {
        @Test
        void calls_during_a_selection_share_its_source() throws Exception {
            CompletableFuture<Key> pending = first.hangs();
            CredentialsChain<Key> chain = chain();
            CompletableFuture<Key> one = chain.resolveAsync();
            CompletableFuture<Key> two = chain.resolveAsync();
            assertThat(one).isNotSameAs(two);
            assertThat(two.cancel(false)).isTrue();
            pending.complete(first.key);
            assertThat(one).isCompletedWithValue(first.key);
            assertThat(first.calls).hasValue(1);
            assertThat(chain.resolve()).isSameAs(first.key);
        }

        @Test
        void calls_during_a_selection_share_its_failure_and_the_next_call_starts_another() {
            CompletableFuture<Key> pending = first.hangs();
            CredentialsChain<Key> chain = chain();
            CompletableFuture<Key> one = chain.resolveAsync();
            CompletableFuture<Key> two = chain.resolveAsync();
            CredentialsException failure = ScriptedSource.failure("the agent is away");
            pending.completeExceptionally(failure);
            assertThat(failure(one)).cause().isSameAs(failure);
            assertThat(failure(two)).cause().isSameAs(failure);
            first.succeeds();
            assertThat(chain.resolveAsync()).isCompletedWithValue(first.key);
        }

        @Test
        void interrupting_one_caller_does_not_affect_the_others() throws Exception {
            CompletableFuture<Key> pending = first.hangs();
            CredentialsChain<Key> chain = chain();
            CompletableFuture<Key> other = chain.resolveAsync();
            FutureTask<Key> waiting = new FutureTask<>(chain::resolve);
            Thread caller = new Thread(waiting);
            caller.start();
            await().atMost(Duration.ofSeconds(10)).until(() -> caller.getState() == Thread.State.TIMED_WAITING);
            caller.interrupt();
            assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
            pending.complete(first.key);
            assertThat(other).isCompletedWithValue(first.key);
            assertThat(first.calls).hasValue(1);
        }
    }

    @Nested
    class Threads {
        @Test
        void a_selection_runs_on_the_scheduler_and_on_no_callers_thread() throws Exception {
            AtomicReference<String> thread = new AtomicReference<>("");
            first.withAvailability(() -> {
                thread.set(Thread.currentThread().getName());
                return Availability.configured();
            });
            CredentialsChain<Key> chain = CredentialsChain.<Key>builder(Key::identity)
                    .add(first.name, first)
                    .build();
            chain.resolve();
            assertThat(thread.get()).startsWith("lanyard-");
        }

        @Test
        void a_selection_that_the_scheduler_rejects_runs_on_the_caller() throws Exception {
            time.reject(true);
            assertThat(chain().resolve()).isSameAs(first.key);
            assertThat(chain().resolveAsync()).isCompletedWithValue(first.key);
        }

        @Test
        void a_scheduler_that_runs_a_task_and_then_throws_causes_no_second_selection() throws Exception {
            Scheduler broken = new OwnScheduler(task -> {
                task.run();
                throw new IllegalStateException("a broken executor");
            });
            assertThat(of(first).scheduler(broken).build().resolve()).isSameAs(first.key);
            assertThat(first.calls).hasValue(1);
        }

        @Test
        void a_scheduler_that_throws_an_error_leaves_no_caller_waiting() throws Exception {
            Scheduler broken = new OwnScheduler(task -> {
                throw new OutOfMemoryError("unable to create native thread");
            });
            assertThat(of(first).scheduler(broken).build().resolve()).isSameAs(first.key);
        }

        @Test
        void a_completed_selection_has_no_timer() throws Exception {
            time.runTasksAfter(() -> Duration.ofSeconds(1));
            CompletableFuture<Key> answer = chain().resolveAsync();
            assertThat(time.pendingTimers()).isOne();
            time.advance(Duration.ofSeconds(1));
            assertThat(answer).isCompletedWithValue(first.key);
            assertThat(time.pendingTimers()).isZero();
        }

        /** Runs tasks as a test says, and rejects timers. */
        private record OwnScheduler(Consumer<Runnable> running) implements Scheduler {
            @Override
            public void execute(Runnable task) {
                running.accept(task);
            }

            @Override
            public <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay) {
                throw new RejectedExecutionException("no timers");
            }
        }
    }

    @Nested
    class Rejected_credentials {
        @Test
        void rejected_credentials_are_reported_to_every_source() throws Exception {
            first.absent();
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            chain.invalidate("AKIA-second");
            for (ScriptedSource source : List.of(first, second, third)) {
                assertThat(source.rejected).containsExactly("AKIA-second");
            }
        }

        @Test
        void a_source_that_throws_when_credentials_are_rejected_affects_neither_the_caller_nor_other_sources() {
            ScriptedSource broken = new ScriptedSource(new SourceName("broken")) {
                @Override
                public void invalidate(String accessKeyId) {
                    throw new IllegalStateException("broken");
                }
            };
            try (LibraryLog log = LibraryLog.open()) {
                of(broken, second).build().invalidate("AKIA-second");
                assertThat(log.warnings()).singleElement().asString().contains("broken", "broken");
            }
            assertThat(second.rejected).containsExactly("AKIA-second");
        }

        @Test
        void they_are_reported_also_while_no_source_is_kept() throws Exception {
            first.fails(ScriptedSource.failure("the agent is away"));
            CredentialsChain<Key> chain = continuing();
            chain.resolve();
            chain.invalidate("AKIA-second");
            assertThat(second.rejected).containsExactly("AKIA-second");
            CredentialsChain<Key> withoutReuse = of(third).reuseSource(false).build();
            withoutReuse.resolve();
            withoutReuse.invalidate("AKIA-third");
            assertThat(third.rejected).containsExactly("AKIA-second", "AKIA-third");
        }
    }

    @Nested
    class Closing {
        @Test
        void closing_closes_every_source_once() throws Exception {
            first.absent();
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            chain.close();
            chain.close();
            for (ScriptedSource source : List.of(first, second, third)) {
                assertThat(source.closings).hasValue(1);
            }
        }

        @Test
        void closing_lasts_until_the_next_call_and_keeps_the_selected_source() throws Exception {
            first.absent();
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            first.present();
            chain.close();
            assertThat(chain.resolve()).isSameAs(second.key);
            assertThat(first.calls).hasValue(0);
            chain.close();
            assertThat(second.closings).hasValue(2);
            assertThat(chain.resolveAsync()).isCompletedWithValue(second.key);
            assertThat(chain.resolve()).isSameAs(second.key);
            assertThat(time.tasksStarted()).isOne();
        }

        @Test
        void a_chain_without_a_kept_source_can_be_closed_again_after_its_next_call() throws Exception {
            CredentialsChain<Key> chain = of(first).reuseSource(false).build();
            chain.close();
            chain.resolve();
            chain.close();
            chain.close();
            assertThat(first.closings).hasValue(2);
        }

        @Test
        void a_chain_closed_during_a_selection_answers_and_can_be_closed_again() {
            CompletableFuture<Key> pending = first.hangs();
            CredentialsChain<Key> chain = of(first).build();
            CompletableFuture<Key> answer = chain.resolveAsync();
            chain.close();
            pending.complete(first.key);
            assertThat(answer).isCompletedWithValue(first.key);
            chain.close();
            assertThat(first.closings).hasValue(2);
        }

        @Test
        void a_source_that_cannot_be_closed_does_not_keep_others_open() {
            CredentialsChain<Key> chain = CredentialsChain.<Key>builder(Key::identity)
                    .add(new SourceName("stuck"), new StuckSource(first))
                    .add(second.name, second)
                    .build();
            try (LibraryLog log = LibraryLog.open()) {
                chain.close();
                assertThat(log.warnings())
                        .containsExactly("The credentials source stuck could not be closed: it is stuck");
            }
            assertThat(second.closings).hasValue(1);
        }
    }

    @Nested
    class Announcements {
        @Test
        void the_selected_source_is_logged_once_and_so_is_a_change() throws Exception {
            try (LibraryLog log = LibraryLog.open()) {
                CredentialsChain<Key> chain = chain();
                chain.resolve();
                chain.resolve();
                assertThat(log.infos())
                        .containsExactly(
                                "Credentials come from the source first: AKIA-first, account 111122223333, until "
                                        + "2026-11-23T10:00:00Z");
                first.withdrawn();
                chain.resolve();
                chain.resolve();
                assertThat(log.infos())
                        .hasSize(2)
                        .last()
                        .asString()
                        .startsWith("Credentials come from the source second, no longer from first: AKIA-second");
                assertThat(log.warnings()).isEmpty();
            }
        }

        @Test
        void the_same_source_after_a_failure_or_without_reuse_is_no_change() throws Exception {
            try (LibraryLog log = LibraryLog.open()) {
                CredentialsChain<Key> chain = of(first).reuseSource(false).build();
                chain.resolve();
                first.fails(ScriptedSource.failure("one failure"));
                failure(chain);
                first.succeeds();
                chain.resolve();
                assertThat(log.infos()).hasSize(1);
            }
        }

        @Test
        void a_listener_receives_the_selected_source_and_changes_and_may_throw() throws Exception {
            List<String> events = new ArrayList<>();
            CredentialsChain<Key> chain = of(first, second)
                    .listener(new CredentialsListener() {
                        @Override
                        public void sourceChanged(@Nullable String before, String now, String accessKeyId) {
                            events.add(before + " > " + now + " " + accessKeyId);
                            throw new NoClassDefFoundError("a broken listener");
                        }
                    })
                    .build();
            try (LibraryLog log = LibraryLog.open()) {
                assertThat(chain.resolve()).isSameAs(first.key);
                first.withdrawn();
                assertThat(chain.resolve()).isSameAs(second.key);
                assertThat(chain.resolve()).isSameAs(second.key);
                assertThat(log.warnings())
                        .hasSize(2)
                        .allMatch(line -> line.equals(
                                "A credentials listener threw java.lang.NoClassDefFoundError in sourceChanged; its exception"
                                        + " is ignored"));
            }
            assertThat(events).containsExactly("null > first AKIA-first", "first > second AKIA-second");
        }

        @Test
        void a_chain_needs_no_listener() throws Exception {
            assertThat(of(first).listener(null).build().resolve()).isSameAs(first.key);
        }
    }

    @Nested
    class Reports {
        @Test
        void a_source_need_not_describe_itself() throws Exception {
            CredentialsChain<Key> chain =
                    of().add(new SourceName("short"), new StuckSource(first)).build();
            chain.resolve();
            chain.invalidate("AKIA-first");
            SourceReport reported = report(chain).inUse().orElseThrow();
            assertThat(reported.settings()).isEmpty();
            assertThat(reported.identity()).contains(Key.identity(first.key));
            assertThat(reported.failure()).isEmpty();
        }

        @Test
        void a_report_before_the_first_call_calls_no_source_and_shows_which_comes_next() {
            first.absent();
            for (ScriptedSource source : List.of(first, second, third)) {
                source.answers(() -> {
                    throw new AssertionError("no source is to be called");
                });
            }
            CredentialsChain<Key> chain = chain();
            ChainReport report = report(chain);
            assertThat(report.probed()).isFalse();
            assertThat(report.inUse()).isEmpty();
            assertThat(state(report, first)).isEqualTo(SourceState.NOT_CONFIGURED);
            assertThat(state(report, second)).isEqualTo(SourceState.CONFIGURED);
            assertThat(state(report, third)).isEqualTo(SourceState.SHADOWED);
            assertThat(report.source(new SourceName("another"))).isEmpty();
            for (ScriptedSource source : List.of(first, second, third)) {
                assertThat(source.calls.get() + source.probes.get()).isZero();
            }
            assertThat(time.tasksStarted()).isZero();
        }

        @Test
        void a_report_without_probe_probes_nothing() throws Exception {
            CredentialsChain<Key> chain = chain();
            assertThat(chain.explain(false)).isEqualTo(chain.explain());
            assertThat(first.probes).hasValue(0);
        }

        @Test
        void a_report_shows_the_source_in_use_and_the_shadowed_ones() throws Exception {
            first.absent();
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            ChainReport report = report(chain);
            SourceReport used = report.inUse().orElseThrow();
            assertThat(used.name()).isEqualTo(second.name);
            assertThat(used.identity()).contains(Key.identity(second.key));
            assertThat(state(report, third)).isEqualTo(SourceState.SHADOWED);
            assertThat(report.source(third.name).orElseThrow().identity()).isEmpty();
        }

        @Test
        void a_report_shows_the_cached_identity_of_the_source_in_use_and_its_last_failure() throws Exception {
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            first.caches(new Key("AKIA-renewed")).lastFailedWith(ScriptedSource.failure("the agent is away"));
            SourceReport used = report(chain).inUse().orElseThrow();
            assertThat(used.identity().orElseThrow().accessKeyId()).isEqualTo("AKIA-renewed");
            assertThat(used.failure()).contains("UNREACHABLE: the agent is away");
            assertThat(used.remedy()).contains("see to the agent");
        }

        @Test
        void a_report_shows_the_source_that_stops_the_chain_and_none_in_use() throws Exception {
            first.absent();
            CredentialsChain<Key> chain = of(first, second).reuseSource(false).build();
            chain.resolve();
            first.present().fails(ScriptedSource.failure("the agent is away"));
            failure(chain);
            ChainReport report = report(chain);
            assertThat(report.inUse()).isEmpty();
            assertThat(state(report, first)).isEqualTo(SourceState.FAILED);
            assertThat(report.source(first.name).orElseThrow().failure()).contains("UNREACHABLE: the agent is away");
            assertThat(report.source(first.name).orElseThrow().remedy()).contains("see to the agent");
            assertThat(state(report, second)).isEqualTo(SourceState.SHADOWED);
        }

        @Test
        void a_report_with_continue_shows_the_failed_source_and_the_one_in_use() throws Exception {
            first.fails(ScriptedSource.failure("the agent is away"));
            CredentialsChain<Key> chain = continuing();
            chain.resolve();
            ChainReport report = report(chain);
            assertThat(state(report, first)).isEqualTo(SourceState.FAILED);
            assertThat(state(report, second)).isEqualTo(SourceState.IN_USE);
            assertThat(state(report, third)).isEqualTo(SourceState.SHADOWED);
        }

        @Test
        void a_report_after_the_last_source_was_withdrawn_has_none_in_use() throws Exception {
            CredentialsChain<Key> chain = of(first).build();
            chain.resolve();
            first.withdrawn();
            failure(chain);
            ChainReport report = report(chain);
            assertThat(report.inUse()).isEmpty();
            assertThat(state(report, first)).isEqualTo(SourceState.NOT_CONFIGURED);
            assertThat(report.source(first.name).orElseThrow().reason())
                    .isEqualTo("NOT_CONFIGURED: first has been withdrawn");
            assertThat(report.source(first.name).orElseThrow().failure()).isEmpty();
            first.absent();
            assertThat(report(chain).source(first.name).orElseThrow().reason()).isEmpty();
        }

        @Test
        void a_report_has_the_reason_and_the_remedy_of_incomplete_and_excluded_sources() {
            first.withAvailability(Availability.incomplete("SETTING_B is not set", "set SETTING_B"));
            second.withAvailability(Availability.excluded("a container source is configured"));
            ChainReport report = report(chain());
            SourceReport incomplete = report.source(first.name).orElseThrow();
            assertThat(incomplete.state()).isEqualTo(SourceState.INCOMPLETE);
            assertThat(incomplete.reason()).isEqualTo("SETTING_B is not set");
            assertThat(incomplete.remedy()).contains("set SETTING_B");
            SourceReport excluded = report.source(second.name).orElseThrow();
            assertThat(excluded.state()).isEqualTo(SourceState.EXCLUDED);
            assertThat(excluded.reason()).isEqualTo("a container source is configured");
        }

        @Test
        void an_availability_has_only_states_that_settings_determine() {
            for (SourceState state : List.of(SourceState.IN_USE, SourceState.SHADOWED, SourceState.FAILED)) {
                assertThatThrownBy(() -> new Availability(state, "", Optional.empty(), false))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("a source cannot report itself as " + state);
            }
        }

        @Test
        void a_probe_covers_shadowed_sources_and_changes_nothing() throws Exception {
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            second.fails(ScriptedSource.failure("the agent is away"));
            try (LibraryLog log = LibraryLog.open()) {
                ChainReport report = probe(chain);
                assertThat(report.probed()).isTrue();
                assertThat(state(report, first)).isEqualTo(SourceState.IN_USE);
                assertThat(state(report, second)).isEqualTo(SourceState.FAILED);
                assertThat(report.source(second.name).orElseThrow().failure())
                        .contains("UNREACHABLE: the agent is away");
                assertThat(report.source(second.name).orElseThrow().remedy()).contains("see to the agent");
                assertThat(state(report, third)).isEqualTo(SourceState.SHADOWED);
                assertThat(report.source(third.name).orElseThrow().probed()).contains(Key.identity(third.key));
                assertThat(log.infos()).isEmpty();
                assertThat(log.warnings()).isEmpty();
            }
            assertThat(List.of(first.calls.get(), second.calls.get(), third.calls.get()))
                    .containsExactly(1, 0, 0);
            assertThat(chain.resolve()).isSameAs(first.key);
            assertThat(state(report(chain), second))
                    .as("what a probe found is forgotten")
                    .isEqualTo(SourceState.SHADOWED);
        }

        @Test
        void a_probe_before_the_first_call_selects_nothing() throws Exception {
            first.withAvailability(Availability.excluded("not here"));
            CredentialsChain<Key> chain = chain();
            ChainReport report = probe(chain);
            assertThat(first.probes).hasValue(0);
            assertThat(state(report, second)).isEqualTo(SourceState.CONFIGURED);
            assertThat(report.source(second.name).orElseThrow().probed()).contains(Key.identity(second.key));
            assertThat(report.inUse()).isEmpty();
            first.present();
            assertThat(chain.resolve()).isSameAs(first.key);
        }

        @Test
        void a_probe_shows_that_a_failed_source_has_recovered_and_that_the_one_in_use_fails() throws Exception {
            first.fails(ScriptedSource.failure("the agent is away"));
            CredentialsChain<Key> chain = continuing();
            chain.resolve();
            first.succeeds();
            second.fails(ScriptedSource.failure("the other is away"));
            third.withdrawn();
            ChainReport report = probe(chain);
            assertThat(state(report, first)).isEqualTo(SourceState.CONFIGURED);
            assertThat(report.source(first.name).orElseThrow().failure()).isEmpty();
            assertThat(state(report, second)).isEqualTo(SourceState.IN_USE);
            assertThat(report.source(second.name).orElseThrow().failure()).contains("UNREACHABLE: the other is away");
            assertThat(report.source(second.name).orElseThrow().identity()).contains(Key.identity(second.key));
            assertThat(state(report, third)).isEqualTo(SourceState.NOT_CONFIGURED);
            assertThat(report.source(third.name).orElseThrow().reason()).contains("third has been withdrawn");
            assertThat(report.source(third.name).orElseThrow().failure()).isEmpty();
        }

        @Test
        void a_probe_survives_a_source_whose_classes_are_missing() throws Exception {
            first.fails(new NoClassDefFoundError("a dependency"));
            SourceReport reported = probe(chain()).source(first.name).orElseThrow();
            assertThat(reported.state()).isEqualTo(SourceState.FAILED);
            assertThat(reported.failure()).contains("a dependency");
        }

        @Test
        void a_probe_may_show_more_of_an_identity_than_other_reports() throws Exception {
            CredentialsChain<Key> chain = of(first)
                    .probedIdentity(key -> new Identity(
                            key.id(),
                            Optional.empty(),
                            Optional.of("arn:aws:sts::111122223333:assumed-role/cart/pod"),
                            Optional.empty()))
                    .build();
            chain.resolve();
            assertThat(report(chain).inUse().orElseThrow().identity()).contains(Key.identity(first.key));
            assertThat(probe(chain).inUse().orElseThrow().probed().orElseThrow())
                    .hasToString("AKIA-first, arn:aws:sts::111122223333:assumed-role/cart/pod");
        }
    }

    @Nested
    class Status {
        @Test
        void a_status_before_the_first_call_is_empty_and_reads_nothing() {
            ChainStatus status = Evidence.seen("chain", chain().chainStatus());
            assertThat(status)
                    .isEqualTo(new ChainStatus(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()))
                    .hasToString("ChainStatus(no source)");
            assertThat(first.availabilityCalls).hasValue(0);
        }

        @Test
        void a_status_shows_the_source_in_use_and_its_cached_identity() throws Exception {
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            assertThat(chain.chainStatus().source()).contains(first.name);
            assertThat(chain.chainStatus().identity()).contains(Key.identity(first.key));
            first.caches(new Key("AKIA-renewed"));
            assertThat(Evidence.seen("chain", chain.chainStatus()))
                    .hasToString("ChainStatus(first, AKIA-renewed, account 111122223333, until 2026-11-23T10:00:00Z)");
        }

        @Test
        void a_status_shows_why_no_source_was_selected_until_one_is() throws Exception {
            CredentialsException failure = ScriptedSource.failure("the agent is away");
            first.fails(failure);
            CredentialsChain<Key> chain = of(first).reuseSource(false).build();
            failure(chain);
            assertThat(chain.chainStatus().failure()).containsSame(failure);
            assertThat(Evidence.seen("chain", chain.chainStatus()))
                    .hasToString("ChainStatus(no source, failure=UNREACHABLE)");
            first.succeeds();
            chain.resolve();
            assertThat(chain.chainStatus().failure()).isEmpty();
            first.fails(failure);
            failure(chain);
            assertThat(chain.chainStatus().source()).as("no source is in use").isEmpty();
        }
    }

    @Nested
    class Report_text {
        @Test
        void a_report_is_a_readable_table() throws Exception {
            first.withAvailability(Availability.incomplete("SETTING_B is not set", "set SETTING_B"));
            third.fails(ScriptedSource.failure("the agent is away"));
            ScriptedSource last = new ScriptedSource(SourceName.INSTANCE_METADATA);
            CredentialsChain<Key> chain = of(first, second, third, last).build();
            chain.resolve();
            assertThat(probe(chain)).hasToString("""
                            incomplete  first              SETTING_B is not set
                                                           remedy: set SETTING_B
                                                           settings: SETTING_OF_first (set)
                            in use      second             AKIA-second, account 111122223333, until 2026-11-23T10:00:00Z
                                                           the probe returned AKIA-second, account 111122223333, until 2026-11-23T10:00:00Z
                                                           its role is unknown: software.amazon.awssdk:sts is not on the class path, or AWS STS did not answer
                                                           settings: SETTING_OF_second (set)
                            failed      third              failed: UNREACHABLE: the agent is away
                                                           remedy: see to the agent
                                                           settings: SETTING_OF_third (set)
                            shadowed    instance-metadata  would provide AKIA-instance-metadata, account 111122223333, until 2026-11-23T10:00:00Z
                                                           its role is unknown: software.amazon.awssdk:sts is not on the class path, or AWS STS did not answer
                                                           settings: SETTING_OF_instance-metadata (set)""".stripIndent());
            assertThat(report(of().build())).hasToString("");
        }
    }

    @Nested
    class Builder {
        @Test
        void sources_are_inserted_before_and_after_a_name() {
            assertThat(of(first, third)
                            .before(third.name, second.name, second)
                            .after(third.name, new SourceName("last"), new ScriptedSource(new SourceName("last")))
                            .before(first.name, new SourceName("ahead"), new ScriptedSource(new SourceName("ahead")))
                            .build())
                    .hasToString("CredentialsChain(ahead, first, second, third, last)");
        }

        @Test
        void a_source_is_replaced_at_its_place() throws Exception {
            ScriptedSource other = new ScriptedSource(first.name, "AKIA-OTHER");
            assertThat(of(first, second).replace(first.name, other).build().resolve())
                    .isSameAs(other.key);
            assertThat(first.availabilityCalls).hasValue(0);
        }

        @Test
        void a_removed_source_leaves_an_anchor_that_can_be_filled_again() throws Exception {
            ChainBuilder<Key> builder = of(first, second).remove(first.name);
            assertThat(builder.build()).hasToString("CredentialsChain(second)");
            builder.after(first.name, third.name, third);
            assertThat(builder.build().resolve()).isSameAs(third.key);
            assertThat(builder.replace(first.name, first).build().resolve()).isSameAs(first.key);
            builder.build().close();
            assertThat(first.closings).hasValue(1);
        }

        @Test
        void a_duplicate_name_is_rejected_with_a_remedy() {
            ChainBuilder<Key> builder = of(first, second).remove(second.name);
            for (SourceName name : List.of(first.name, second.name)) {
                assertThatThrownBy(() -> builder.add(name, third))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("the chain already has a source " + name
                                + "; use replace to put another source in its place, or another name");
            }
        }

        @Test
        void an_unknown_name_is_rejected_with_the_known_names() {
            ChainBuilder<Key> builder = of(first, second);
            SourceName unknown = new SourceName("frist");
            List<Runnable> mistakes = List.of(
                    () -> builder.before(unknown, third.name, third),
                    () -> builder.after(unknown, third.name, third),
                    () -> builder.replace(unknown, third),
                    () -> builder.remove(unknown),
                    () -> builder.onFailure(unknown, OnFailure.CONTINUE));
            for (Runnable mistake : mistakes) {
                assertThatThrownBy(mistake::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("the chain has no source frist; it has: first, second");
            }
            assertThat(builder.build()).hasToString("CredentialsChain(first, second)");
        }

        @Test
        void a_name_is_not_blank() {
            assertThatThrownBy(() -> new SourceName(" ")).isInstanceOf(IllegalArgumentException.class);
            assertThat(SourceName.WEB_IDENTITY).hasToString("web-identity");
        }

        @Test
        void a_built_chain_does_not_change_with_its_builder() throws Exception {
            ChainBuilder<Key> builder = of(first, second);
            CredentialsChain<Key> chain = builder.build();
            builder.remove(first.name).onFailure(OnFailure.CONTINUE).reuseSource(false);
            CredentialsException failure = ScriptedSource.failure("the agent is away");
            first.fails(failure);
            assertThat(chain).hasToString("CredentialsChain(first, second)");
            assertThat(failure(chain)).cause().isSameAs(failure);
            assertThat(builder.build().resolve()).isSameAs(second.key);
        }
    }

    private record StuckSource(ScriptedSource source) implements ChainSource<Key> {
        @Override
        public Availability availability() {
            return source.availability();
        }

        @Override
        public Key resolve() throws InterruptedException {
            return source.resolve();
        }

        @Override
        public CompletableFuture<Key> resolveAsync() {
            return source.resolveAsync();
        }

        @Override
        public Key probe() throws InterruptedException {
            return source.probe();
        }

        @Override
        public void close() {
            throw new IllegalStateException("it is stuck");
        }
    }
}
