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

/** What threads may see of one cache whose every change is one swap of its cell. */
public final class CacheStateStress {

    private CacheStateStress() {}

    /** A value whose parts are plain, so that a race in its publication would show. */
    private static final class Pair {
        private int left;
        private int right;

        Pair(int both) {
            left = both;
            right = both;
        }
    }

    /** A cache in a small world: the clock stands still, tasks run where they are started, timers are only counted. */
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

        /** The timer goes off, which is nobody's call. */
        final void ring() {
            latestTimer.run();
        }

        /** Lets a refresh be due. */
        final void age() {
            millis += 3_000_000;
        }

        /** The value's number, a negative one when it was seen in parts, and 0 when there is none yet. */
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

        /** Lets the load in flight be overdue. */
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

    /** A snapshot is published whole, and never goes back. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "both reads before the refresh")
    @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "one before, one after")
    @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "both after")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a value in parts, none, or an older one after a newer")
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
            // looks past the load in flight: what is cached now, and what is cached then
            result.r1 = held();
            result.r2 = held();
        }

        private int held() {
            RefreshStatus status = cache.status();
            return (int) status.refreshes();
        }
    }

    /** The first caller loads; the others get that value and no other. */
    @JCStressTest
    @Outcome(id = {"1, 1, 1", "0, 1, 1", "1, 0, 1"}, expect = Expect.ACCEPTABLE, desc = "one load; 0: still waiting for it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "two loads, or a value in parts")
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

    /** Readers beside a refresh get a whole value, the old one or the new one, and wait for nothing. */
    @JCStressTest
    @Outcome(id = {"1, 2, 2", "2, 1, 2", "2, 2, 2"}, expect = Expect.ACCEPTABLE, desc = "one refreshed, the other did not wait")
    @Outcome(expect = Expect.FORBIDDEN, desc = "two refreshes, none, a value in parts, or a caller that waits")
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

    /** After close no timer is left, however it met the end of a load. */
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

    /** A report that a value is refused counts for that value alone: never for the one that takes its place. */
    @JCStressTest
    @Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the report and the refresh were about the same value")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the new value was taken for the refused one, or the load was lost")
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
