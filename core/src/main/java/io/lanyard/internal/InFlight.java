// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal;

import io.lanyard.CredentialsException;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A load or a selection that any number of callers wait for, with blocked threads or with futures.
 *
 * <p>{@link #release()} releases the blocked threads. It allocates nothing, so it works when memory has run out. {@link
 * #completeFutures} completes the futures afterwards. Their callbacks are foreign code that may block: each future
 * belongs to one caller, and when completing one takes longer than 50 ms, another thread of the scheduler completes the
 * others.
 *
 * <p>Safe for use by any thread.
 *
 * @param <T> what callers wait for
 */
public abstract class InFlight<T> implements Runnable {

    private static final Duration RELIEF_AFTER = Duration.ofMillis(50);

    private static final Duration RETRY_ANSWER = Duration.ofSeconds(1);

    private final Scheduler scheduler;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Queue<CallersFuture<T>> futures = new ConcurrentLinkedQueue<>();
    private @Nullable T value; // of the futures, published by known
    private @Nullable CredentialsException failure;
    private volatile boolean known;

    /**
     * Creates one without callers.
     *
     * @param scheduler completes futures when a callback blocks
     */
    protected InFlight(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** A future of one caller. References what it waits for and its source, so that neither is collected meanwhile. */
    private static final class CallersFuture<T> extends CompletableFuture<T> {
        private final InFlight<?> awaited;
        private final Object source;

        CallersFuture(InFlight<?> awaited, Object source) {
            this.awaited = awaited;
            this.source = source;
        }

        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new CallersFuture<>(awaited, source);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // completing a future throws nothing
    private void finish(CallersFuture<T> future) {
        CredentialsException shared = failure;
        if (shared == null) {
            future.complete(value);
            return;
        }
        Throwable own;
        try {
            own = shared.forCaller();
        } catch (Throwable e) { // no memory, for example: a shared failure is better than none
            own = shared;
        }
        future.completeExceptionally(own);
    }

    /** Releases the blocked threads. Harmless when repeated. */
    public final void release() {
        over.countDown();
    }

    /**
     * Returns whether the blocked threads have been released.
     *
     * @return true once {@link #release()} has been called
     */
    public final boolean isOver() {
        return over.getCount() == 0;
    }

    /**
     * Waits until {@link #release()}.
     *
     * @param millis how long at most; not positive does not wait
     * @return whether it is over
     * @throws InterruptedException when the calling thread is interrupted while it waits
     */
    public final boolean await(long millis) throws InterruptedException {
        return over.await(millis, TimeUnit.MILLISECONDS);
    }

    /**
     * Returns a future for one caller.
     *
     * @param source the object that the future references, so that it is not collected
     * @return a future that completes with {@link #completeFutures}
     */
    public final CompletableFuture<T> future(Object source) {
        CallersFuture<T> future = new CallersFuture<>(this, source);
        futures.add(future);
        if (known && futures.remove(future)) {
            finish(future); // it has no callbacks yet, so no foreign code runs here
        }
        return future;
    }

    /**
     * Completes the futures, and runs their callbacks, on the calling thread.
     *
     * @param value what they complete with, where there is no failure
     * @param failure what they fail with, each with an exception of its own; or null
     */
    public final void completeFutures(@Nullable T value, @Nullable CredentialsException failure) {
        if (!known) {
            this.value = value;
            this.failure = failure;
            known = true;
        }
        completeWaiting();
    }

    private void completeWaiting() {
        CallersFuture<T> next = futures.poll();
        if (next == null) {
            return;
        }
        Scheduler.Timer relief = futures.isEmpty() ? null : relief();
        try {
            while (next != null) {
                try {
                    finish(next);
                } catch (Throwable e) { // no memory, for example: another thread retries later
                    futures.add(next);
                    relief();
                    return;
                }
                next = futures.poll();
            }
        } finally {
            if (relief != null) {
                relief.cancel();
            }
        }
    }

    private Scheduler.@Nullable Timer relief() {
        try {
            return scheduler.schedule(this, InFlight::relieve, RELIEF_AFTER);
        } catch (RuntimeException | Error e) { // then a callback that blocks delays the others
            return null;
        }
    }

    /** On the timer's thread, where no foreign code may run. */
    private void relieve() {
        scheduler.answer(this::completeWaiting);
    }

    /**
     * Runs a task that answers callers, on a thread that their callbacks may block. While the JVM can start no thread,
     * tries again every second: the current thread may be the timer's or a caller's.
     *
     * @param task completes futures or delivers events
     */
    protected final void answer(Runnable task) {
        try {
            scheduler.answer(task);
        } catch (Throwable e) {
            try {
                scheduler.schedule(scheduler, same -> answer(task), RETRY_ANSWER);
            } catch (Throwable unscheduled) { // no timer either: rather here than never
                task.run();
            }
        }
    }
}
