// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lanyard.CredentialsListener;
import io.lanyard.testsupport.Loads;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Random calls from many threads to caches on every kind of executor, with loaders that hang, throw errors, return late
 * and return values that expire at once (R14). Some seconds; {@code -Pstress} makes it an hour. Each run has a new seed,
 * which a failure names; {@code -Dlanyard.stress.seed} repeats its choices.
 */
class LoadStressTest {

    private static final Duration LOAD_TIMEOUT = Duration.ofMillis(500);

    /** R14, and what a busy machine takes to run a thread that is ready. */
    private static final Duration LONGEST_WAIT = LOAD_TIMEOUT.plusSeconds(1).plusMillis(1_500);

    private static final int CALLERS_OF_EACH = 3;

    private final long seed = Long.getLong("lanyard.stress.seed", System.nanoTime());
    private final long seconds = Long.getLong("lanyard.stress.seconds", 5);
    private final CountDownLatch over = new CountDownLatch(1);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong values = new AtomicLong();
    private final Set<RefreshingCache<Integer>> serving = ConcurrentHashMap.newKeySet();
    private final AtomicLong longest = new AtomicLong();
    private final Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();

    @Test
    void no_caller_waits_longer_than_a_load_may_take_and_no_load_or_thread_is_left() throws Exception {
        Map<String, @Nullable Executor> executors = new LinkedHashMap<>();
        ExecutorService pool = Executors.newFixedThreadPool(2);
        ExecutorService single = Executors.newSingleThreadScheduledExecutor();
        ThreadPoolExecutor full = new ThreadPoolExecutor(
                1, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), new ThreadPoolExecutor.CallerRunsPolicy());
        Random random = new Random(seed);
        executors.put("shared", null);
        executors.put("direct", Runnable::run);
        executors.put("pool", pool);
        executors.put("single", single);
        executors.put("full", full);
        executors.put("dropping", task -> {
            if (random.nextBoolean()) {
                single.execute(task);
            }
        });
        executors.put("blocking", task -> hang());
        executors.put("throwing", task -> {
            if (random.nextBoolean()) {
                throw new IllegalStateException("broken");
            }
            throw new OutOfMemoryError("no thread");
        });
        ExecutorService virtual = virtualThreads();
        if (virtual != null) {
            executors.put("virtual", virtual);
        }

        List<RefreshingCache<Integer>> caches = new ArrayList<>();
        List<Thread> callers = new ArrayList<>();
        int number = 0;
        for (Map.Entry<String, @Nullable Executor> executor : executors.entrySet()) {
            RefreshingCache<Integer> cache = cache(executor.getKey(), executor.getValue(), new Random(seed + number));
            caches.add(cache);
            for (int i = 0; i < CALLERS_OF_EACH; i++) {
                Random choices = new Random(seed ^ (31L * ++number));
                Thread caller = new Thread(() -> call(cache, choices), executor.getKey() + "-" + i);
                caller.setDaemon(true);
                callers.add(caller);
            }
        }
        callers.forEach(Thread::start);
        assertThat(over.await(seconds, TimeUnit.SECONDS)).as(this::summary).isFalse();
        stopped.set(true);
        for (Thread caller : callers) {
            caller.join(LONGEST_WAIT.multipliedBy(4).toMillis());
            assertThat(caller.isAlive())
                    .as(() -> caller.getName() + " is stuck; " + summary())
                    .isFalse();
        }

