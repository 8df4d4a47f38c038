// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lanyard.Category;
import io.lanyard.CredentialsListener;
import io.lanyard.RefreshState;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Scheduler;
import io.lanyard.testsupport.Loads;
import io.lanyard.testsupport.VirtualTime;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Every load completes, whatever blocks, fails or is dropped (R14, R15). */
class LivenessTest {

    private final CountDownLatch hang = new CountDownLatch(1);

    @AfterEach
    void release() {
        hang.countDown();
    }

    private static Loaded<String> good() {
        return Loads.of(Thread.currentThread().getName(), Instant.now().plusSeconds(3_600));
    }

    /** Returns the result of a call on a thread of its own, within some seconds. */
    private static <T> T within(int seconds, Callable<T> call) throws Exception {
        FutureTask<T> task = new FutureTask<>(call);
        Thread caller = new Thread(task, "the caller");
        caller.setDaemon(true);
        caller.start();
        return task.get(seconds, TimeUnit.SECONDS);
    }

    @Nested
    class Loaders {
        private CacheBuilder<String> hanging(AtomicInteger loads) {
            return RefreshingCache.<String>builder(() -> {
                        if (loads.incrementAndGet() <= 4) {
                            awaitUninterruptibly(hang);
                        }
                        return good();
                    })
                    .loadTimeout(Duration.ofMillis(300));
        }

        @Test
        void a_hanging_load_is_abandoned_with_a_failure_that_says_where_it_hangs() throws Exception {
            RefreshingCache<String> cache = hanging(new AtomicInteger()).build();
            assertThatThrownBy(() -> within(10, cache::resolve))
                    .cause()
                    .hasMessageContaining("did not complete within its timeout of 300 ms")
                    .hasMessageContaining("it hangs in ")
                    .cause()
                    .cause()
                    .hasStackTraceContaining("awaitUninterruptibly");
            assertThat(cache.status().loading()).isFalse();
        }

        @Test
        void a_hanging_load_is_abandoned_also_when_only_futures_wait() {
            RefreshingCache<String> cache = hanging(new AtomicInteger()).build();
            assertThat(cache.resolveAsync())
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .withMessageContaining("abandoned");
        }

        @Test
        void at_most_three_loads_hang_at_once_and_the_next_begins_when_one_returns() throws Exception {
            AtomicInteger loads = new AtomicInteger();
            RefreshingCache<String> cache = hanging(loads)
                    .policy(RefreshPolicy.builder()
                            .backoff(Backoff.fixed(Duration.ZERO))
                            .build())
                    .build();
            for (int i = 0; i < 8; i++) {
                assertThat(cache.resolveAsync()).failsWithin(Duration.ofSeconds(10));
            }
            assertThat(loads).hasValue(3);
            assertThatThrownBy(cache::resolve).hasMessageContaining("3 earlier loads of a cached value still hang");
            hang.countDown();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> cache.resolveAsync()
                            .handle((value, failure) -> value != null)
                            .get(10, TimeUnit.SECONDS));
        }

