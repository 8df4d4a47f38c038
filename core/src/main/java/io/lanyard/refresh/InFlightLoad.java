// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.internal.InFlight;
import io.lanyard.internal.LoadContext;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One load of a cache. It has one owner at a time: whoever makes the transition that leads to it.
 *
 * <pre>
 * state      event                                       next state  effect
 * ---------  ------------------------------------------  ----------  ------------------------------------------------
 * ACCEPTED   a thread begins the load                    RUNNING     that thread calls the loader
 * ACCEPTED   not begun by an executor within 500 ms      ACCEPTED    submitted once more, to the shared threads
 * ACCEPTED   cannot be submitted                         COMPLETED   completes with that failure
 * ACCEPTED   the deadline passes                         ABANDONED   completes with a failure that says so
 * RUNNING    the loader returns or throws                COMPLETED   completes with what the loader returned
 * RUNNING    interrupted on an application's executor    ACCEPTED    submitted once more, to the shared threads
 * RUNNING    the deadline passes                         ABANDONED   completes with a failure that says where it hangs
 * ABANDONED  the loader returns or throws                ABANDONED   ignored, and its thread is free again
 * COMPLETED  anything                                    COMPLETED   ignored
 * </pre>
 *
 * <p>Completing is one method, {@link RefreshingCache#complete}: it replaces the cache's state, then releases the
 * waiters. When an {@code Error} interrupts it (no memory, no stack), the load is over or overdue all the same, and the
 * next thread that looks at it, a waiter, a caller or the timer, finishes in its place. Nothing else ends a load.
 */
final class InFlightLoad<T> extends InFlight<T> {

    /** How long an executor may take to begin a load before the shared threads begin it. */
    static final long BEGIN_MILLIS = 500;

    /** How much longer than its load timeout a load may take: a loader that respects it returns by then. */
    static final long GRACE_MILLIS = 500;

    private static final long LOST_CHECK_MILLIS = 50;

    static final int ACCEPTED = 0;
    static final int RUNNING = 1;
    static final int COMPLETED = 2;
    static final int ABANDONED = 3;

    final Now started;

    private final RefreshingCache<T> cache;
    private final long deadlineMillis; // since it was started
    private final @Nullable LoadContext context;
    private final AtomicInteger state = new AtomicInteger(ACCEPTED);
    private volatile @Nullable Thread thread;
    private volatile boolean submittedAgain;

    /**
     * Creates a load that is accepted.
     *
     * @param onExecutor whether an application's executor runs it, and may fail to
     */
    InFlightLoad(RefreshingCache<T> cache, Now started, long timeoutMillis, boolean onExecutor) {
        super(cache.scheduler());
        this.submittedAgain = !onExecutor;
        this.cache = cache;
        this.started = started;
        this.deadlineMillis = timeoutMillis + GRACE_MILLIS;
        this.context = LoadContext.current();
    }

    /** Runs the load, unless another thread has begun it. */
    @Override
    public void run() {
        if (move(ACCEPTED, RUNNING)) {
            cache.run(this);
        }
    }

    /** Calls the loader in the context of the load. */
    Loaded<T> call(Loader<T> loader) throws InterruptedException {
        thread = Thread.currentThread();
        LoadContext before = LoadContext.current();
        LoadContext.set(new LoadContext(cache, cache.name(), context));
        try {
            return loader.load();
        } finally {
            LoadContext.set(before);
            thread = null;
        }
    }

    boolean move(int from, int to) {
        return state.compareAndSet(from, to);
    }

    boolean isBegun() {
        return state.get() != ACCEPTED;
    }

    boolean isAbandoned() {
        return state.get() == ABANDONED;
    }

    /** Whether this call is the one that submits it again. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // twice does no harm: one thread begins it
    boolean submitAgain() {
        boolean first = !submittedAgain;
        submittedAgain = true;
        return first;
    }

    boolean mustBeSubmittedAgain(Now now) {
        return !submittedAgain && !isBegun() && now.millisSince(started) >= BEGIN_MILLIS;
    }

    boolean isOverdue(Now now) {
        return now.millisSince(started) >= deadlineMillis;
    }

    /** Whether an owner that has made the last transition must have been stopped by an {@code Error}. */
    boolean isLost(Now now) {
        return now.millisSince(started) >= deadlineMillis + GRACE_MILLIS;
    }

    /** How long until the watchdog has something to do. */
    long millisToCheck(Now now) {
        if (isOverdue(now)) {
            return isLost(now) ? 0 : LOST_CHECK_MILLIS;
        }
        long next = submittedAgain || isBegun() ? deadlineMillis : Math.min(BEGIN_MILLIS, deadlineMillis);
        return Math.max(0, next - now.millisSince(started));
    }

    /** The stack of the thread that runs it, for the failure of an abandoned load. */
    StackTraceElement[] stack() {
        Thread running = thread;
        return running == null ? new StackTraceElement[0] : running.getStackTrace();
    }
}
