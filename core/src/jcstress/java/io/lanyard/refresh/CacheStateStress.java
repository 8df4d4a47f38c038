// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.RefreshStatus;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** What threads may see of one cache, in which every change is one compare-and-swap of its state. */
public final class CacheStateStress {

    private CacheStateStress() {}

    /** A value with plain fields, so that a race in its publication shows. */
    private static final class Pair {
        private int left;
        private int right;

        Pair(int both) {
            left = both;
            right = both;
        }
    }

    /** A cache with a clock that stands still, tasks that run on the submitting thread, and timers that are only counted. */
    private abstract static class World implements Clock, Scheduler {
        private final AtomicInteger loads = new AtomicInteger();
        private final AtomicInteger loading = new AtomicInteger();
        private final AtomicInteger overlaps = new AtomicInteger();
        private final AtomicInteger timers = new AtomicInteger();
        private volatile long millis = 1_000_000;
        private volatile Runnable latestTimer = () -> {};
        private volatile Runnable kept = () -> {};
        private volatile boolean keeping;
        final RefreshingCache<Pair> cache = RefreshingCache.<Pair>builder(this::load)
                .clock(this)
                .scheduler(this)
                .build();

        private Loaded<Pair> load() {
            if (loading.incrementAndGet() > 1) {
                overlaps.incrementAndGet();
            }
            Pair pair = new Pair(loads.incrementAndGet());
            loading.decrementAndGet();
            return Loaded.of(pair, String.valueOf(pair.left), Instant.ofEpochMilli(millis + 3_600_000));
        }

        final int loads() {
            return overlaps.get() > 0 ? -1 : loads.get();
        }

        final int timers() {
            return timers.get();
        }

        /** Fires the timer, without a call. */
        final void ring() {
            latestTimer.run();
        }

        /** Makes a refresh due. */
        final void age() {
            millis += 3_000_000;
        }

        /** Returns the number of the value, a negative one when its fields differ, and 0 when there is none yet. */
        final int read() {
            CompletableFuture<Pair> answer = cache.resolveAsync();
            Pair pair = answer.getNow(null);
            return pair == null ? 0 : pair.left == pair.right ? pair.left : -1;
        }

        @Override
        public long epochMillis() {
            return millis;
        }

        @Override
        public long nanoTime() {
            return millis * 1_000_000;
        }

        @Override
        public void sleep(Duration duration) {
            throw new UnsupportedOperationException();
        }

        /** Keeps the next task instead of running it. */
        final void keepNextTask() {
            keeping = true;
        }

        final void runKeptTask() {
            kept.run();
        }

        /** Makes the load in flight overdue. */
        final void passTheDeadline() {
            millis += 60_000;
        }

        @Override
        public void execute(Runnable task) {
            if (keeping) {
                keeping = false;
                kept = task;
            } else {
                task.run();
            }
        }