        @Test
        void a_late_result_is_ignored() throws Exception {
            AtomicInteger loads = new AtomicInteger();
            CountDownLatch returned = new CountDownLatch(1);
            RefreshingCache<String> cache = RefreshingCache.<String>builder(() -> {
                        int load = loads.incrementAndGet();
                        if (load == 1) {
                            awaitUninterruptibly(hang);
                            returned.countDown();
                        }
                        return Loads.of("value " + load, Instant.now().plusSeconds(3_600));
                    })
                    .loadTimeout(Duration.ofMillis(300))
                    .build();
            assertThatThrownBy(() -> within(10, cache::resolve)).hasMessageContaining("abandoned");
            assertThat(within(10, cache::resolve)).isEqualTo("value 2");
            hang.countDown();
            assertThat(returned.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(cache.resolve()).isEqualTo("value 2");
            assertThat(cache.status().refreshes()).isOne();
        }

        @Test
        void while_loads_hang_callers_get_the_cached_value_and_past_expiration_the_stale_one() {
            VirtualTime time = new VirtualTime();
            SimulatedSource source = new SimulatedSource(time);
            RefreshingCache<SimulatedSource.Credential> cache = source.cache().build();
            var unused = cache.resolveAsync();
            time.advance(Duration.ofSeconds(1));
            SimulatedSource.Credential cached = cache.resolveAsync().join();
            time.runTasksAfter(() -> Duration.ofDays(1)); // every load hangs from here on
            time.advance(Duration.ofMinutes(59));
            assertThat(cache.resolveAsync()).isCompletedWithValue(cached);
            time.advance(Duration.ofMinutes(2));
            assertThat(cache.status().state()).isEqualTo(RefreshState.EXPIRED);
            assertThat(cache.resolveAsync()).isCompletedWithValue(cached);
            time.runTasksAfter(() -> Duration.ofMillis(20));
            time.advance(Duration.ofSeconds(60));
            assertThat(cache.status().state()).isEqualTo(RefreshState.FRESH);
        }

        @Test
        void an_error_while_a_load_completes_leaves_no_load_in_flight() throws Exception {
            AtomicInteger failing = new AtomicInteger(1);
            RefreshingCache<String> cache = RefreshingCache.<String>builder(() -> {
                        throw new OutOfMemoryError("of a load");
                    })
                    .random(() -> {
                        if (failing.getAndDecrement() > 0) {
                            throw new StackOverflowError();
                        }
                        return 0;
                    })
                    .build();
            assertThatThrownBy(() -> within(10, cache::resolve)).hasRootCauseInstanceOf(OutOfMemoryError.class);
            assertThat(cache.status().loading()).isFalse();
        }

        @Test
        void an_error_at_any_reading_of_the_clock_leaves_no_load_in_flight_and_no_future_pending() {
            for (int reading = 1; reading <= 40; reading++) {
                FailingClock clock = new FailingClock(reading);
                RefreshingCache<String> cache = null;
                CompletableFuture<String> early = null;
                try {
                    cache = RefreshingCache.<String>builder(LivenessTest::good)
                            .clock(clock)
                            .loadTimeout(Duration.ofMillis(300))
                            .build();
                    early = cache.resolveAsync();
                } catch (StackOverflowError e) {
                    // the caller's own call failed
                }
                if (cache == null) {
                    continue;
                }
                RefreshingCache<String> built = cache;
                await().dontCatchUncaughtExceptions()
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> {
                            try {
                                return built.resolve() != null;
                            } catch (RuntimeException | StackOverflowError e) {
                                return false;
                            }
                        });
                clock.repair();
                String where = "an error at reading " + reading;
                if (early != null) {
                    CompletableFuture<String> pending = early;
                    await(where)
                            .dontCatchUncaughtExceptions()
                            .atMost(Duration.ofSeconds(10))
                            .until(pending::isDone);
                }
                await(where)
                        .dontCatchUncaughtExceptions()
                        .atMost(Duration.ofSeconds(10))
                        .until(() -> !built.status().loading());
                built.close();
            }
        }

        /** The system clock, which throws an error at one reading. */
        private static final class FailingClock implements Clock {
            private final AtomicInteger left;

            FailingClock(int reading) {
                this.left = new AtomicInteger(reading);
            }

            private void read() {
                if (left.decrementAndGet() == 0) {
                    throw new StackOverflowError("at this reading of the clock");
                }
            }

            void repair() {
                left.set(0);
            }

            @Override
            public long epochMillis() {
                read();
                return Clock.system().epochMillis();
            }

            @Override
            public long nanoTime() {
                read();
                return Clock.system().nanoTime();
            }

            @Override
            public void sleep(Duration duration) {}
        }

