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
 * <p>While the value is valid every call returns at once, whatever the source does: one volatile read, one reading of the
 * clock, no lock, no allocation. A load runs on the scheduler, or on an executor of the application, and on no caller's
 * thread. One load is in flight at a time. Calls that need it, because there is no value yet or it has expired or was
 * {@linkplain #invalidate rejected by a service}, share its result and its failure. Interrupting one caller does not
 * affect the others.
 *
 * <p>Every load completes. One that exceeds its {@linkplain CacheBuilder#loadTimeout timeout} by half a second is
 * abandoned by a waiter, the next caller or the timer, whichever looks first. At most three threads may hang in abandoned
 * loads; until one of them returns, further loads fail at once.
 *
 * <p>A timer starts the refresh, also while nothing calls. It holds the cache weakly: a cache that is closed or
 * garbage-collected is no longer refreshed. Nothing starts before the first call.
 *
 * <p>When loads fail, the last good value is served, past its expiration too where the {@linkplain RefreshPolicy policy}
 * allows it and the source has not rejected permanently. Once a stale value has been served, callers do not wait for
 * retries. A first load that fails is the failure of its waiters, and the next call starts the next load. From the second
 * failure on, and after a permanent one, calls get the remembered failure until the back-off allows another load.
 *
 * <p>Two clocks. Validity goes by the time of day or by elapsed time, by the one that says that more of the lifetime has
 * passed. When the two differ by more than 2 s (a suspended or restored machine, a clock that is set), the value is
 * refreshed: the next call notices a jump of more than 70 s in either direction, and the timer a smaller one within a
 * minute. A jump that both clocks make alike counts as time. The pauses between loads go by elapsed time alone.
 *
 * <p>Safe for use by any thread.
 *
 * @param <T> the value's type
 */
public final class RefreshingCache<T> implements CredentialsSource<T> {

    // The parts, and who calls what:
    //
    //   call, timer -> InFlightLoad.start   puts a load into the state, and submits it
    //   loading thread -> InFlightLoad.run  calls the loader, and completes the load
    //   waiter, call, timer -> watch        abandons a load that is overdue, and completes a load whose owner was lost
    //   InFlightLoad.complete -> Completion computes the state after the load, then answers futures and listeners
    //
    // All that the cache knows is one immutable CacheState, which has the table of its changes; InFlightLoad has the
    // table
    // of
    // a load's states. Invariants: replace is the only compare-and-swap of the state; complete is the only way to
    // complete
    // a
    // load; foreign code (loader, executor, callbacks of futures, listener) runs neither on a caller's thread nor on
    // the
    // timer's.

    private static final long AFTER_ERROR_MILLIS = 1_000;

    @SuppressWarnings("rawtypes") // a class literal has no type arguments
    private static final AtomicReferenceFieldUpdater<RefreshingCache, CacheState> STATE =
            AtomicReferenceFieldUpdater.newUpdater(RefreshingCache.class, CacheState.class, "state");

    final Loader<T> loader;
    final String name;
    final RefreshPolicy policy;
    final long loadTimeoutMillis;
    final Clock clock;
    final Scheduler scheduler;
    final @Nullable LoadExecutor executor;
    final boolean background;
    final CredentialsListener listener;
    final RandomSource random;
    final EventQueue events = new EventQueue();

    /** The threads that hang in loads which were abandoned. */
    final AtomicInteger stuck = new AtomicInteger();

    /** Only {@link #replace} writes it. */
    volatile CacheState<T> state;

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
        if (problem != null) {
            throw problem.forCaller();
        }
        return Objects.requireNonNull(after.cached).value();
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
        return problem != null
                ? CompletableFuture.failedFuture(problem.forCaller())
                : Objects.requireNonNull(after.cached).future();
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
            if (replace(current, current.suspected())) {
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
        } while (!replace(current, current.closed()));
        arm();
    }

    @Override
    public String toString() {
        return "RefreshingCache(" + status().state() + ")";
    }

    /**
     * Starts the load that is due, and watches the one in flight.
     *
     * @param waits whether the caller will wait for the load that is returned, and so watch it
     * @return the load to wait for; null when the state has the answer
     */
    @SuppressWarnings("ReferenceEquality") // another failure object is another load's
    private @Nullable InFlightLoad<T> join(boolean waits) {
        CacheState<T> first = state;
        while (true) {
            CacheState<T> current = state;
            Now now = Now.of(clock);
            InFlightLoad<T> inFlight = current.load;
            if (current.closed) {
                if (replace(current, current.reopened())) {
                    arm();
                }
            } else if (inFlight != null) {
                if (!inFlight.watch(now)) {
                    return current.mustWait(now) ? inFlight : null;
                }
            } else if (current.hasClockJumped(now)) {
                replace(current, current.jumped(now));
            } else if (current.cached == null && current.failure != null && current.failure != first.failure) {
                return null; // a load that completed meanwhile serves this call too
            } else if (current.isDue(now)) {
                boolean mustWait = current.mustWait(now);
                InFlightLoad<T> load = InFlightLoad.start(this, current, now, waits && mustWait);
                if (load != null) {
                    return mustWait && !load.watch(now) ? load : null; // one that cannot be submitted is over
                }
            } else {
                // the timer is late, or was lost to an error
                if (current.wasSeenLongAgo(now) && replace(current, current.seen(now))) {
                    arm();
                }
                return null;
            }
        }
    }

    /** Waits for a load, and watches it meanwhile: a caller does not depend on the timer. */
    private void await(InFlightLoad<T> load) throws InterruptedException {
        boolean watched = false;
        try {
            while (!load.await(load.millisToCheck(Now.of(clock)))) {
                if (load.watch(Now.of(clock))) {
                    break;
                }
            }
            load.watch(load.started); // an error may have kept its owner from completing it
            watched = true;
        } finally {
            if (!watched) {
                arm(); // this caller leaves before the load is over
            }
        }
    }

    /** Returns why the cached value is not served; null when it is, and so never while there is none. */
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
        // between the margin and the stated expiration there may have been no failure, and the source has nothing newer
        boolean served = servesStale() || (failure == null && current.cached.at(now) < current.cached.expires());
        return served
                ? null
                : CacheFailures.expired(current.cached.expires(), failure == null ? null : failure.cause());
    }

    boolean servesStale() {
        return policy.expiredCredentials() != ExpiredCredentials.FAIL;
    }

    /**
     * Replaces the state, and is the only way to do so: calls, loads and the timer compute the state after from the one
     * before, and try again when another thread was faster.
     */
    boolean replace(CacheState<T> before, CacheState<T> after) {
        return STATE.compareAndSet(this, before, after);
    }

    private void armForFutures() {
        synchronized (arming) {
            if (timer == null && state.load != null) {
                arm();
            }
        }
    }

    /** Sets the timer for what the state needs next; without need there is none. */
    void arm() {
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
            } catch (RuntimeException | Error e) { // without a timer, calls start the refresh
            }
        }
    }

    private void wakeIn(long millis) {
        timer = scheduler.schedule(this, RefreshingCache::tick, Duration.ofMillis(millis));
    }

    private void tick() {
        try {
            onTimer();
        } catch (RuntimeException | Error e) { // perhaps no memory: try again later
            synchronized (arming) {
                wakeIn(AFTER_ERROR_MILLIS);
            }
        }
    }

    /** On the timer's thread, where no foreign code may run. */
    private void onTimer() {
        while (true) {
            CacheState<T> current = state;
            Now now = Now.of(clock);
            long millis = current.millisToWake(now);
            if (current.load != null) {
                if (!current.load.watch(now)) {
                    arm();
                }
                return;
            }
            if (!background) {
                return;
            }
            if (current.hasClockJumped(now)) {
                replace(current, current.jumped(now));
            } else if (millis > 0) {
                replace(current, current.seen(now));
                arm();
                return;
            } else if (millis < 0 || InFlightLoad.start(this, current, now, false) != null) {
                return;
            }
        }
    }
}