        @Override
        public <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay) {
            timers.incrementAndGet();
            latestTimer = () -> task.accept(owner);
            return new Timer() {
                private final AtomicInteger live = new AtomicInteger(1);

                @Override
                public void cancel() {
                    timers.addAndGet(-live.getAndSet(0));
                }
            };
        }
    }

    /** A state is published as a whole, and an older one never follows a newer one. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both reads before the refresh")
    @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "one before, one after")
    @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "both after")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a partial value, none, or an older one after a newer one")
    @State
    public static class Publication extends World {
        public Publication() {
            read();
            age();
        }

        @Actor
        public void refresher() {
            read();
        }

        @Actor
        public void reader(II_Result result) {
            result.r1 = refreshes();
            result.r2 = refreshes();
        }

        private int refreshes() {
            return (int) cache.status().refreshes();
        }
    }

    /** The first caller starts a load, and the others get its value. */
    @JCStressTest
    @Outcome(id = {"1, 1, 1", "0, 1, 1", "1, 0, 1"}, expect = Expect.ACCEPTABLE, desc = "one load; 0: still waiting for it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "two loads, or a partial value")
    @State
    public static class SingleLoad extends World {
        @Actor
        public void one(III_Result result) {
            result.r1 = read();
        }

        @Actor
        public void two(III_Result result) {
            result.r2 = read();
        }

        @Arbiter
        public void loads(III_Result result) {
            result.r3 = loads();
        }
    }

    /** During a refresh callers get the old value or the new one and do not wait. */
    @JCStressTest
    @Outcome(id = {"1, 2, 2", "2, 1, 2", "2, 2, 2"}, expect = Expect.ACCEPTABLE, desc = "one refreshed, the other did not wait")
    @Outcome(expect = Expect.FORBIDDEN, desc = "two refreshes, none, a partial value, or a caller that waits")
    @State
    public static class RefreshWithoutWaiting extends World {
        public RefreshWithoutWaiting() {
            read();
            age();
        }

        @Actor
        public void one(III_Result result) {
            result.r1 = read();
        }

        @Actor
        public void two(III_Result result) {
            result.r2 = read();
        }

        @Arbiter
        public void loads(III_Result result) {
            result.r3 = loads();
        }
    }

    /** After close no timer is left, also when a load completes at the same time. */
    @JCStressTest
    @Outcome(id = {"1, 0", "2, 0"}, expect = Expect.ACCEPTABLE, desc = "refreshed or not, and no timer")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a timer that is never cancelled")
    @State
    public static class CloseAgainstRefresh extends World {
        public CloseAgainstRefresh() {
            read();
            age();
        }

        @Actor
        public void refresher() {
            ring();
        }

        @Actor
        public void closer() {
            cache.close();
        }

        @Arbiter
        public void timers(II_Result result) {
            result.r1 = loads();
            result.r2 = timers();
        }
    }

    /** A rejection applies to its value only, and never to the newer one. */
    @JCStressTest
    @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the rejection and the refresh concerned the same value")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the new value was taken for the rejected one, or the load was lost")
    @State
    public static class InvalidateAgainstRefresh extends World {
        public InvalidateAgainstRefresh() {
            read();
            age();
        }

        @Actor
        public void refresher() {
            read();
        }

        @Actor
        public void reporter() {
            cache.invalidate("1");
        }

        @Arbiter
        public void after(II_Result result) {
            result.r1 = read();
            result.r2 = loads();
        }
    }

    /** A load that returns while the watchdog abandons it has one outcome, and its future completes. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = Expect.ACCEPTABLE, desc = "it returned in time")
    @Outcome(id = "1, 0, 1", expect = Expect.ACCEPTABLE, desc = "it was abandoned, and its late result ignored")
    @Outcome(expect = Expect.FORBIDDEN, desc = "two outcomes, none, or a future that never completes")
    @State
    public static class AbandonAgainstCompletion extends World {
        private final CompletableFuture<Pair> future;

        public AbandonAgainstCompletion() {
            keepNextTask();
            future = cache.resolveAsync();
        }

        @Actor
        public void loader() {
            runKeptTask();
        }

        @Actor
        public void watchdog() {
            passTheDeadline();
            ring();
        }

        @Arbiter
        public void outcome(III_Result result) {
            RefreshStatus status = cache.status();
            result.r1 = future.isDone() && !status.loading() ? 1 : 0;
            result.r2 = (int) status.refreshes();
            result.r3 = (int) status.failures();
        }
    }

    /** An executor that begins a load late, beside the shared thread that begins it in its place: it runs once. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "one of the two ran it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "both ran it, or neither")
    @State
    public static class TwoThreadsForOneLoad extends World {
        public TwoThreadsForOneLoad() {
            keepNextTask();
            CompletableFuture<Pair> unused = cache.resolveAsync();
        }

        @Actor
        public void one() {
            runKeptTask();
        }

        @Actor
        public void two() {
            runKeptTask();
        }

        @Arbiter
        public void loads(II_Result result) {
            result.r1 = loads();
            result.r2 = (int) cache.status().refreshes();
        }
    }
}
