// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.lanyard.spi.Clock;
import io.lanyard.spi.DaemonExecutor;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One flight for all who need it. */
class RefreshingCacheTest {

    private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");

    private final AtomicLong now = new AtomicLong(START.toEpochMilli());
    private final Clock clock = new Clock() {
        @Override
        public long epochMillis() {
            return now.get();
        }

        @Override
        public long nanoTime() {
            return now.get() * 1_000_000;
        }

        @Override
        public void sleep(Duration duration) {
            now.addAndGet(duration.toMillis());
        }
    };
    private final AtomicInteger loads = new AtomicInteger();
    private final ExecutorService callers = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        callers.shutdownNow();
    }

    private RefreshingCache<String> cache(RefreshingCache.Loader<String> loader) {
        return new RefreshingCache<>(
                () -> {
                    loads.incrementAndGet();
                    return loader.load();
                },
                clock,
                DaemonExecutor.shared());
    }

    @Test
    void sixty_four_cold_callers_cost_one_load() throws Exception {
        CountDownLatch all = new CountDownLatch(64);
        CountDownLatch landed = new CountDownLatch(1);
        RefreshingCache<String> cache = cache(() -> {
            assertThat(landed.await(20, TimeUnit.SECONDS)).isTrue();
            return Loaded.of("value", null);
        });
        List<Future<String>> results = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            boolean async = i % 2 == 0;
            results.add(callers.submit(() -> {
                all.countDown();
                return async ? cache.getAsync().get() : cache.get();
            }));
        }
        assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
        landed.countDown();

        for (Future<String> result : results) {
            assertThat(result.get(20, TimeUnit.SECONDS)).isEqualTo("value");
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void all_who_wait_are_given_the_very_same_failure() throws Exception {
        CountDownLatch all = new CountDownLatch(16);
        CountDownLatch landed = new CountDownLatch(1);
        IllegalStateException failure = new IllegalStateException("no");
        RefreshingCache<String> cache = cache(() -> {
            assertThat(landed.await(20, TimeUnit.SECONDS)).isTrue();
            throw failure;
        });
        CompletableFuture<String> first = cache.getAsync();
        List<Future<Throwable>> results = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            results.add(callers.submit(() -> {
                Future<String> mine = cache.getAsync();
                all.countDown();
                return catchThrowable(mine::get).getCause();
            }));
        }
        assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
        landed.countDown();

        for (Future<Throwable> result : results) {
            assertThat(result.get(20, TimeUnit.SECONDS)).isSameAs(failure);
        }
        assertThatThrownBy(first::get).hasCause(failure);
        assertThat(loads).hasValue(1);
    }

    @Test
    void a_failure_is_not_remembered() throws Exception {
        RefreshingCache<String> cache = cache(() -> {
            if (loads.get() == 1) {
                throw new IllegalStateException("first");
            }
            return Loaded.of("second", null);
        });

        assertThatThrownBy(cache::get).hasMessage("first");
        assertThat(cache.get()).isEqualTo("second");
    }

    @Test
    void whatever_a_loader_throws_reaches_the_caller_and_strands_nobody() {
        List<Throwable> thrown = List.of(
                new IllegalStateException("state"), new StackOverflowError("deep"), new AssertionError("assertion"));
        RefreshingCache<String> cache = cache(() -> {
            Throwable next = thrown.get(loads.get() - 1);
            if (next instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) next;
        });

        for (Throwable expected : thrown) {
            assertThat(catchThrowable(cache::get)).isSameAs(expected);
        }
    }

    @Test
    void a_loader_that_gives_nothing_is_a_failure_and_strands_nobody() throws Exception {
        RefreshingCache<String> cache = cache(RefreshingCacheTest::nothing);

        assertThatThrownBy(cache::get).isInstanceOf(RuntimeException.class);
        assertThatThrownBy(cache.getAsync()::get).isInstanceOf(ExecutionException.class);
    }

    @SuppressWarnings("NullAway") // what a loader must not do
    private static Loaded<String> nothing() {
        return null;
    }

    @Test
    void a_loader_that_is_interrupted_is_a_failure_and_strands_nobody() {
        RefreshingCache<String> cache = cache(() -> {
            throw new InterruptedException("stop");
        });

        assertThatThrownBy(cache::get)
                .isInstanceOf(IllegalStateException.class)
                .hasCauseInstanceOf(InterruptedException.class);
        assertThatThrownBy(cache::get).isInstanceOf(IllegalStateException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void an_executor_that_rejects_is_a_failure_and_strands_nobody() throws Exception {
        AtomicBoolean fails = new AtomicBoolean(true);
        RefreshingCache<String> cache = new RefreshingCache<>(() -> Loaded.of("value", null), clock, task -> {
            if (fails.get()) {
                throw new RejectedExecutionException("shut down");
            }
            task.run();
        });

        assertThatThrownBy(cache::get).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(cache.getAsync()::get).hasCauseInstanceOf(RejectedExecutionException.class);
        fails.set(false);
        assertThat(cache.get()).isEqualTo("value");
    }

    @Test
    void an_executor_without_a_thread_is_a_failure_and_strands_nobody() throws Exception {
        AtomicBoolean fails = new AtomicBoolean(true);
        RefreshingCache<String> cache = new RefreshingCache<>(() -> Loaded.of("value", null), clock, task -> {
            if (fails.get()) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            task.run();
        });

        assertThat(catchThrowable(cache::get)).isInstanceOf(OutOfMemoryError.class);
        fails.set(false);
        assertThat(callers.submit(cache::get).get(5, TimeUnit.SECONDS)).isEqualTo("value");
    }

    @Test
    void a_waiter_is_interrupted_alone_and_the_flight_goes_on() throws Exception {
        CountDownLatch landed = new CountDownLatch(1);
        RefreshingCache<String> cache = cache(() -> {
            assertThat(landed.await(20, TimeUnit.SECONDS)).isTrue();
            return Loaded.of("value", null);
        });
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread impatient = new Thread(() -> outcome.set(catchThrowable(cache::get)));
        impatient.start();
        CompletableFuture<String> patient = cache.getAsync();
        await().until(() -> impatient.getState() == Thread.State.WAITING);

        impatient.interrupt();
        impatient.join(10_000);
        assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
        assertThat(patient).isNotDone();

        landed.countDown();
        assertThat(patient.get(10, TimeUnit.SECONDS)).isEqualTo("value");
        assertThat(loads).hasValue(1);
    }

    @Test
    void what_one_caller_does_to_its_future_is_no_others_concern() throws Exception {
        CountDownLatch landed = new CountDownLatch(1);
        RefreshingCache<String> cache = cache(() -> {
            assertThat(landed.await(20, TimeUnit.SECONDS)).isTrue();
            return Loaded.of("value", null);
        });
        CompletableFuture<String> mine = cache.getAsync();
        CompletableFuture<String> others = cache.getAsync();

        assertThat(mine.cancel(true)).isTrue();
        assertThat(cache.getAsync().complete("forged")).isTrue();
        landed.countDown();

        assertThat(others.get(10, TimeUnit.SECONDS)).isEqualTo("value");
        assertThat(cache.get()).isEqualTo("value");
    }

    @Test
    void a_flight_runs_on_no_callers_thread() throws Exception {
        List<Thread> threads = new CopyOnWriteArrayList<>();
        RefreshingCache<String> cache = cache(() -> {
            threads.add(Thread.currentThread());
            return Loaded.of("value", null);
        });

        assertThat(cache.get()).isEqualTo("value");

        assertThat(threads).singleElement().satisfies(thread -> {
            assertThat(thread).isNotEqualTo(Thread.currentThread());
            assertThat(thread.isDaemon()).isTrue();
        });
    }

    @Test
    void a_value_is_valid_until_five_seconds_before_its_end() throws Exception {
        RefreshingCache<String> cache =
                cache(() -> Loaded.of("value " + loads.get(), clock.instant().plusSeconds(60)));
        assertThat(cache.get()).isEqualTo("value 1");

        now.addAndGet(54_999);
        assertThat(cache.get()).isEqualTo("value 1");
        assertThat(cache.getAsync()).isCompletedWithValue("value 1");
        now.addAndGet(1);
        assertThat(cache.get()).isEqualTo("value 2");
        now.addAndGet(55_000);
        assertThat(cache.getAsync().get(10, TimeUnit.SECONDS)).isEqualTo("value 3");
    }

    @Test
    void a_value_without_an_end_is_asked_for_again_after_an_hour() throws Exception {
        RefreshingCache<String> cache = cache(() -> Loaded.of("value " + loads.get(), null));
        assertThat(cache.get()).isEqualTo("value 1");

        now.addAndGet(Duration.ofHours(1).toMillis() - 1);
        assertThat(cache.get()).isEqualTo("value 1");
        now.addAndGet(1);
        assertThat(cache.get()).isEqualTo("value 2");
    }

    @Test
    void a_value_that_ends_at_once_is_given_to_those_who_waited_for_it() throws Exception {
        RefreshingCache<String> cache = cache(() -> Loaded.of("value " + loads.get(), clock.instant()));

        assertThat(cache.get()).isEqualTo("value 1");
        assertThat(cache.get()).isEqualTo("value 2");
    }

    @Test
    void an_end_beyond_all_time_strands_nobody() throws Exception {
        RefreshingCache<String> cache = cache(() -> Loaded.of("value", Instant.MAX));

        Throwable failure = catchThrowable(() -> callers.submit(cache::get).get(5, TimeUnit.SECONDS));
        assertThat(failure).isNotInstanceOf(TimeoutException.class);
        assertThat(catchThrowable(() -> callers.submit(cache::get).get(5, TimeUnit.SECONDS)))
                .isNotInstanceOf(TimeoutException.class);
    }

    @Test
    void the_text_of_a_loaded_value_is_the_values_own() {
        Loaded<String> loaded = Loaded.of("value", START);

        assertThat(loaded).hasToString("Loaded(value)");
        assertThat(loaded.value()).isEqualTo("value");
        assertThat(loaded.end()).contains(START);
        assertThat(Loaded.of("value", null).end()).isEmpty();
    }
}
