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
import org.junit.jupiter.api.Test;

/** Which source gives the credentials, what becomes of its failures, and what is told of it. */
class CredentialsChainTest {

    private final VirtualTime time = new VirtualTime();
    private final ScriptedSource first = new ScriptedSource(new SourceName("first"));
    private final ScriptedSource second = new ScriptedSource(new SourceName("second"));
    private final ScriptedSource third = new ScriptedSource(new SourceName("third"));

    private ChainBuilder<Key> of(ScriptedSource... links) {
        ChainBuilder<Key> builder = CredentialsChain.<Key>builder(Key::identity).scheduler(time);
        for (ScriptedSource link : links) {
            builder.add(link.name, link);
        }
        return builder;
    }

    private CredentialsChain<Key> chain() {
        return of(first, second, third).build();
    }

    private CredentialsChain<Key> continuing() {
        return of(first, second, third).onFailure(OnFailure.CONTINUE).build();
    }

    /** What a resolve throws; the very same a future gives. */
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

    private static SourceState state(ChainReport report, ScriptedSource link) {
        return report.source(link.name).orElseThrow().state();
    }

    // ---- order

    @Test
    void the_first_source_that_is_configured_gives_the_credentials_and_no_later_one_is_asked() throws Exception {
        first.absent();
        assertThat(chain().resolve()).isSameAs(second.key);
        assertThat(first.asked).hasValue(0);
        assertThat(third.asked).hasValue(0);
    }

    @Test
    void nothing_is_looked_at_before_the_first_call() {
        CredentialsChain<Key> chain = chain();
        assertThat(chain.toString()).isEqualTo("CredentialsChain(first, second, third)");
        assertThat(first.detections).hasValue(0);
        assertThat(time.tasksStarted()).isZero();
    }

    @Test
    void the_source_once_chosen_is_asked_alone_and_on_the_callers_thread() throws Exception {
        CredentialsChain<Key> chain = chain();
        chain.resolve();
        chain.resolve();
        assertThat(chain.resolveAsync()).isCompletedWithValue(first.key);
        assertThat(first.asked).hasValue(3);
        assertThat(first.detections).hasValue(1);
        assertThat(time.tasksStarted()).isOne();
    }

    @Test
    void a_future_of_the_chosen_source_that_is_complete_is_handed_out_as_it_is() throws Exception {
        CompletableFuture<Key> complete = CompletableFuture.completedFuture(first.key);
        first.answers(() -> complete);
        CredentialsChain<Key> chain = chain();
        chain.resolve();
        assertThat(chain.resolveAsync()).isSameAs(complete);
    }

    @Test
    void an_incomplete_source_is_passed_over_with_one_warning_until_it_lacks_something_else() throws Exception {
        first.detectedAs(Availability.incomplete("SETTING_A is set and SETTING_B is not", "set SETTING_B"));
        CredentialsChain<Key> chain = of(first, second).reuseSource(false).build();
        try (LibraryLog log = LibraryLog.open()) {
            assertThat(chain.resolve()).isSameAs(second.key);
            chain.resolve();
            assertThat(log.warnings())
                    .containsExactly("The credentials source first is incomplete and is skipped: "
                            + "SETTING_A is set and SETTING_B is not. Remedy: set SETTING_B");
            first.detectedAs(Availability.incomplete("SETTING_B is set and SETTING_A is not", "set SETTING_A"));
            chain.resolve();
            assertThat(log.warnings()).hasSize(2);
        }
        assertThat(first.asked).hasValue(0);
    }

