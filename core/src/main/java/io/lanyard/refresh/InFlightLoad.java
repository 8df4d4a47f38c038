// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.CredentialsException;
import io.lanyard.internal.InFlight;
import io.lanyard.internal.LoadContext;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One load of a cache: starts, runs, is watched, and completes. It has one owner at a time: the thread that makes a
 * transition.
 *
 * <pre>
 * state      event                                       next state  effect
 * ---------  ------------------------------------------  ----------  ------------------------------------------------
 * ACCEPTED   a thread begins the load                    RUNNING     that thread calls the loader
 * ACCEPTED   not begun by an executor within 500 ms      ACCEPTED    submitted once more, to the shared threads
 * ACCEPTED   cannot be submitted                         COMPLETED   completes with that failure
 * ACCEPTED   the deadline passes                         ABANDONED   completes with a failure that says so
 * RUNNING    the loader returns or throws                COMPLETED   completes with the result of the loader
 * RUNNING    interrupted on an application's executor    ACCEPTED    submitted once more, to the shared threads
 * RUNNING    the deadline passes                         ABANDONED   completes with a failure that says where it hangs
 * ABANDONED  the loader returns or throws                ABANDONED   ignored, and its thread is free again
 * COMPLETED  anything                                    COMPLETED   ignored
 * </pre>
 *
 * <p>{@link #complete} is the only way to complete a load: it replaces the cache's state, then releases the waiters. An
 * {@code Error} may interrupt it (no memory, no stack). The load is then over or overdue, and the next thread that
 * {@linkplain #watch watches} it, a waiter, a caller or the timer, completes it in its place.
 */
final class InFlightLoad<T> extends InFlight<T> {

    /** How long an executor may take to begin a load before the shared threads begin it. */
    static final long BEGIN_MILLIS = 500;

    /** How much longer than its load timeout a load may take: a loader that respects the timeout returns before that. */
    static final long GRACE_MILLIS = 500;

    private static final long LOST_CHECK_MILLIS = 50;

    /** No load of the cache starts while so many threads hang in abandoned ones. */
    private static final int MOST_STUCK = 3;

    private static final int ACCEPTED = 0;
    private static final int RUNNING = 1;
    private static final int COMPLETED = 2;
    private static final int ABANDONED = 3;

    final RefreshingCache<T> cache;
    final Now started;

    private final long deadlineMillis; // since it was started
    private final @Nullable LoadContext context;
    private final AtomicInteger state = new AtomicInteger(ACCEPTED);
    private volatile @Nullable Thread thread;
    private volatile boolean submittedAgain;

    private InFlightLoad(RefreshingCache<T> cache, Now started) {
        super(cache.scheduler);
        this.submittedAgain = cache.executor == null;
        this.cache = cache;
        this.started = started;
        this.deadlineMillis = cache.loadTimeoutMillis + GRACE_MILLIS;
        this.context = LoadContext.current();
    }

    /**
     * Puts a load into the cache's state and submits it. From then on, any trouble is the failure of the load.
     *
     * @param watched whether the calling thread is going to wait for it
     * @return the load; null when another thread has changed the state
     */
    static <T> @Nullable InFlightLoad<T> start(
            RefreshingCache<T> cache, CacheState<T> current, Now now, boolean watched) {
        InFlightLoad<T> load = new InFlightLoad<>(cache, now);
        if (!cache.replace(current, current.loading(load, now))) {
            return null;
        }
        CredentialsException refused = load.submit();
        if (refused != null) {
            load.complete(ACCEPTED, COMPLETED, null, refused, false);
        } else if (!watched && !load.isOver()) {
            cache.arm();
        }
        return load;
    }

    private @Nullable CredentialsException submit() {
        if (cache.stuck.get() >= MOST_STUCK) {
            return CacheFailures.local(
                    MOST_STUCK + " earlier loads of " + cache.name + " still hang, so no other is started", null);
        }
        try {
            cache.scheduler.execute(cache.executor == null ? this : cache.executor.submitting(this));
            return null;
        } catch (Throwable e) { // whatever it is, callers may be waiting
            return CacheFailures.local(
                    "the load of " + cache.name + " cannot be started: "
                            + e.getClass().getName(),
                    e);
        }
    }

    private void submitToShared() {
        try {
            cache.scheduler.execute(this);
        } catch (Throwable e) { // the next look after the deadline abandons it
        }
    }

    /** Runs the load on the current thread, unless another thread has begun it. */
    @Override
    public void run() {
        if (!move(ACCEPTED, RUNNING)) {
            return;
        }
        Loaded<T> loaded = null;
        Throwable failure = null;
        try {
            loaded = callLoader();
            if (loaded == null) {
                failure = CacheFailures.transientFailure("the loader of " + cache.name + " returned null", null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (submitAgain() && move(RUNNING, ACCEPTED)) {
                submitToShared(); // an executor that is shut down interrupts what it runs
                return;
            }
            failure = CacheFailures.local("the thread that loads " + cache.name + " was interrupted", e);
        } catch (Throwable e) { // the waiters' failure; a thread of a pool has no use for it
            failure = e;
        }
        if (!complete(RUNNING, COMPLETED, loaded, failure, true) && state.get() == ABANDONED) {
            cache.stuck.decrementAndGet(); // its result is ignored
        }
    }

    private @Nullable Loaded<T> callLoader() throws InterruptedException {
        thread = Thread.currentThread();
        LoadContext before = LoadContext.current();
        LoadContext.set(new LoadContext(cache, cache.name, context));
        try {
            return cache.loader.load();
        } finally {
            LoadContext.set(before);
            thread = null;
        }
    }

    /**
     * Watches the load: submits it again when no thread has begun it, abandons it when it is overdue, and completes it
     * when an {@code Error} has stopped its owner. Called by waiters, callers and the timer.
     *
     * @return whether it is no longer in flight
     */
    @SuppressWarnings("ReferenceEquality") // a load is equal to itself alone
    boolean watch(Now now) {
        if (isOver()) { // its owner replaces the state before it releases the waiters, so it has done so or never will
            completeLost(now);
        } else if (millisLeft(now) <= 0) {
            if (!abandon() && isLost(now)) { // before that, its owner may be about to complete it
                completeLost(now);
            }
        } else if (!submittedAgain
                && state.get() == ACCEPTED
                && now.millisSince(started) >= BEGIN_MILLIS
                && submitAgain()) {
            submitToShared();
        }
        return cache.state.load != this;
    }

    /** Returns how long until {@link #watch} has something to do. */
    long millisToCheck(Now now) {
        long left = millisLeft(now);
        if (left <= 0) {
            return isLost(now) ? 0 : LOST_CHECK_MILLIS;
        }
        return submittedAgain || state.get() != ACCEPTED
                ? left
                : Math.max(0, Math.min(left, BEGIN_MILLIS - now.millisSince(started)));
    }

    private long millisLeft(Now now) {
        return deadlineMillis - now.millisSince(started);
    }

    /** Whether an {@code Error} must have stopped the owner that made the last transition. */
    private boolean isLost(Now now) {
        return millisLeft(now) <= -GRACE_MILLIS;
    }

    private boolean move(int from, int to) {
        return state.compareAndSet(from, to);
    }

    /** Whether this call is the one that submits the load again. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // twice does no harm: one thread begins it
    private boolean submitAgain() {
        boolean first = !submittedAgain;
        submittedAgain = true;
        return first;
    }

    private boolean abandon() {
        Thread running = thread;
        StackTraceElement[] stack = running == null ? new StackTraceElement[0] : running.getStackTrace();
        Throwable where = null;
        String reason = "the load of " + cache.name + " did not complete within its timeout of "
                + cache.loadTimeoutMillis + " ms and was abandoned";
        if (stack.length > 0) {
            where = new IllegalStateException("the load hangs here");
            where.setStackTrace(stack);
            reason += "; it hangs in " + stack[0].getClassName() + "." + stack[0].getMethodName();
        }
        CredentialsException failure = CacheFailures.transientFailure(reason, where);
        cache.stuck.incrementAndGet();
        if (complete(RUNNING, ABANDONED, null, failure, false)) {
            return true;
        }
        cache.stuck.decrementAndGet();
        return complete(ACCEPTED, ABANDONED, null, failure, false);
    }

    @SuppressWarnings("ReferenceEquality") // a load is equal to itself alone
    private void completeLost(Now now) {
        if (cache.state.load != this) {
            return;
        }
        Completion<T> completion = Completion.ofLost(this, CacheFailures.lost(cache.name), now);
        boolean replaced = completion.replaceState();
        release();
        if (replaced) {
            cache.arm();
            answer(completion);
        }
    }

    /**
     * Completes the load. The order matters: first the state, so that callers who are answered find it as it is; then the
     * threads that wait; then the next timer, before foreign code can block; futures and listeners last, and on a thread
     * that may be blocked.
     *
     * @param failure what the loader threw, or why it was not called or is not waited for
     * @param mayBlock whether foreign code may run on the current thread
     * @return false when the load is not in that state, and so not the current thread's to complete
     */
    private boolean complete(
            int from, int to, @Nullable Loaded<T> loaded, @Nullable Throwable failure, boolean mayBlock) {
        if (!move(from, to)) {
            return false;
        }
        Completion<T> completion;
        try {
            completion = settle(loaded, failure == null ? null : CredentialsException.of(failure));
        } finally {
            release();
        }
        cache.arm();
        if (completion != null && mayBlock) {
            completion.run();
        } else if (completion != null) {
            answer(completion);
        }
        return true;
    }

    /** Replaces the cache's state; returns null when another thread has completed the load. */
    private @Nullable Completion<T> settle(@Nullable Loaded<T> loaded, @Nullable CredentialsException failure) {
        Completion<T> completion;
        try {
            completion = Completion.of(this, loaded, failure);
            return completion.replaceState() ? completion : null;
        } catch (Throwable e) { // a function of the application has failed: not the fault of the waiters
            completion = Completion.ofLost(this, failure == null ? CredentialsException.of(e) : failure, started);
            return completion.replaceState() ? completion : null;
        }
    }
}