        assertThat(unexpected).as(this::summary).isEmpty();
        assertThat(Duration.ofNanos(longest.get())).as(this::summary).isLessThanOrEqualTo(LONGEST_WAIT);
        assertThat(values.get()).as(this::summary).isGreaterThan(100 * seconds);
        assertThat(serving)
                .as(() -> "caches that returned a value, " + summary())
                .containsExactlyInAnyOrderElementsOf(caches);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(caches)
                        .as(this::summary)
                        .noneMatch(cache -> cache.status().loading()));
        caches.forEach(RefreshingCache::close);
        over.countDown(); // hanging loads return
        for (ExecutorService executor : new @Nullable ExecutorService[] {pool, single, full, virtual}) {
            if (executor != null) {
                executor.shutdownNow();
                assertThat(executor.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
            }
        }
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .as(this::summary)
                        .noneMatch(thread -> thread.getName().startsWith("lanyard-refresh-")));
    }

    private String summary() {
        return "seed " + seed + ", " + calls + " calls, " + values + " values, longest wait "
                + longest.get() / 1_000_000 + " ms";
    }

    private RefreshingCache<Integer> cache(String name, @Nullable Executor executor, Random choices) {
        AtomicLong loads = new AtomicLong();
        return RefreshingCache.<Integer>builder(() -> {
                    int choice;
                    synchronized (choices) {
                        choice = choices.nextInt(1_000);
                    }
                    if (choice < 10) {
                        boolean unused = over.await(choice * 100L, TimeUnit.MILLISECONDS); // late, or interrupted
                    } else if (choice < 12) {
                        hangFor(Duration.ofSeconds(2));
                    } else if (choice < 60) {
                        throw new IllegalStateException("the source fails");
                    } else if (choice < 100) {
                        throw choice % 2 == 0 ? new StackOverflowError() : new OutOfMemoryError("of a load");
                    }
                    return Loads.of((int) loads.incrementAndGet(), Instant.now().plusMillis(choice - 200L));
                })
                .name(name)
                .loadTimeout(LOAD_TIMEOUT)
                .executor(executor)
                .policy(RefreshPolicy.builder()
                        .expiredCredentials(name.length() % 2 == 0 ? ExpiredCredentials.KEEP : ExpiredCredentials.FAIL)
                        .backoff(Backoff.fixed(Duration.ofMillis(20)))
                        .build())
                .listener(new CredentialsListener() {
                    @Override
                    public void refreshed(String accessKeyId, @Nullable Instant expiration) {
                        if (accessKeyId.endsWith("00")) {
                            throw new IllegalStateException("a broken listener");
                        }
                    }
                })
                .build();
    }

    private void call(RefreshingCache<Integer> cache, Random choices) {
        while (!stopped.get()) {
            long start = System.nanoTime();
            try {
                int choice = choices.nextInt(100);
                if (choice < 60) {
                    assertThat(cache.resolve()).isPositive();
                    values.incrementAndGet();
                    serving.add(cache);
                } else if (choice < 95) {
                    assertThat(cache.resolveAsync().get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS))
                            .isPositive();
                    values.incrementAndGet();
                    serving.add(cache);
                } else if (choice < 98) {
                    cache.cached().ifPresent(value -> cache.invalidate(value.toString()));
                } else if (choice < 99) {
                    cache.close();
                } else {
                    Thread.currentThread().interrupt();
                    cache.resolve();
                    boolean unused = Thread.interrupted(); // there was a value
                }
            } catch (InterruptedException | ExecutionException e) {
                // expected of interrupted callers and of sources that fail
            } catch (TimeoutException | AssertionError e) {
                unexpected.add(e);
            } catch (RuntimeException e) {
                if (e.getCause() == null) {
                    unexpected.add(e); // not a caller's own exception around a shared failure
                }
            } catch (Throwable e) {
                unexpected.add(e);
            }
            calls.incrementAndGet();
            longest.accumulateAndGet(System.nanoTime() - start, Math::max);
            LockSupport.parkNanos(100_000);
        }
    }

    private void hang() {
        hangFor(Duration.ofDays(1));
    }

    /** Uninterruptible, as a read of a pipe is. */
    private void hangFor(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        while (true) {
            try {
                boolean unused = over.await(until - System.nanoTime(), TimeUnit.NANOSECONDS);
                return;
            } catch (InterruptedException e) {
                // goes on
            }
        }
    }

    /** From JDK 21 on. */
    private static @Nullable ExecutorService virtualThreads() throws ReflectiveOperationException {
        if (Runtime.version().feature() < 21) {
            return null;
        }
        return (ExecutorService)
                Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    }
}
