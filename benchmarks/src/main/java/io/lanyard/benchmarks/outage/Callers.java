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

/** Runs the calling threads and records their latencies and failures. */
final class Callers {
    private static final long MARGIN_MILLIS = 5_000;
    private static final long UNSET = Long.MIN_VALUE;

    private final AwsCredentialsProvider provider;
    private final Runnable onFresh;
    private final List<Caller> callers = new ArrayList<>();
    private final AtomicLong latestExpiration = new AtomicLong(UNSET);
    private final AtomicLong freshNanos = new AtomicLong(UNSET);
    private final AtomicLong freshMillis = new AtomicLong(-1);
    private volatile long cachedExpiration = Long.MAX_VALUE;
    private volatile long outageEndNanos = UNSET;
    private volatile @Nullable String firstFailure;
    private volatile boolean stopped;

    Callers(AwsCredentialsProvider provider, Runnable onFresh) {
        this.provider = provider;
        this.onFresh = onFresh;
    }

    /** Makes one uncounted call on this thread. Returns the expiration of the credentials in epoch milliseconds. */
    long warm() {
        return expiration(provider.resolveCredentials());
    }

    /** Starts that many threads, which call until {@link #stop}. */
    void start(int threads, Duration think) {
        launch(threads, caller -> {
            while (!stopped) {
                caller.call();
                LockSupport.parkNanos(think.toNanos());
            }
        });
    }

    /** Makes one call on each of that many threads at the same time and waits for them. */
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
            System.err.println("some calls did not return within " + limit.toSeconds() + " s");
        }
    }

    /** The outage begins: credentials that expire later than the cached ones are new. */
    void outageBegan() {
        cachedExpiration = latestExpiration.get();
    }

    /** The outage has ended: the time until new credentials is measured from now on. */
    void outageEnded() {
        outageEndNanos = System.nanoTime();
        reportFresh();
    }

    /** Stops the callers, waits up to the grace period for running calls, and returns the measurements. */
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

    private void launch(int threads, Consumer<Caller> body) {
        for (int i = 0; i < threads; i++) {
            Caller caller = new Caller(i, body);
            callers.add(caller);
        }
        callers.forEach(caller -> caller.thread.start());
    }

    private long expiration(AwsCredentials credentials) {
        long expiration =
                credentials.expirationTime().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE);
        latestExpiration.accumulateAndGet(expiration, Math::max);
        return expiration;
    }

    private final class Caller {
        private final Thread thread;
        private final Histogram latencies = Histograms.empty();
        private long calls;
        private long failures;
        private long failuresWhileValid;
        private long expiredServed;
        private long slowestWhileValid;
        private boolean calling;
        private long startedNanos;
        private long validMillis;

        Caller(int number, Consumer<Caller> body) {
            this.thread = new Thread(() -> body.accept(this), "caller-" + number);
            thread.setDaemon(true);
        }

        // every throwable, also an Error, is a measured failure
        @SuppressWarnings("CatchingUnchecked")
        void call() {
            try {
                begin();
                long expiration;
                try {
                    expiration = expiration(provider.resolveCredentials());
                } catch (Throwable e) {
                    finish(false, 0);
                    remember(e);
                    return;
                }
                finish(true, expiration);
                noticeFresh(expiration);
            } catch (Throwable e) {
                // the harness itself ran out of memory; only this call is not counted
            }
        }

        private synchronized void begin() {
            validMillis = latestExpiration.get() == UNSET ? -1 : latestExpiration.get() - System.currentTimeMillis();
            calling = true;
            startedNanos = System.nanoTime();
        }

        private synchronized void finish(boolean success, long expiration) {
            long took = System.nanoTime() - startedNanos;
            calling = false;
            calls++;
            if (!success) {
                failures++;
                failuresWhileValid += validMillis > 0 ? 1 : 0;
            } else if (expiration <= System.currentTimeMillis()) {
                expiredServed++;
            }
            count(took, latencies);
        }

        private void count(long took, Histogram into) {
            if (validMillis > MARGIN_MILLIS) {
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
            sums[3] += expiredServed;
            return slowestWhileValid;
        }
    }

    private void noticeFresh(long expiration) {
        if (expiration > cachedExpiration && freshNanos.compareAndSet(UNSET, System.nanoTime())) {
            reportFresh();
        }
    }

    /** Called from both sides, because new credentials may arrive before the message that the outage has ended. */
    private void reportFresh() {
        long fresh = freshNanos.get();
        long outageEnd = outageEndNanos;
        if (fresh != UNSET && outageEnd != UNSET) {
            long took = Math.max(0, (fresh - outageEnd) / 1_000_000);
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