    @Test
    void an_excluded_source_is_passed_over_without_a_word() throws Exception {
        first.detectedAs(Availability.excluded("a container source is configured"));
        try (LibraryLog log = LibraryLog.open()) {
            assertThat(chain().resolve()).isSameAs(second.key);
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void a_source_that_finds_itself_not_configured_when_asked_is_passed_over_and_the_next_is_kept() throws Exception {
        first.withdrawn();
        CredentialsChain<Key> chain = chain();
        assertThat(chain.resolve()).isSameAs(second.key);
        chain.resolve();
        assertThat(first.asked).hasValue(1);
        assertThat(second.asked).hasValue(2);
    }

    @Test
    void a_source_that_takes_its_time_is_waited_for() {
        first.absent();
        CompletableFuture<Key> pending = second.hangs();
        CompletableFuture<Key> answer = chain().resolveAsync();
        assertThat(answer).isNotDone();
        assertThat(third.asked).hasValue(0);
        pending.complete(second.key);
        assertThat(answer).isCompletedWithValue(second.key);
    }

    @Test
    void a_source_that_takes_its_time_to_say_that_it_is_not_configured_is_passed_over() {
        CompletableFuture<Key> one = first.hangs();
        CompletableFuture<Key> two = second.hangs();
        CompletableFuture<Key> answer = chain().resolveAsync();
        one.completeExceptionally(notConfigured());
        assertThat(answer).isNotDone();
        two.completeExceptionally(notConfigured());
        assertThat(answer).isCompletedWithValue(third.key);
    }

    private static CredentialsException notConfigured() {
        return CredentialsException.builder(Category.NOT_CONFIGURED, "nothing is set")
                .build();
    }

    // ---- failures

    @Test
    void a_source_that_is_configured_and_fails_ends_the_call_with_its_own_exception() {
        CredentialsException failure = ScriptedSource.failure("the agent is away");
        first.fails(failure);
        CredentialsChain<Key> chain = chain();
        assertThat(failure(chain)).cause().isSameAs(failure);
        assertThat(failure(chain.resolveAsync())).cause().isSameAs(failure);
        assertThat(second.asked).hasValue(0);
        assertThat(second.detections).hasValue(0);
    }

    @Test
    void a_failure_that_is_not_ours_ends_the_call_as_well() {
        IllegalStateException failure = new IllegalStateException("another library's");
        first.fails(failure);
        assertThat(failure(chain())).hasRootCause(failure);
        assertThat(second.asked).hasValue(0);
    }

    @Test
    void a_warning_tells_once_in_a_time_of_failing_that_no_later_source_is_used() throws Exception {
        first.fails(ScriptedSource.failure("the agent is away"));
        CredentialsChain<Key> chain = of(first, second).reuseSource(false).build();
        try (LibraryLog log = LibraryLog.open()) {
            failure(chain);
            failure(chain);
            assertThat(log.warnings())
                    .containsExactly("The credentials source first is configured and failed. No later source is used in"
                            + " its place. UNREACHABLE: the agent is away");
            first.gives();
            chain.resolve();
            first.fails(ScriptedSource.failure("the agent is away"));
            failure(chain);
            assertThat(log.warnings()).hasSize(2);
        }
    }

    @Test
    void with_continue_the_next_source_answers_for_that_call_alone() throws Exception {
        first.fails(ScriptedSource.failure("the agent is away"));
        CredentialsChain<Key> chain = continuing();
        assertThat(chain.resolve()).isSameAs(second.key);
        assertThat(chain.resolve()).isSameAs(second.key);
        assertThat(first.asked).hasValue(2);
        first.gives();
        assertThat(chain.resolve()).isSameAs(first.key);
        first.fails(ScriptedSource.failure("the agent is away again"));
        assertThat(chain.resolve()).isSameAs(second.key);
        assertThat(chain.resolveAsync()).isCompletedWithValue(second.key);
    }

    @Test
    void with_continue_a_chosen_source_that_fails_is_asked_first_again_by_every_future() throws Exception {
        CredentialsChain<Key> chain = continuing();
        chain.resolve();
        first.fails(ScriptedSource.failure("the agent is away"));
        assertThat(chain.resolveAsync()).isCompletedWithValue(second.key);
        first.gives();
        assertThat(chain.resolveAsync()).isCompletedWithValue(first.key);
    }

    @Test
    void continue_for_one_slot_holds_for_that_slot_alone() throws Exception {
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
    void stop_for_one_slot_holds_in_a_chain_that_goes_on() {
        RuntimeException failure = ScriptedSource.failure("not this one");
        first.fails(failure);
        CredentialsChain<Key> chain = of(first, second)
                .onFailure(OnFailure.CONTINUE)
                .onFailure(first.name, OnFailure.STOP)
                .build();
        assertThat(failure(chain)).cause().isSameAs(failure);
    }

    @Test
    void a_failure_that_has_ended_leaves_nothing_behind() throws Exception {
        first.fails(ScriptedSource.failure("one blip"));
        CredentialsChain<Key> chain = chain();
        failure(chain);
        first.gives();
        assertThat(chain.resolve()).isSameAs(first.key);
        assertThat(report(chain).inUse().orElseThrow().failure()).isEmpty();
    }

    @Test
    void an_error_is_the_cause_of_an_exception() {
        Error failure = new NoClassDefFoundError("a dependency");
        first.fails(failure);
        assertThat(failure(chain())).isInstanceOf(CredentialsException.class).hasRootCause(failure);
    }

    // ---- links that do what they must not

    @Test
    void a_link_that_throws_in_place_of_a_future_has_failed() throws Exception {
        RuntimeException failure = ScriptedSource.failure("thrown at once");
        first.answers(() -> {
            throw failure;
        });
        assertThat(failure(chain())).cause().isSameAs(failure);
        assertThat(failure(chain().resolveAsync())).cause().isSameAs(failure);
        assertThat(continuing().resolve()).isSameAs(second.key);
    }

    @Test
    void a_chosen_link_that_throws_in_place_of_a_future_has_failed() throws Exception {
        CredentialsChain<Key> chain = chain();
        chain.resolve();
        Error failure = new NoClassDefFoundError("a dependency");
        first.answers(() -> {
            throw failure;
        });
        assertThat(failure(chain.resolveAsync())).isSameAs(failure);
    }

    @Test
    void a_link_that_throws_not_configured_in_place_of_a_future_is_passed_over() throws Exception {
        first.answers(() -> {
            throw notConfigured();
        });
        assertThat(chain().resolve()).isSameAs(second.key);
    }

    @Test
    @SuppressWarnings("NullAway") // a link of somebody who does not check
    void a_link_that_gives_null_has_failed_and_nobody_waits_for_ever() {
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
    void a_link_that_cannot_tell_whether_it_is_configured_has_failed_and_is_not_taken_for_absent() throws Exception {
        RuntimeException failure = new IllegalStateException("a file that is being written");
        first.detectedBy(() -> {
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
    void an_identity_that_cannot_be_told_is_a_failure_and_nobody_waits_for_ever() {
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

    // ---- withdrawal

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
    void an_earlier_source_that_turns_up_later_does_not_take_over() throws Exception {
        first.absent();
        CredentialsChain<Key> chain = chain();
        chain.resolve();
        first.present();
        assertThat(chain.resolve()).isSameAs(second.key);
        assertThat(chain.resolveAsync()).isCompletedWithValue(second.key);
    }

    @Test
    void without_reuse_every_call_asks_in_order() throws Exception {
        first.absent();
        CredentialsChain<Key> chain = of(first, second).reuseSource(false).build();
        assertThat(chain.resolve()).isSameAs(second.key);
        first.present();
        assertThat(chain.resolve()).isSameAs(first.key);
        first.absent();
        assertThat(chain.resolveAsync()).isCompletedWithValue(second.key);
    }

    // ---- nothing found

    @Test
    void a_chain_that_finds_nothing_lists_every_source_in_order_and_the_settings_looked_at() {
        first.absent();
        second.detectedAs(Availability.incomplete("SETTING_A is set and SETTING_B is not", "set SETTING_B"));
        third.withdrawn();
        CredentialsException failure = (CredentialsException) failure(chain());
        assertThat(failure.category()).isEqualTo(Category.CHAIN_EXHAUSTED);
        assertThat(failure).hasMessage("""
                        CHAIN_EXHAUSTED: no source provided credentials. Sources, in order:
                          first: not configured [SETTING_OF_first (not set)]
                          second: incomplete, SETTING_A is set and SETTING_B is not [SETTING_OF_second (set)]
                          third: not configured, NOT_CONFIGURED: third has been withdrawn [SETTING_OF_third (set)]. \
                        Remedy: set SETTING_B""").hasNoSuppressedExceptions().cause().hasNoCause();
        assertThat(failure.remedy()).contains("set SETTING_B");
        assertThat(failure.recoverable()).isFalse();
        assertThat(failure.attempts()).extracting(SourceAttempt::source).containsExactly("first", "second", "third");
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
        RuntimeException one = ScriptedSource.refusal("access denied");
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
    void a_chain_of_refusals_is_not_recoverable_and_one_with_a_failure_that_is_not_ours_may_be() {
        first.fails(ScriptedSource.refusal("access denied"));
        second.fails(ScriptedSource.refusal("no association"));
        third.absent();
        assertThat(((CredentialsException) failure(continuing())).recoverable()).isFalse();
        second.fails(new IllegalStateException("another library's", ScriptedSource.refusal("wrapped")));
        assertThat(((CredentialsException) failure(continuing())).recoverable()).isFalse();
        second.fails(new IllegalStateException("another library's"));
        assertThat(((CredentialsException) failure(continuing())).recoverable()).isTrue();
    }

    @Test
    void an_empty_chain_says_that_it_is_empty() {
        assertThat(failure(of().build()))
                .hasMessage("CHAIN_EXHAUSTED: the chain has no sources. Remedy: add a source to the chain");
    }

    @Test
    void each_failure_is_cut_and_is_on_a_line_of_its_own() {
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

    // ---- callers at once

    @Test
    void calls_that_come_while_a_source_is_being_chosen_share_the_choice() throws Exception {
        CompletableFuture<Key> pending = first.hangs();
        CredentialsChain<Key> chain = chain();
        CompletableFuture<Key> one = chain.resolveAsync();
        CompletableFuture<Key> two = chain.resolveAsync();
        assertThat(one).isNotSameAs(two);
        assertThat(two.cancel(false)).isTrue();
        pending.complete(first.key);
        assertThat(one).isCompletedWithValue(first.key);
        assertThat(first.asked).hasValue(1);
        assertThat(chain.resolve()).isSameAs(first.key);
    }

    @Test
    void calls_that_come_while_a_source_is_being_chosen_share_its_failure_and_the_next_call_starts_anew() {
        CompletableFuture<Key> pending = first.hangs();
        CredentialsChain<Key> chain = chain();
        CompletableFuture<Key> one = chain.resolveAsync();
        CompletableFuture<Key> two = chain.resolveAsync();
        CredentialsException failure = ScriptedSource.failure("the agent is away");
        pending.completeExceptionally(failure);
        assertThat(failure(one)).cause().isSameAs(failure);
        assertThat(failure(two)).cause().isSameAs(failure);
        first.gives();
        assertThat(chain.resolveAsync()).isCompletedWithValue(first.key);
    }

    @Test
    void a_caller_that_is_interrupted_leaves_alone() throws Exception {
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
        assertThat(first.asked).hasValue(1);
    }

    // ---- threads

    @Test
    void choosing_runs_on_the_scheduler_and_on_no_callers_thread() throws Exception {
        AtomicReference<String> chooser = new AtomicReference<>("");
        first.detectedBy(() -> {
            chooser.set(Thread.currentThread().getName());
            return Availability.configured();
        });
        CredentialsChain<Key> chain = CredentialsChain.<Key>builder(Key::identity)
                .add(first.name, first)
                .build();
        chain.resolve();
        assertThat(chooser.get()).startsWith("lanyard-");
    }

    @Test
    void what_a_scheduler_rejects_is_done_by_the_caller() throws Exception {
        time.reject(true);
        assertThat(chain().resolve()).isSameAs(first.key);
        assertThat(chain().resolveAsync()).isCompletedWithValue(first.key);
    }

    @Test
    void a_scheduler_that_throws_after_it_has_run_a_choice_makes_no_second_one() throws Exception {
        Scheduler broken = new OwnScheduler(task -> {
            task.run();
            throw new IllegalStateException("an executor's own trouble");
        });
        assertThat(of(first).scheduler(broken).build().resolve()).isSameAs(first.key);
        assertThat(first.asked).hasValue(1);
    }

    @Test
    void a_scheduler_that_fails_in_any_way_leaves_nobody_waiting() throws Exception {
        Scheduler broken = new OwnScheduler(task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        assertThat(of(first).scheduler(broken).build().resolve()).isSameAs(first.key);
    }

    @Test
    void a_selection_that_is_over_needs_no_timer() throws Exception {
        time.runTasksAfter(() -> Duration.ofSeconds(1));
        CompletableFuture<Key> answer = chain().resolveAsync();
        assertThat(time.pendingTimers()).isOne();
        time.advance(Duration.ofSeconds(1));
        assertThat(answer).isCompletedWithValue(first.key);
        assertThat(time.pendingTimers()).isZero();
    }

    /** Runs tasks in the way that is given; timers are nobody's. */
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

    // ---- credentials that a service refused

    @Test
    void credentials_that_a_service_rejected_are_reported_to_every_source_whichever_answered_last() throws Exception {
        first.absent();
        CredentialsChain<Key> chain = chain();
        chain.resolve();
        chain.invalidate("AKIA-second");
        for (ScriptedSource link : List.of(first, second, third)) {
            assertThat(link.refused).containsExactly("AKIA-second");
        }
    }

    @Test
    void a_source_that_throws_when_credentials_are_rejected_harms_neither_the_caller_nor_other_sources() {
        ScriptedSource broken = new ScriptedSource(new SourceName("broken")) {
            @Override
            public void invalidate(String accessKeyId) {
                throw new IllegalStateException("its own trouble");
            }
        };
        try (LibraryLog log = LibraryLog.open()) {
            of(broken, second).build().invalidate("AKIA-second");
            assertThat(log.warnings()).singleElement().asString().contains("broken", "its own trouble");
        }
        assertThat(second.refused).containsExactly("AKIA-second");
    }

    @Test
    void they_are_reported_also_where_no_source_is_kept() throws Exception {
        first.fails(ScriptedSource.failure("the agent is away"));
        CredentialsChain<Key> chain = continuing();
        chain.resolve();
        chain.invalidate("AKIA-second");
        assertThat(second.refused).containsExactly("AKIA-second");
        CredentialsChain<Key> withoutReuse = of(third).reuseSource(false).build();
        withoutReuse.resolve();
        withoutReuse.invalidate("AKIA-third");
        assertThat(third.refused).containsExactly("AKIA-second", "AKIA-third");
    }

    // ---- closing

    @Test
    void closing_closes_every_source_once() throws Exception {
        first.absent();
        CredentialsChain<Key> chain = chain();
        chain.resolve();
        chain.close();
        chain.close();
        for (ScriptedSource link : List.of(first, second, third)) {
            assertThat(link.closings).hasValue(1);
        }
    }

    @Test
    void closing_lasts_until_the_next_call_and_changes_nothing_of_the_choice() throws Exception {
        first.absent();
        CredentialsChain<Key> chain = chain();
        chain.resolve();
        first.present();
        chain.close();
        assertThat(chain.resolve()).isSameAs(second.key);
        assertThat(first.asked).hasValue(0);
        chain.close();
        assertThat(second.closings).hasValue(2);
        assertThat(chain.resolveAsync()).isCompletedWithValue(second.key);
        assertThat(chain.resolve()).isSameAs(second.key);
        assertThat(time.tasksStarted()).isOne();
    }

    @Test
    void a_chain_that_was_closed_unused_or_without_reuse_is_closed_again_after_its_next_call() throws Exception {
        CredentialsChain<Key> chain = of(first).reuseSource(false).build();
        chain.close();
        chain.resolve();
        chain.close();
        chain.close();
        assertThat(first.closings).hasValue(2);
    }

    @Test
    void a_chain_closed_while_a_source_is_being_chosen_answers_and_can_be_closed_again() {
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
    void a_source_that_cannot_be_closed_keeps_no_other_open() {
        CredentialsChain<Key> chain = CredentialsChain.<Key>builder(Key::identity)
                .add(new SourceName("stuck"), new StuckSource(first))
                .add(second.name, second)
                .build();
        try (LibraryLog log = LibraryLog.open()) {
            chain.close();
            assertThat(log.warnings()).containsExactly("The credentials source stuck could not be closed: it is stuck");
        }
        assertThat(second.closings).hasValue(1);
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

    /** What a source need not say of itself is nothing. */
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

    // ---- what is said

    @Test
    void the_choice_is_logged_once_and_so_is_a_change() throws Exception {
        try (LibraryLog log = LibraryLog.open()) {
            CredentialsChain<Key> chain = chain();
            chain.resolve();
            chain.resolve();
            assertThat(log.infos())
                    .containsExactly("Credentials come from the source first: AKIA-first, account 111122223333, until "
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
            first.fails(ScriptedSource.failure("one blip"));
            failure(chain);
            first.gives();
            chain.resolve();
            assertThat(log.infos()).hasSize(1);
        }
    }

    @Test
    void a_listener_hears_of_the_choice_and_of_changes_and_may_throw() throws Exception {
        List<String> heard = new ArrayList<>();
        CredentialsChain<Key> chain = of(first, second)
                .listener(new CredentialsListener() {
                    @Override
                    public void sourceChanged(@Nullable String before, String now, String accessKeyId) {
                        heard.add(before + " > " + now + " " + accessKeyId);
                        throw new NoClassDefFoundError("a listener's own trouble");
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
        assertThat(heard).containsExactly("null > first AKIA-first", "first > second AKIA-second");
    }

    @Test
    void a_chain_needs_no_listener() throws Exception {
        assertThat(of(first).listener(null).build().resolve()).isSameAs(first.key);
    }

    // ---- reports

    @Test
    void a_report_before_the_first_call_asks_nobody_and_tells_whose_turn_it_is() {
        first.absent();
        for (ScriptedSource link : List.of(first, second, third)) {
            link.answers(() -> {
                throw new AssertionError("nobody is to be asked");
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
        for (ScriptedSource link : List.of(first, second, third)) {
            assertThat(link.asked.get() + link.probes.get()).isZero();
        }
        assertThat(time.tasksStarted()).isZero();
    }

    @Test
    void a_report_is_made_also_when_asking_is_not_asked_for() throws Exception {
        CredentialsChain<Key> chain = chain();
        assertThat(chain.explain(false)).isEqualTo(chain.explain());
        assertThat(first.probes).hasValue(0);
    }

    @Test
    void a_report_tells_whose_credentials_are_in_use_and_what_stands_in_their_shadow() throws Exception {
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
    void a_report_tells_what_the_source_in_use_holds_now_and_why_it_could_not_renew_it() throws Exception {
        CredentialsChain<Key> chain = chain();
        chain.resolve();
        first.holds(new Key("AKIA-renewed")).failedLately(ScriptedSource.failure("the agent is away"));
        SourceReport used = report(chain).inUse().orElseThrow();
        assertThat(used.identity().orElseThrow().accessKeyId()).isEqualTo("AKIA-renewed");
        assertThat(used.failure()).contains("UNREACHABLE: the agent is away");
        assertThat(used.remedy()).contains("see to the agent");
    }

    @Test
    void a_report_tells_of_a_source_that_stops_the_chain_and_that_nobody_is_in_use() throws Exception {
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
    void a_report_with_continue_tells_of_the_failure_and_of_the_source_in_use() throws Exception {
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
    void a_report_has_the_reason_and_the_remedy_of_what_is_incomplete_or_excluded() {
        first.detectedAs(Availability.incomplete("SETTING_B is not set", "set SETTING_B"));
        second.detectedAs(Availability.excluded("a container source is configured"));
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
    void an_availability_says_only_what_settings_can_tell() {
        for (SourceState state : List.of(SourceState.IN_USE, SourceState.SHADOWED, SourceState.FAILED)) {
            assertThatThrownBy(() -> new Availability(state, "", Optional.empty(), false))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a source cannot report itself as " + state);
        }
    }

    @Test
    void a_probe_asks_also_the_shadowed_sources_and_changes_nothing() throws Exception {
        CredentialsChain<Key> chain = chain();
        chain.resolve();
        second.fails(ScriptedSource.failure("the agent is away"));
        try (LibraryLog log = LibraryLog.open()) {
            ChainReport report = probe(chain);
            assertThat(report.probed()).isTrue();
            assertThat(state(report, first)).isEqualTo(SourceState.IN_USE);
            assertThat(state(report, second)).isEqualTo(SourceState.FAILED);
            assertThat(report.source(second.name).orElseThrow().failure()).contains("UNREACHABLE: the agent is away");
            assertThat(report.source(second.name).orElseThrow().remedy()).contains("see to the agent");
            assertThat(state(report, third)).isEqualTo(SourceState.SHADOWED);
            assertThat(report.source(third.name).orElseThrow().probed()).contains(Key.identity(third.key));
            assertThat(log.infos()).isEmpty();
            assertThat(log.warnings()).isEmpty();
        }
        assertThat(List.of(first.asked.get(), second.asked.get(), third.asked.get()))
                .containsExactly(1, 0, 0);
        assertThat(chain.resolve()).isSameAs(first.key);
        assertThat(state(report(chain), second))
                .as("what a probe found is forgotten")
                .isEqualTo(SourceState.SHADOWED);
    }

    @Test
    void a_probe_before_the_first_call_chooses_nothing() throws Exception {
        first.detectedAs(Availability.excluded("not here"));
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
    void a_probe_tells_that_a_failed_source_is_well_again_and_that_one_in_use_is_ill() throws Exception {
        first.fails(ScriptedSource.failure("the agent is away"));
        CredentialsChain<Key> chain = continuing();
        chain.resolve();
        first.gives();
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
    void a_probe_may_tell_more_of_an_identity_than_any_other_report() throws Exception {
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

    // ---- the status

    @Test
    void a_status_before_the_first_call_knows_nothing_and_looks_at_nothing() {
        ChainStatus status = Evidence.seen("chain", chain().chainStatus());
        assertThat(status)
                .isEqualTo(new ChainStatus(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty()))
                .hasToString("ChainStatus(no source)");
        assertThat(first.detections).hasValue(0);
    }

    @Test
    void a_status_tells_the_source_in_use_and_whose_credentials_it_holds_now() throws Exception {
        CredentialsChain<Key> chain = chain();
        chain.resolve();
        assertThat(chain.chainStatus().source()).contains(first.name);
        assertThat(chain.chainStatus().identity()).contains(Key.identity(first.key));
        first.holds(new Key("AKIA-renewed"));
        assertThat(Evidence.seen("chain", chain.chainStatus()))
                .hasToString("ChainStatus(first, AKIA-renewed, account 111122223333, until 2026-11-23T10:00:00Z)");
    }

    @Test
    void a_status_tells_why_no_source_could_be_chosen_until_one_is() throws Exception {
        CredentialsException failure = ScriptedSource.failure("the agent is away");
        first.fails(failure);
        CredentialsChain<Key> chain = of(first).reuseSource(false).build();
        failure(chain);
        assertThat(chain.chainStatus().failure()).containsSame(failure);
        assertThat(Evidence.seen("chain", chain.chainStatus()))
                .hasToString("ChainStatus(no source, failure=UNREACHABLE)");
        first.gives();
        chain.resolve();
        assertThat(chain.chainStatus().failure()).isEmpty();
        first.fails(failure);
        failure(chain);
        assertThat(chain.chainStatus().source()).as("nobody is in use").isEmpty();
    }

    // ---- the text of a report

    @Test
    void a_report_is_a_table_that_a_person_can_read() throws Exception {
        first.detectedAs(Availability.incomplete("SETTING_B is not set", "set SETTING_B"));
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

    // ---- the builder

    @Test
    void sources_are_inserted_before_and_after_a_slot() {
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
        assertThat(first.detections).hasValue(0);
    }

    @Test
    void a_slot_whose_source_was_removed_remains_an_anchor_and_can_be_filled_again() throws Exception {
        ChainBuilder<Key> builder = of(first, second).remove(first.name);
        assertThat(builder.build()).hasToString("CredentialsChain(second)");
        builder.after(first.name, third.name, third);
        assertThat(builder.build().resolve()).isSameAs(third.key);
        assertThat(builder.replace(first.name, first).build().resolve()).isSameAs(first.key);
        builder.build().close();
        assertThat(first.closings).hasValue(1);
    }

    @Test
    void a_slot_that_is_there_already_is_refused_and_told_what_to_do() {
        ChainBuilder<Key> builder = of(first, second).remove(second.name);
        for (SourceName slot : List.of(first.name, second.name)) {
            assertThatThrownBy(() -> builder.add(slot, third))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the chain already has a source " + slot
                            + "; use replace to put another source in its place, or another name");
        }
    }

    @Test
    void an_unknown_slot_is_refused_and_told_what_there_is() {
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
    void a_slot_has_a_name() {
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
