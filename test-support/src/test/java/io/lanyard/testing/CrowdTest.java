// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CrowdTest {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void every_thread_makes_its_call_and_the_results_are_in_order() {
        Crowd.Outcome<Integer> outcome = Crowd.start(64, index -> () -> index).join(LIMIT);

        assertThat(outcome.results()).hasSize(64).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void one_thread_that_throws_fails_the_crowd() {
        for (Throwable thrown : new Throwable[] {new IllegalStateException("one"), new StackOverflowError("one")}) {
            Crowd<Object> crowd = Crowd.start(64, index -> index == 40 ? throwing(thrown) : Object::new);

            assertThatThrownBy(() -> crowd.join(LIMIT))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("1 of 64 threads threw")
                    .hasCause(thrown);
        }
    }

    @Test
    void ten_thousand_threads_that_throw_fail_the_crowd() {
        Crowd<Object> crowd = Crowd.startLight(10_000, throwing(new IllegalStateException("failure")));

        assertThatThrownBy(() -> crowd.join(LIMIT)).hasMessageContaining("10000 of 10000 threads threw");
    }

    @Test
    void one_thread_that_hangs_fails_the_crowd_with_its_stack() {
        CountDownLatch never = new CountDownLatch(1);
        Crowd<Object> crowd = Crowd.start(8, index -> () -> {
            if (index == 3) {
                never.await();
            }
            return index;
        });

        assertThatThrownBy(() -> crowd.join(Duration.ofMillis(200)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("1 of 8 threads: has not finished within PT0.2S")
                .hasMessageContaining("crowd-3 WAITING")
                .hasMessageContaining("CountDownLatch.await");
    }

    @Test
    void a_lock_that_all_threads_need_is_counted_as_blocking() {
        Object lock = new Object();
        AtomicInteger work = new AtomicInteger();

        Crowd<Object> crowd;
        synchronized (lock) {
            crowd = Crowd.start(64, () -> {
                synchronized (lock) {
                    return work.incrementAndGet();
                }
            });
            while (!isAnyBlocked()) {
                Thread.onSpinWait();
            }
        }
        Crowd.Outcome<Object> outcome = crowd.join(LIMIT);

        assertThat(work).hasValue(64);
        assertThat(outcome.blocked()).isPositive();
        assertThat(outcome.waited()).isZero();
    }

    @Test
    void threads_that_never_stop_count_neither_blocks_nor_waits() {
        Crowd.Outcome<Long> outcome = Crowd.run(64, LIMIT, System::nanoTime);

        assertThat(outcome.blocked()).isZero();
        assertThat(outcome.waited()).isZero();
    }

    @Test
    void a_crowd_can_be_released_once_all_threads_wait() {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        Crowd<Integer> crowd = Crowd.startLight(1_000, () -> {
            int number = calls.incrementAndGet();
            release.await();
            return number;
        });

        crowd.awaitWaiting(LIMIT);
        assertThat(calls).hasValue(1_000);
        release.countDown();

        assertThat(crowd.join(LIMIT).results()).hasSize(1_000).doesNotHaveDuplicates();
    }

    private static boolean isAnyBlocked() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("crowd-"))
                .anyMatch(thread -> thread.getState() == Thread.State.BLOCKED);
    }

    private static Callable<Object> throwing(Throwable thrown) {
        return () -> {
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (Exception) thrown;
        };
    }
}
