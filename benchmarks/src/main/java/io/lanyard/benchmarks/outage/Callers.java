// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** Threads that want credentials, and what they lived through. */
final class Callers {
    private static final long MARGIN_MILLIS = 5_000;
    private static final long UNSET = Long.MIN_VALUE;

    private final AwsCredentialsProvider provider;
    private final Runnable onFresh;
    private final List<Caller> callers = new ArrayList<>();
    private final AtomicLong latestEnd = new AtomicLong(UNSET);
    private final AtomicLong freshNanos = new AtomicLong(UNSET);
    private final AtomicLong freshMillis = new AtomicLong(-1);
    private volatile long heldInOutage = Long.MAX_VALUE;
    private volatile long healedNanos = UNSET;
    private volatile @Nullable String firstFailure;
    private volatile boolean stopped;

    Callers(AwsCredentialsProvider provider, Runnable onFresh) {
        this.provider = provider;
        this.onFresh = onFresh;
    }

    /** One call on this thread, not counted. The end of its credentials. */
    long warm() {
        return ended(provider.resolveCredentials());
    }

    /** Calls again and again on that many threads. */
    void start(int threads, Duration think) {
        launch(threads, caller -> {
            while (!stopped) {
                caller.call();
                LockSupport.parkNanos(think.toNanos());
            }
        });
    }

    /** One call on each of that many threads, all at once; waits for their end. */
    void once(int threads, Duration limit) throws InterruptedException {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(threads);
        launch(threads, caller -> {
            try {
                gate.await();
                caller.call();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                done.countDown();
            }
        });
        gate.countDown();
        boolean all = done.await(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (!all) {
            System.err.println("not all callers came back");
        }
    }

    /** The outage begins: what ends later than what is held now is new. */
    void outageBegan() {
        heldInOutage = latestEnd.get();
    }

    /** The outage has ended: from now on new credentials are waited for. */
    void outageEnded() {
        healedNanos = System.nanoTime();
        tellFresh();
    }

    /** Ends the calling, and gives those that are under way a moment. */
    Figures stop(Duration grace) throws InterruptedException {
        stopped = true;
        long deadline = System.nanoTime() + grace.toNanos();
        for (Caller caller : callers) {
            caller.thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
        }
        Histogram all = Histograms.empty();
        long[] sums = new long[5];
        long slowestWhileValid = 0;
        for (Caller caller : callers) {
            slowestWhileValid = Math.max(slowestWhileValid, caller.addTo(all, sums));
        }
        String failure = firstFailure;
        return new Figures(
                sums[0],
                sums[1],
                sums[2],
                sums[3],
                sums[4],
                all.getValueAtPercentile(50) / 1_000,
                all.getValueAtPercentile(99) / 1_000,
                all.getMaxValue() / 1_000,
                slowestWhileValid / 1_000,
                freshMillis.get(),
                failure == null ? "" : failure,
                Histograms.text(all));
    }

    private void launch(int threads, Consumer<Caller> life) {
        for (int i = 0; i < threads; i++) {
            Caller caller = new Caller(i, life);
            callers.add(caller);
        }
        callers.forEach(caller -> caller.thread.start());
    }

    private long ended(AwsCredentials credentials) {
        long end = credentials.expirationTime().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
        latestEnd.accumulateAndGet(end, Math::max);
        return end;
    }

    private final class Caller {
        private final Thread thread;
        private final Histogram latencies = Histograms.empty();
        private long calls;
        private long failures;
        private long failuresWhileValid;
        private long endedGiven;
        private long slowestWhileValid;
        private boolean calling;
        private long startedNanos;
        private long heldMillis;

        Caller(int number, Consumer<Caller> life) {
            this.thread = new Thread(() -> life.accept(this), "caller-" + number);
            thread.setDaemon(true);
        }

        // whatever is thrown, errors too, is the measured fact
        @SuppressWarnings("CatchingUnchecked")
        void call() {
            try {
                begin();
                long end;
                try {
                    end = ended(provider.resolveCredentials());
                } catch (Throwable e) {
                    finish(false, 0);
                    remember(e);
                    return;
                }
                finish(true, end);
                noticeFresh(end);
            } catch (Throwable e) {
                // the harness's own want of memory; the next call counts again
            }
        }

        private synchronized void begin() {
            heldMillis = latestEnd.get() == UNSET ? -1 : latestEnd.get() - System.currentTimeMillis();
            calling = true;
            startedNanos = System.nanoTime();
        }

        private synchronized void finish(boolean success, long end) {
            long took = System.nanoTime() - startedNanos;
            calling = false;
            calls++;
            if (!success) {
                failures++;
                failuresWhileValid += heldMillis > 0 ? 1 : 0;
            } else if (end <= System.currentTimeMillis()) {
                endedGiven++;
            }
            count(took, latencies);
        }

        private void count(long took, Histogram into) {
            if (heldMillis > MARGIN_MILLIS) {
                slowestWhileValid = Math.max(slowestWhileValid, took);
            }
            into.recordValue(took);
        }

        synchronized long addTo(Histogram all, long[] sums) {
            all.add(latencies);
            if (calling) {
                count(System.nanoTime() - startedNanos, all);
                sums[4]++;
            }
            sums[0] += calls;
            sums[1] += failures;
            sums[2] += failuresWhileValid;
            sums[3] += endedGiven;
            return slowestWhileValid;
        }
    }

    private void noticeFresh(long end) {
        if (end > heldInOutage && freshNanos.compareAndSet(UNSET, System.nanoTime())) {
            tellFresh();
        }
    }

    /** New credentials may be there before the word that the outage has ended. */
    private void tellFresh() {
        long fresh = freshNanos.get();
        long healed = healedNanos;
        if (fresh != UNSET && healed != UNSET) {
            long took = Math.max(0, (fresh - healed) / 1_000_000);
            if (freshMillis.compareAndSet(-1, took)) {
                onFresh.run();
            }
        }
    }

    private void remember(Throwable e) {
        if (firstFailure == null) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            String text = root.getClass().getSimpleName() + ": " + root.getMessage();
            text = text.replaceAll("\\p{Cntrl}+", " ");
            firstFailure = text.length() > 160 ? text.substring(0, 160) : text;
        }
    }
}