        @Test
        void a_loader_that_calls_its_own_cache_fails_with_the_circle() throws Exception {
            AtomicReference<@Nullable RefreshingCache<String>> itself = new AtomicReference<>();
            RefreshingCache<String> inner = RefreshingCache.<String>builder(() -> {
                        RefreshingCache<String> outer = itself.get();
                        return outer == null ? good() : Loads.of(outer.resolve(), null);
                    })
                    .name("the inner value")
                    .build();
            RefreshingCache<String> outer = RefreshingCache.<String>builder(() -> Loads.of(inner.resolve(), null))
                    .name("the outer value")
                    .build();
            itself.set(outer);
            assertThatThrownBy(() -> within(10, outer::resolve))
                    .hasStackTraceContaining("the outer value -> the inner value -> the outer value");
        }
    }

    @Nested
    class ApplicationExecutors {
        private RefreshingCache<String> on(Executor executor) {
            return RefreshingCache.<String>builder(LivenessTest::good)
                    .executor(executor)
                    .build();
        }

        @Test
        void a_pool_whose_own_threads_wait_for_the_first_load_does_not_deadlock() throws Exception {
            ExecutorService pool = Executors.newFixedThreadPool(2);
            RefreshingCache<String> cache = on(pool);
            List<java.util.concurrent.Future<String>> callers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                callers.add(pool.submit(cache::resolve));
            }
            for (java.util.concurrent.Future<String> caller : callers) {
                assertThat(caller.get(10, TimeUnit.SECONDS)).startsWith("lanyard-refresh-");
            }
            pool.shutdownNow();
        }

        @Test
        void a_single_scheduled_thread_that_waits_does_not_deadlock() throws Exception {
            ScheduledExecutorService single = Executors.newSingleThreadScheduledExecutor();
            RefreshingCache<String> cache = on(single);
            assertThat(single.submit(cache::resolve).get(10, TimeUnit.SECONDS)).startsWith("lanyard-refresh-");
            single.shutdownNow();
        }

        @Test
        void a_direct_executor_runs_loads_neither_on_the_caller_nor_on_the_timer() throws Exception {
            List<String> threads = new ArrayList<>();
            RefreshingCache<String> cache = RefreshingCache.<String>builder(() -> {
                        synchronized (threads) {
                            threads.add(Thread.currentThread().getName());
                        }
                        return Loads.of("value", Instant.now().plusMillis(600));
                    })
                    .executor(Runnable::run)
                    .build();
            assertThat(within(10, cache::resolve)).isEqualTo("value");
            await().atMost(Duration.ofSeconds(10)).until(() -> cache.status().refreshes() >= 3);
            cache.close();
            synchronized (threads) {
                assertThat(threads).allMatch(name -> name.startsWith("lanyard-refresh-"));
            }
        }

        @Test
        void a_full_pool_whose_caller_runs_delays_no_other_cache() throws Exception {
            ThreadPoolExecutor full = new ThreadPoolExecutor(
                    1, 1, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(1), new ThreadPoolExecutor.CallerRunsPolicy());
            full.execute(() -> awaitUninterruptibly(hang));
            full.execute(() -> {});
            RefreshingCache<String> slow = RefreshingCache.<String>builder(() -> {
                        awaitUninterruptibly(hang);
                        return good();
                    })
                    .executor(full)
                    .build();
            var unused = slow.resolveAsync();
            RefreshingCache<String> healthy = RefreshingCache.<String>builder(
                            () -> Loads.of("value", Instant.now().plusMillis(600)))
                    .build();
            assertThat(within(10, healthy::resolve)).isEqualTo("value");
            await().atMost(Duration.ofSeconds(10)).until(() -> healthy.status().refreshes() >= 3);
            healthy.close();
            slow.close();
            full.shutdownNow();
        }

        @Test
        void an_executor_that_drops_blocks_or_throws_delays_a_load_briefly() throws Exception {
            assertThat(within(10, on(task -> {})::resolve)).startsWith("lanyard-refresh-");
            assertThat(within(10, on(task -> awaitUninterruptibly(hang))::resolve))
                    .startsWith("lanyard-refresh-");
            assertThat(within(10, on(task -> {
                        throw new IllegalStateException("broken");
                    })::resolve))
                    .startsWith("lanyard-refresh-");
            assertThat(within(10, on(task -> {
                        throw new OutOfMemoryError("unable to create native thread");
                    })::resolve))
                    .startsWith("lanyard-refresh-");
        }

        @Test
        void an_executor_that_blocks_forever_occupies_one_thread() throws Exception {
            AtomicInteger blocked = new AtomicInteger();
            RefreshingCache<String> cache = RefreshingCache.<String>builder(
                            () -> Loads.of("value", Instant.now().plusMillis(600)))
                    .executor(task -> {
                        blocked.incrementAndGet();
                        awaitUninterruptibly(hang);
                    })
                    .build();
            assertThat(within(10, cache::resolve)).isEqualTo("value");
            await().atMost(Duration.ofSeconds(20)).until(() -> cache.status().refreshes() >= 3);
            assertThat(blocked).hasValue(1);
            cache.close();
        }

        @Test
        void a_load_that_shutdownNow_interrupts_runs_again_on_the_shared_threads() throws Exception {
            ExecutorService pool = Executors.newSingleThreadExecutor();
            CountDownLatch begun = new CountDownLatch(1);
            RefreshingCache<String> cache = RefreshingCache.<String>builder(() -> {
                        if (!Thread.currentThread().getName().startsWith("lanyard-")) {
                            begun.countDown();
                            hang.await();
                        }
                        return good();
                    })
                    .executor(pool)
                    .build();
            CompletableFuture<String> value = cache.resolveAsync();
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            pool.shutdownNow();
            assertThat(value.get(10, TimeUnit.SECONDS)).startsWith("lanyard-refresh-");
        }

        @Test
        void a_cache_is_not_collected_while_a_caller_holds_a_future_of_it() throws Exception {
            CompletableFuture<String> value = dropped();
            System.gc();
            assertThat(value.get(10, TimeUnit.SECONDS)).startsWith("lanyard-refresh-");
        }

        private CompletableFuture<String> dropped() {
            return on(task -> {}).resolveAsync().thenApply(name -> name);
        }
    }

    @Nested
    class Callbacks {
        @Test
        void a_callback_that_blocks_delays_neither_waiting_threads_nor_other_futures() throws Exception {
            CountDownLatch begin = new CountDownLatch(1);
            RefreshingCache<String> cache = RefreshingCache.<String>builder(() -> {
                        awaitUninterruptibly(begin);
                        return good();
                    })
                    .build();
            List<CompletableFuture<?>> blocking = new ArrayList<>();
            List<CompletableFuture<String>> others = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                blocking.add(cache.resolveAsync().thenRun(() -> awaitUninterruptibly(hang)));
                others.add(cache.resolveAsync());
            }
            FutureTask<String> waiter = new FutureTask<>(cache::resolve);
            new Thread(waiter).start();
            begin.countDown();
            assertThat(waiter.get(10, TimeUnit.SECONDS)).startsWith("lanyard-");
            for (CompletableFuture<String> other : others) {
                assertThat(other.get(10, TimeUnit.SECONDS)).startsWith("lanyard-");
            }
            assertThat(blocking).noneMatch(CompletableFuture::isDone);
        }

        @Test
        void a_listener_that_blocks_occupies_one_thread_and_delays_no_caller() throws Exception {
            AtomicInteger blocked = new AtomicInteger();
            RefreshingCache<String> cache = RefreshingCache.<String>builder(
                            () -> Loads.of("value", Instant.now().plusMillis(600)))
                    .listener(new CredentialsListener() {
                        @Override
                        public void loaded(Duration took, @Nullable Category failure) {
                            blocked.incrementAndGet();
                            awaitUninterruptibly(hang);
                        }
                    })
                    .build();
            assertThat(within(10, cache::resolve)).isEqualTo("value");
            await().atMost(Duration.ofSeconds(10)).until(() -> cache.status().refreshes() >= 3);
            assertThat(blocked).hasValue(1);
            cache.close();
        }

        @Test
        void a_listener_runs_neither_on_the_caller_nor_on_the_timer() throws Exception {
            AtomicReference<String> thread = new AtomicReference<>("");
            CountDownLatch delivered = new CountDownLatch(1);
            RefreshingCache<String> cache = RefreshingCache.<String>builder(() -> {
                        awaitUninterruptibly(hang);
                        return good();
                    })
                    .loadTimeout(Duration.ofMillis(100))
                    .listener(new CredentialsListener() {
                        @Override
                        public void loaded(Duration took, @Nullable Category failure) {
                            thread.set(Thread.currentThread().getName());
                            delivered.countDown();
                        }
                    })
                    .build();
            assertThatThrownBy(() -> within(10, cache::resolve)).hasMessageContaining("abandoned");
            assertThat(delivered.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(thread.get()).startsWith("lanyard-refresh-");
        }

        @Test
        void a_failure_whose_message_throws_completes_the_future() throws Exception {
            RefreshingCache<String> cache = RefreshingCache.<String>builder(() -> {
                        throw new RuntimeException() {
                            private static final long serialVersionUID = 1L;

                            @Override
                            public String getMessage() {
                                throw new IllegalStateException("no message");
                            }
                        };
                    })
                    .loadTimeout(Duration.ofMillis(200))
                    .build();
            CompletableFuture<String> answer = cache.resolveAsync();
            assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).isInstanceOf(ExecutionException.class);
        }

        @Test
        void futures_complete_also_while_all_shared_threads_of_loads_hang() throws Exception {
            for (int i = 0; i < 128; i++) {
                Scheduler.shared().execute(() -> awaitUninterruptibly(hang));
            }
            RefreshingCache<String> cache = RefreshingCache.builder(LivenessTest::good)
                    .loadTimeout(Duration.ofMillis(200))
                    .build();
            CompletableFuture<String> answer = cache.resolveAsync();
            assertThatThrownBy(() -> within(10, cache::resolve)).hasMessageContaining("abandoned");
            assertThatThrownBy(() -> answer.get(10, TimeUnit.SECONDS)).hasMessageContaining("abandoned");
        }

        @Test
        void each_caller_gets_an_exception_of_its_own_with_its_own_frames() throws Exception {
            IllegalStateException shared = new IllegalStateException("the source fails");
            CountDownLatch bothWait = new CountDownLatch(1);
            RefreshingCache<String> cache = RefreshingCache.<String>builder(() -> {
                        awaitUninterruptibly(bothWait);
                        throw shared;
                    })
                    .build();
            CompletableFuture<String> one = cache.resolveAsync();
            CompletableFuture<String> two = cache.resolveAsync();
            bothWait.countDown();
            Throwable first = one.handle((value, failure) -> failure).get(10, TimeUnit.SECONDS);
            Throwable second = two.handle((value, failure) -> failure).get(10, TimeUnit.SECONDS);
            assertThat(first)
                    .isNotSameAs(second)
                    .hasMessage("SOURCE_FAILED: the source fails")
                    .hasRootCause(shared);
            assertThat(second).hasRootCause(shared).cause().isSameAs(first.getCause());
            assertThatThrownBy(cache::resolve)
                    .hasStackTraceContaining("each_caller_gets_an_exception_of_its_own_with_its_own_frames")
                    .hasRootCause(shared);
        }
    }

    @Test
    void unbounded_durations_count_as_decades() throws Exception {
        Duration forever = ChronoUnit.FOREVER.getDuration();
        RefreshPolicy policy = RefreshPolicy.builder()
                .recheckInterval(forever)
                .advisoryWindow(forever)
                .mandatoryWindow(forever)
                .expirationMargin(forever)
                .backoff(Backoff.fixed(forever))
                .build();
        for (Instant end : new @Nullable Instant[] {null, Instant.now().plusSeconds(60)}) {
            RefreshingCache<String> cache = RefreshingCache.<String>builder(() -> Loads.of("value", end))
                    .policy(policy)
                    .loadTimeout(forever)
                    .build();
            assertThat(within(10, cache::resolve)).isEqualTo("value");
            assertThat(cache.resolve()).isEqualTo("value");
            assertThat(cache.status().toString()).isNotEmpty();
            cache.close();
        }
        VirtualTime time = new VirtualTime();
        SimulatedSource source = new SimulatedSource(time);
        source.mode = SimulatedSource.Mode.FAILING;
        RefreshingCache<SimulatedSource.Credential> failing =
                source.cache().policy(policy).build();
        var unused = failing.resolveAsync();
        time.advance(Duration.ofSeconds(1));
        assertThat(failing.resolveAsync()).isNotDone();
        time.advance(Duration.ofMillis(30));
        assertThat(failing.resolveAsync()).isCompletedExceptionally();
    }

    @Test
    void a_cache_that_nothing_refers_to_is_collected_while_its_load_is_abandoned() {
        WeakReference<Object> collected = new WeakReference<>(abandoned());
        hang.countDown();
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            return collected.get() == null;
        });
    }

    private Object abandoned() {
        RefreshingCache<String> cache = RefreshingCache.<String>builder(() -> {
                    awaitUninterruptibly(hang);
                    return good();
                })
                .scheduler(Scheduler.shared())
                .loadTimeout(Duration.ofMillis(100))
                .build();
        assertThat(cache.resolveAsync()).failsWithin(Duration.ofSeconds(10));
        return cache;
    }

    /** Ignores interrupts, as a read of a pipe or a name look-up does. */
    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                if (latch.await(60, TimeUnit.SECONDS)) {
                    return;
                }
                throw new IllegalStateException("the test does not release it");
            } catch (InterruptedException e) {
                // goes on
            }
        }
    }
}
