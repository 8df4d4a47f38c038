// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.CredentialsSource;
import io.lanyard.RefreshState;
import io.lanyard.RefreshStatus;
import io.lanyard.internal.EventQueue;
import io.lanyard.internal.LoadContext;
import io.lanyard.spi.Clock;
import io.lanyard.spi.RandomSource;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Caches a value that expires, and refreshes it in the background before callers notice.
 *
 * <p>While the value is valid every call returns at once, whatever the source does: one volatile read, one look at the
 * clock, no lock, nothing allocated. A load runs on the scheduler, or on an executor that was given, and on no caller's
 * thread; there is one in flight at a time. Calls that need it, because there is no value yet or it has expired or was
 * {@linkplain #invalidate rejected by a service}, share its result and its failure; each can be interrupted alone.
 *
 * <p>A load always ends. One that takes longer than its {@linkplain Builder#loadTimeout timeout} is abandoned half a
 * second later, by a waiter, the next caller or the timer, whichever is first; {@code InFlightLoad} has the table of its
 * states. At most three abandoned loads may hang; until one of them returns, further loads fail at once.
 *
 * <p>A timer starts the refresh, so also when no one calls; it holds the cache weakly, and a cache that is closed or
 * garbage-collected is refreshed no more. Until the first load nothing is started.
 *
 * <p>When loads fail, the last good value is served, past its expiration too where the {@linkplain RefreshPolicy policy}
 * allows it and the source has not rejected permanently; once a stale value has been served, callers do not wait for
 * retries. A first load that fails is the failure of its waiters; the next call starts the next one. From the second
 * failure on, and after a permanent one, calls get the remembered failure until the back-off allows another load.
 *
 * <p>Time. Validity goes by the time of day and by elapsed time, by whichever says that more of the lifetime has passed.
 * When the two part by more than 2 s (a suspended or restored machine, a clock that is set), the value is refreshed: a
 * jump of more than 70 s in either direction is noticed by the next call, a smaller one by the timer within a minute. A
 * jump that both clocks make alike is not a jump but time. The pauses between loads go by elapsed time alone.
 *
 * <p>Safe for use by any thread.
 *
 * @param <T> the value's type
 */
public final class RefreshingCache<T> implements CredentialsSource<T> {

    /** A source whose earlier loads still hang after they were abandoned is not loaded from again while there are so many. */
    private static final int MOST_STUCK = 3;

    private static final long AFTER_ERROR_MILLIS = 1_000;

    @SuppressWarnings("rawtypes") // a class literal has no type arguments
    private static final AtomicReferenceFieldUpdater<RefreshingCache, CacheState> STATE =
            AtomicReferenceFieldUpdater.newUpdater(RefreshingCache.class, CacheState.class, "state");

    final Loader<T> loader;
    private final String name;
    private final RefreshPolicy policy;
    private final long loadTimeoutMillis;
    private final Clock clock;
    private final Scheduler scheduler;
    private final @Nullable LoadExecutor executor;
    final boolean background;
    final CredentialsListener listener;
    private final RandomSource random;

    private volatile CacheState<T> state;

    private final AtomicInteger stuck = new AtomicInteger(); // loads that were abandoned and whose threads still hang
    final EventQueue events = new EventQueue();

    private final Object arming = new Object();
    private Scheduler.@Nullable Timer timer; // guarded by arming

    RefreshingCache(CacheBuilder<T> builder) {
        this.loader = builder.loader;
        this.name = builder.name;
        this.policy = builder.policy;
        this.loadTimeoutMillis = Now.millis(builder.loadTimeout);
        this.clock = builder.clock;
        this.scheduler = builder.scheduler;
        this.executor = builder.executor == null ? null : new LoadExecutor(builder.executor);
        this.background = builder.background;
        this.listener = builder.listener;
        this.random = builder.random;
        this.state = CacheState.empty(Now.of(clock));
    }

    /**
     * Starts building a cache.
     *
     * @param loader loads the value
     * @param <T> the value's type
     * @return a new builder with the defaults
     */
    public static <T> CacheBuilder<T> builder(Loader<T> loader) {
        return new CacheBuilder<>(loader);
    }

    @Override
    public T resolve() throws InterruptedException {
        CacheState<T> current = state;
        if (current.isQuiet(clock.epochMillis()) && current.cached != null) {
            return current.cached.value();
        }
        InFlightLoad<T> load = join(true);
        if (load != null) {
            String circle = LoadContext.circle(this);
            if (circle != null) {
                throw CacheFailures.waitsForItself(circle);
            }
            await(load);
        }
        CacheState<T> after = state;
        CredentialsException problem = problem(after, Now.of(clock));
        if (problem != null || after.cached == null) {
            throw (problem == null ? CacheFailures.lost(name) : problem).forCaller();
        }
        return after.cached.value();
    }

    @Override
    public CompletableFuture<T> resolveAsync() {
        CacheState<T> current = state;
        if (current.isQuiet(clock.epochMillis()) && current.cached != null) {
            return current.cached.future();
        }
        InFlightLoad<T> load = join(false);
        if (load != null) {
            String circle = LoadContext.circle(this);
            if (circle != null) {
                return CompletableFuture.failedFuture(CacheFailures.waitsForItself(circle));
            }
            CompletableFuture<T> future = load.future(this);
            armForFutures(); // the load may have been started by a caller that waits and watches over it itself
            return future;
        }
        CacheState<T> after = state;
        CredentialsException problem = problem(after, Now.of(clock));
        return problem != null || after.cached == null
                ? CompletableFuture.failedFuture((problem == null ? CacheFailures.lost(name) : problem).forCaller())
                : after.cached.future();
    }

    @Override
    public Optional<T> cached() {
        CachedValue<T> cached = state.cached;
        return cached == null ? Optional.empty() : Optional.of(cached.value());
    }

    @Override
    public void invalidate(String rejected) {
        CacheState<T> current = state;
        while (current.cached != null
                && current.load == null
                && !current.suspect
                && current.cached.identity().equals(rejected)) {
            if (STATE.compareAndSet(this, current, current.suspected())) {
                return;
            }
            current = state;
        }
    }

    @Override
    public RefreshStatus status() {
        return state.status(Now.of(clock), background);
    }

    @Override
    public void close() {
        CacheState<T> current;
        do {
            current = state;
        } while (!STATE.compareAndSet(this, current, current.closed()));
        arm();
    }

    @Override
    public String toString() {
        return "RefreshingCache(" + status().state() + ")";
    }

    // ---- calls

    /**
     * Does what a call has to do beside taking the value: starts the load that is due, and looks after the one in
     * flight.
     *
     * @param waits whether the caller will wait, and so look after the load it is given
     * @return the load to wait for; null when the state has the answer
     */
    @SuppressWarnings("ReferenceEquality") // another failure object is another load's
    private @Nullable InFlightLoad<T> join(boolean waits) {
        CacheState<T> first = state;
        while (true) {
            CacheState<T> current = state;
            Now now = Now.of(clock);
            InFlightLoad<T> load = current.load;
            if (current.closed) {
                if (STATE.compareAndSet(this, current, current.reopened())) {
                    arm();
                }
            } else if (load != null) {
                if (!watch(load, now)) {
                    return current.mustWait(now) ? load : null;
                }
            } else if (current.hasClockJumped(now)) {
                STATE.compareAndSet(this, current, current.jumped(now));
            } else if (current.cached == null && current.failure != null && current.failure != first.failure) {
                return null; // a load that completed meanwhile serves this call too
            } else if (current.isDue(now)) {
                boolean mustWait = current.mustWait(now);
                InFlightLoad<T> mine = start(current, now, waits && mustWait);
                if (mine != null) {
                    return mustWait ? mine : null;
                }
            } else {
                // the timer is late, or was lost to an error
                if (current.wasSeenLongAgo(now) && STATE.compareAndSet(this, current, current.seen(now))) {
                    arm();
                }
                return null;
            }
        }
    }

    /** Waits for a load, and looks after it meanwhile: a caller does not depend on the timer. */
    private void await(InFlightLoad<T> load) throws InterruptedException {
        boolean watched = false;
        try {
            while (!load.await(load.millisToCheck(Now.of(clock)))) {
                if (watch(load, Now.of(clock))) {
                    break;
                }
            }
            watch(load, load.started); // an error may have kept its owner from completing it
            watched = true;
        } finally {
            if (!watched) {
                arm(); // this caller leaves before the load is over
            }
        }
    }

    /** Why the cached value is not handed out, or null when it is. */
    @Nullable
    CredentialsException problem(CacheState<T> current, Now now) {
        CacheState.Failure failure = current.failure;
        if (current.cached == null) {
            return failure == null ? CacheFailures.lost(name) : failure.cause();
        }
        if (current.state(now) != RefreshState.EXPIRED) {
            return null;
        }
        if (failure != null && failure.rejection() != null) {
            return failure.rejection();
        }
        // between the margin and the stated end there may have been no failure, and the source has nothing newer
        boolean served = servesStale() || (failure == null && current.cached.at(now) < current.cached.expires());
        return served
                ? null
                : CacheFailures.expired(current.cached.expires(), failure == null ? null : failure.cause());
    }

    private boolean servesStale() {
        return policy.expiredCredentials() != ExpiredCredentials.FAIL;
    }

    String name() {
        return name;
    }

    CacheState<T> state() {
        return state;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    // ---- loads

    /**
     * Starts a load, which is then in the state, whatever becomes of it.
     *
     * @param watched whether the calling thread is going to wait for it
     * @return the load; null when another thread has changed the state
     */
    private @Nullable InFlightLoad<T> start(CacheState<T> current, Now now, boolean watched) {
        InFlightLoad<T> load = new InFlightLoad<>(this, now, loadTimeoutMillis, executor != null);
        if (!STATE.compareAndSet(this, current, current.loading(load, now))) {
            return null;
        }
        CredentialsException refused = null;
        if (stuck.get() >= MOST_STUCK) {
            refused = CacheFailures.unfinished(
                            MOST_STUCK + " earlier loads of " + name + " still hang, so no other is started", null)
                    .local(true)
                    .build();
        } else {
            try {
                scheduler.execute(executor == null ? load : executor.submitting(load));
            } catch (Throwable e) { // whatever it is, callers may be waiting
                refused = CacheFailures.unfinished(
                                "the load of " + name + " cannot be started: "
                                        + e.getClass().getName(),
                                e)
                        .local(true)
                        .build();
            }
        }
        if (refused != null) {
            complete(load, InFlightLoad.ACCEPTED, InFlightLoad.COMPLETED, null, refused, false);
        } else if (!watched && !load.isOver()) {
            arm();
        }
        return load;
    }

    /** Runs a load on the current thread. */
    void run(InFlightLoad<T> load) {
        Loaded<T> loaded = null;
        Throwable failure = null;
        try {
            loaded = load.call(loader);
            if (loaded == null) {
                failure = CacheFailures.unfinished("the loader of " + name + " returned null", null)
                        .build();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            if (load.submitAgain() && load.move(InFlightLoad.RUNNING, InFlightLoad.ACCEPTED)) {
                submitToShared(load); // an executor that is shut down interrupts what it runs
                return;
            }
            failure = CacheFailures.unfinished("the thread that loads " + name + " was interrupted", e)
                    .local(true)
                    .build();
        } catch (Throwable e) { // the waiters' failure; a thread of a pool has no use for it
            failure = e;
        }
        if (!complete(load, InFlightLoad.RUNNING, InFlightLoad.COMPLETED, loaded, failure, true)
                && load.isAbandoned()) {
            stuck.decrementAndGet(); // too late: its result is ignored
        }
    }

    private void submitToShared(InFlightLoad<T> load) {
        try {
            scheduler.execute(load);
        } catch (Throwable e) { // the watchdog completes it
        }
    }

    /**
     * Looks after a load: submits it again when no thread has begun it, abandons it when it is overdue, and finishes it
     * for an owner that an {@code Error} has stopped. Called by waiters, callers and the timer.
     *
     * @return whether it is no longer in flight
     */
    @SuppressWarnings("ReferenceEquality") // a load is equal to itself alone
    private boolean watch(InFlightLoad<T> load, Now now) {
        if (load.isOver()) {
            finishLost(
                    load, now); // its owner has replaced it in the state before it released the waiters, or never will
        } else if (load.isOverdue(now)) {
            if (!abandon(load) && load.isLost(now)) { // before that, its owner may be about to complete it
                finishLost(load, now);
            }
        } else if (load.mustBeSubmittedAgain(now) && load.submitAgain()) {
            submitToShared(load);
        }
        return state.load != load;
    }

    private boolean abandon(InFlightLoad<T> load) {
        StackTraceElement[] stack = load.stack();
        Throwable where = null;
        String reason = "the load of " + name + " did not complete within its timeout of " + loadTimeoutMillis
                + " ms and was abandoned";
        if (stack.length > 0) {
            where = new IllegalStateException("the load hangs here");
            where.setStackTrace(stack);
            reason += "; it hangs in " + stack[0].getClassName() + "." + stack[0].getMethodName();
        }
        CredentialsException failure = CacheFailures.unfinished(reason, where).build();
        stuck.incrementAndGet();
        if (complete(load, InFlightLoad.RUNNING, InFlightLoad.ABANDONED, null, failure, false)) {
            return true;
        }
        stuck.decrementAndGet();
        return complete(load, InFlightLoad.ACCEPTED, InFlightLoad.ABANDONED, null, failure, false);
    }

    @SuppressWarnings("ReferenceEquality") // a load is equal to itself alone
    private void finishLost(InFlightLoad<T> load, Now now) {
        if (state.load != load) {
            return;
        }
        Completion<T> completion = crashed(load, CacheFailures.lost(name), now);
        load.release();
        if (completion != null) {
            arm();
            elsewhere(completion);
        }
    }

    /**
     * Completes a load: the only way in which one ends. The order matters: first the state, so that callers who are
     * answered find it as it is; then the threads that wait; then the next timer, before anything foreign can block;
     * futures and listeners last, and on a thread that may be blocked.
     *
     * @param failure what the loader threw, or why it was not called or is not waited for
     * @param mayBlock whether foreign code may run on the current thread
     * @return false when the load is not in that state, and so not the current thread's to complete
     */
    private boolean complete(
            InFlightLoad<T> load,
            int from,
            int to,
            @Nullable Loaded<T> loaded,
            @Nullable Throwable failure,
            boolean mayBlock) {
        if (!load.move(from, to)) {
            return false;
        }
        Completion<T> completion;
        try {
            completion = settle(load, loaded, failure);
        } finally {
            load.release();
        }
        arm();
        if (completion != null && mayBlock) {
            completion.run();
        } else if (completion != null) {
            elsewhere(completion);
        }
        return true;
    }

    private void elsewhere(Completion<T> completion) {
        try {
            scheduler.answer(completion);
        } catch (Throwable e) { // rather here than never
            completion.run();
        }
    }

    private @Nullable Completion<T> settle(
            InFlightLoad<T> load, @Nullable Loaded<T> loaded, @Nullable Throwable thrown) {
        CredentialsException failure = thrown == null ? null : CredentialsException.of(thrown);
        try {
            return completion(load, loaded, failure);
        } catch (Throwable e) { // a function of the application has failed: not the fault of the waiters
            return crashed(load, failure == null ? CredentialsException.of(e) : failure, load.started);
        }
    }

    @SuppressWarnings("ReferenceEquality") // a load is equal to itself alone
    private @Nullable Completion<T> completion(
            InFlightLoad<T> load, @Nullable Loaded<T> loaded, @Nullable CredentialsException failure) {
        Now now = Now.of(clock);
        double jitter = random.nextDouble();
        CachedValue<T> cached = state.cached; // changes with the load in flight only, and there is one at a time
        CachedValue<T> same = null;
        CachedValue<T> next = null;
        CredentialsException reason = failure;
        if (reason == null && loaded != null && CachedValue.expires(loaded) <= now.wall()) {
            reason = CacheFailures.expired(CachedValue.expires(loaded), null);
        }
        if (reason == null && loaded != null && cached != null && cached.isSameAs(loaded)) {
            same = cached.expires() == CachedValue.NEVER
                    ? CachedValue.of(loaded, policy, now, jitter).withValueOf(cached)
                    : cached.confirmed(now);
        } else if (reason == null && loaded != null) {
            next = CachedValue.of(loaded, policy, now, jitter);
        }
        Completion<T> completion =
                new Completion<>(this, load, now); // before the state changes: an error must not lose it
        CacheState<T> before;
        CacheState<T> after;
        do {
            before = state;
            if (before.load != load) {
                return null; // another thread has finished it
            }
            if (next != null) {
                after = before.stored(next, now);
            } else if (same != null) {
                after = before.unchanged(same, now, jitter);
            } else {
                CredentialsException cause = Objects.requireNonNull(reason);
                after = before.failed(cause, servesStale(), policy.backoff(), now, jitter);
            }
            completion.before = before;
            completion.after = after;
        } while (!STATE.compareAndSet(this, before, after));
        return completion;
    }

    /** The completion without any help from outside. */
    @SuppressWarnings("ReferenceEquality") // a load is equal to itself alone
    private @Nullable Completion<T> crashed(InFlightLoad<T> load, CredentialsException cause, Now now) {
        Completion<T> completion = new Completion<>(this, load, now);
        CacheState<T> before;
        CacheState<T> after;
        do {
            before = state;
            if (before.load != load) {
                return null;
            }
            after = before.crashed(cause, now);
            completion.before = before;
            completion.after = after;
        } while (!STATE.compareAndSet(this, before, after));
        return completion;
    }

    // ---- the timer

    private void armForFutures() {
        synchronized (arming) {
            if (timer == null && state.load != null) {
                arm();
            }
        }
    }

    private void arm() {
        synchronized (arming) { // so that the last to arm has seen the latest state
            try {
                if (timer != null) {
                    timer.cancel();
                    timer = null;
                }
                CacheState<T> current = state;
                long millis = current.millisToWake(Now.of(clock));
                if (millis >= 0 && (background || current.load != null)) {
                    wakeIn(Math.min(millis, CacheState.HEARTBEAT_MILLIS));
                }
            } catch (RuntimeException | Error e) { // without a timer it is the calls that start a refresh
            }
        }
    }

    private void wakeIn(long millis) {
        timer = scheduler.schedule(this, RefreshingCache::tick, Duration.ofMillis(millis));
    }

    private void tick() {
        try {
            lookAfterItself();
        } catch (RuntimeException | Error e) { // no memory, perhaps: later
            synchronized (arming) {
                wakeIn(AFTER_ERROR_MILLIS);
            }
        }
    }

    /** On the timer's thread, where no foreign code may run. */
    private void lookAfterItself() {
        while (true) {
            CacheState<T> current = state;
            Now now = Now.of(clock);
            long millis = current.millisToWake(now);
            if (current.load != null) {
                if (!watch(current.load, now)) {
                    arm();
                }
                return;
            }
            if (!background) {
                return;
            }
            if (current.hasClockJumped(now)) {
                STATE.compareAndSet(this, current, current.jumped(now));
            } else if (millis > 0) {
                STATE.compareAndSet(this, current, current.seen(now));
                arm();
                return;
            } else if (millis < 0 || start(current, now, false) != null) {
                return;
            }
        }
    }
}
