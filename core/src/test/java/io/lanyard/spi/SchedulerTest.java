// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lanyard.refresh.RefreshingCache;
import io.lanyard.testsupport.Loads;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The threads of the library, with real ones. */
class SchedulerTest {

    private static List<Thread> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith(prefix))
                .toList();
    }

    /** Those of earlier tests go within seconds; where threads are counted, they are waited for. */
    private static void untilNoneIsLeft() {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            System.gc();
            return threads("lanyard-").isEmpty();
        });
    }

    private static RefreshingCache<String> healthy() {
        return RefreshingCache.builder(() -> Loads.of("value", Instant.now().plusSeconds(3_600)))
                .build();
    }

    @Test
    void there_is_no_thread_before_the_first_load_and_one_for_a_thousand_healthy_caches() throws Exception {
        untilNoneIsLeft();
        List<RefreshingCache<String>> caches = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            caches.add(healthy());
        }
        assertThat(threads("lanyard-")).isEmpty();
        for (RefreshingCache<String> cache : caches) {
            cache.resolve();
        }
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(threads("lanyard-")).hasSize(1));
        assertThat(threads("lanyard-timer-")).hasSize(1).allMatch(Thread::isDaemon);
        caches.forEach(RefreshingCache::close);
        await().atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> assertThat(threads("lanyard-")).isEmpty());
    }

    @Test
    void there_is_none_some_seconds_after_the_last_cache_was_garbage_collected() throws Exception {
        WeakReference<RefreshingCache<String>> collected = new WeakReference<>(used());
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            System.gc();
            assertThat(collected.get()).isNull();
            assertThat(threads("lanyard-")).isEmpty();
        });
    }

    private static RefreshingCache<String> used() throws InterruptedException {
        RefreshingCache<String> cache = healthy();
        cache.resolve();
        return cache;
    }

    @Test
    void a_thread_has_nothing_of_the_application_whose_call_started_it() throws Exception {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        ClassLoader applications = new ClassLoader(before) {};
        InheritableThreadLocal<String> local = new InheritableThreadLocal<>();
        local.set("the application's");
        Thread.currentThread().setContextClassLoader(applications);
        CompletableFuture<ClassLoader> seen = new CompletableFuture<>();
        CompletableFuture<String> inherited = new CompletableFuture<>();
        try {
            Scheduler.shared().execute(() -> {
                seen.complete(Thread.currentThread().getContextClassLoader());
                inherited.complete(String.valueOf(local.get()));
            });
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        assertThat(seen.get(10, TimeUnit.SECONDS)).isSameAs(Scheduler.class.getClassLoader());
        assertThat(inherited.get(10, TimeUnit.SECONDS)).isEqualTo("null");
    }

    @Test
    void a_hanging_load_delays_no_other() throws Exception {
        CountDownLatch hang = new CountDownLatch(1);
        List<RefreshingCache<String>> hanging = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            RefreshingCache<String> cache = RefreshingCache.builder(() -> {
                        hang.await();
                        return Loads.of("late", Instant.now().plusSeconds(3_600));
                    })
                    .build();
            var unused = cache.resolveAsync();
            hanging.add(cache);
        }
        RefreshingCache<String> shortLived = RefreshingCache.builder(
                        () -> Loads.of("value", Instant.now().plusMillis(900)))
                .build();
        shortLived.resolve();
        await().atMost(Duration.ofSeconds(10)).until(() -> shortLived.status().refreshes() >= 3); // by the timer alone
        hang.countDown();
        shortLived.close();
        hanging.forEach(RefreshingCache::close);
    }

    @Test
    void loads_run_on_a_given_executor_which_stays_open_and_timers_do_not() throws Exception {
        ScheduledExecutorService given =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "the application's"));
        RefreshingCache<String> cache = RefreshingCache.builder(() ->
                        Loads.of(Thread.currentThread().getName(), Instant.now().plusMillis(900)))
                .executor(given)
                .build();
        assertThat(cache.resolve()).isEqualTo("the application's");
        await().atMost(Duration.ofSeconds(10)).until(() -> cache.status().refreshes() >= 3);
        assertThat(cache.resolve()).isEqualTo("the application's");
        assertThat(threads("lanyard-timer-")).hasSize(1);
        cache.close();
        assertThat(given.isShutdown()).isFalse();
        given.shutdownNow();
    }

    @Test
    void what_a_given_executor_rejects_runs_on_the_shared_threads() throws Exception {
        ScheduledExecutorService given = Executors.newSingleThreadScheduledExecutor();
        given.shutdownNow();
        RefreshingCache<String> cache = RefreshingCache.builder(() ->
                        Loads.of(Thread.currentThread().getName(), Instant.now().plusMillis(900)))
                .executor(given)
                .build();
        assertThat(cache.resolve()).startsWith("lanyard-refresh-");
        await().atMost(Duration.ofSeconds(10)).until(() -> cache.status().refreshes() >= 2);
        cache.close();
    }

    @Test
    void a_timer_can_be_cancelled() throws Exception {
        CompletableFuture<String> ran = new CompletableFuture<>();
        Object owner = new Object();
        Scheduler.shared()
                .schedule(owner, o -> ran.complete("never"), Duration.ofMillis(200))
                .cancel();
        CompletableFuture<String> name = new CompletableFuture<>();
        Scheduler.shared()
                .schedule(owner, o -> name.complete(Thread.currentThread().getName()), Duration.ofMillis(300));
        assertThat(name.get(10, TimeUnit.SECONDS)).startsWith("lanyard-timer-");
        assertThat(ran).isNotDone();
        assertThat(owner).as("held by us, not by the timer").isNotNull();
    }

    @Test
    void a_thread_has_neither_the_group_nor_the_priority_of_the_caller_that_started_it() throws Exception {
        CompletableFuture<Thread> seen = new CompletableFuture<>();
        ThreadGroup applications = new ThreadGroup("the application's");
        applications.setMaxPriority(Thread.MIN_PRIORITY);
        Thread caller =
                new Thread(applications, () -> Scheduler.shared().execute(() -> seen.complete(Thread.currentThread())));
        caller.start();
        Thread thread = seen.get(10, TimeUnit.SECONDS);
        assertThat(thread.getPriority()).isEqualTo(Thread.NORM_PRIORITY);
        ThreadGroup group = thread.getThreadGroup();
        assertThat(group == null || group.getParent() == null).isTrue();
    }

    @Test
    void a_thousand_caches_that_load_at_once_take_a_bounded_number_of_threads() throws Exception {
        untilNoneIsLeft();
        CountDownLatch hold = new CountDownLatch(1);
        List<CompletableFuture<String>> loads = new ArrayList<>();
        List<RefreshingCache<String>> caches = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            RefreshingCache<String> cache = RefreshingCache.builder(() -> {
                        hold.await();
                        return Loads.of("value", Instant.now().plusSeconds(3_600));
                    })
                    .build();
            caches.add(cache);
            loads.add(cache.resolveAsync());
        }
        int threads = threads("lanyard-refresh-").size();
        hold.countDown();
        assertThat(threads).isLessThanOrEqualTo(128);
        for (CompletableFuture<String> load : loads) {
            assertThat(load.get(10, TimeUnit.SECONDS)).isEqualTo("value");
        }
        caches.forEach(RefreshingCache::close);
    }
}
