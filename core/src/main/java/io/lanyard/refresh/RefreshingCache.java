// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.spi.Clock;
import io.lanyard.spi.Scheduler;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds a value that ends, and replaces it in the background so early that nobody notices.
 *
 * <p>While the value is valid every call is answered at once, whatever the source does: one volatile read, one look at
 * the clock, no lock, nothing allocated. A load, a <em>flight</em>, runs on the scheduler and on no caller's thread,
 * and there is one at a time. Calls that need it, because there is no value yet or it has ended or been {@linkplain
 * #invalidate reported as refused}, share its result and its failure; each can be interrupted alone.
 *
 * <p>A timer starts the refresh, so also when nobody calls; it holds the cache weakly, and a cache that is closed or
 * garbage-collected is refreshed no more. Until the first load nothing is started.
 *
 * <p>When loads fail, the last good value is served on, past its end too where the {@linkplain RefreshPolicy policy}
 * allows it and the source has not refused for good. A first load that fails is the failure of those who waited; the
 * next call starts the next one, except that a refusal for good is answered from memory for 1 to 5 seconds.
 *
 * <p>Time. Validity goes by the time of day and by elapsed time, by whichever more of the life is over. When the two
 * part by more than 2 s (a suspended or restored machine, a clock that is set), the value is refreshed: a jump of more
 * than 70 s in either direction is noticed by the next call, a smaller one by the timer within a minute. A jump that
 * both clocks make alike is not a jump but time. The pauses between loads go by elapsed time alone.
 *
 * <p>Safe for use by any thread.
 *
 * @param <T> the value's type
 */
public final class RefreshingCache<T> implements AutoCloseable {

    /** What the log quotes of a failure at the most. */
    private static final int LONGEST_TEXT = 512;

    @SuppressWarnings("rawtypes") // a class literal has no type arguments
    private static final AtomicReferenceFieldUpdater<RefreshingCache, Cell> CELL =
            AtomicReferenceFieldUpdater.newUpdater(RefreshingCache.class, Cell.class, "cell");

    private final Loader<T> loader;
    private final RefreshPolicy policy;
    private final Clock clock;
    private final Scheduler scheduler;
    private final Traits<? super T> traits;
    private final RefreshListener<? super T> listener;
    private final DoubleSupplier random;

    private volatile Cell<T> cell;

    private final Object arming = new Object();
    private Scheduler.@Nullable Timer timer; // guarded by arming

    private RefreshingCache(Builder<T> builder) {
        this.loader = builder.loader;
        this.policy = builder.policy;
        this.clock = builder.clock;
        this.scheduler = builder.scheduler;
        this.traits = builder.traits;
        this.listener = builder.listener;
        this.random = builder.random;
        this.cell = Cell.empty(Now.of(clock));
    }

    /**
     * Starts building a cache.
     *
     * @param loader loads the value
     * @param <T> the value's type
     * @return a new builder with the defaults
     */
    public static <T> Builder<T> builder(Loader<T> loader) {
        return new Builder<>(loader);
    }

    /**
     * Loads a value.
     *
     * @param <T> the value's type
     */
    @FunctionalInterface
    public interface Loader<T> {
        /**
         * Loads the value. Called by one thread at a time, each seeing what the one before it did. May block, and must
         * come to an end: those who need the value wait for it, and nobody asks again meanwhile.
         *
         * @return the value and its end; one that has ended already counts as a failure
         * @throws InterruptedException when the thread is interrupted
         */
        Loaded<T> load() throws InterruptedException;
    }

    /**
     * The value; waits for a load when there is none, or none that is valid.
     *
     * @return the value
     * @throws InterruptedException when the caller is interrupted while it waits; the load goes on
     * @throws RuntimeException what the loader threw, the very same for all who waited
     */
    public T get() throws InterruptedException {
        Cell<T> current = cell;
        if (current.isQuiet(clock.epochMillis()) && current.held != null) {
            return current.held.value();
        }
        CompletableFuture<T> answer = answer();
        try {
            return answer instanceof Flight<T> flight ? await(flight) : answer.get();
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        }
    }

    /**
     * The value, without waiting and without throwing.
     *
     * @return a complete future, the same for every call, as long as the value is valid; else one of the caller's own
     *     that completes with the load. What is chained to it runs on the thread of the load and must not block
     */
    public CompletableFuture<T> getAsync() {
        Cell<T> current = cell;
        if (current.isQuiet(clock.epochMillis()) && current.held != null) {
            return current.held.future();
        }
        CompletableFuture<T> answer = answer();
        return answer instanceof Flight<T> flight ? flight.follower() : answer;
    }

    /**
     * The value that is held, without asking for another and whether or not it has ended.
     *
     * @return the value; empty when there is none yet
     */
    public Optional<T> held() {
        Held<T> held = cell.held;
        return held == null ? Optional.empty() : Optional.of(held.value());
    }

    /**
     * Reports that a service has refused the value. If it is the one now held, the next call starts a load and waits
     * for it; should it fail, or should a back-off not allow it yet, the value is served on. Does nothing for another
     * value, or while a load is running. Never blocks.
     *
     * @param refused the {@linkplain Traits#identity identity} of the value
     */
    public void invalidate(Object refused) {
        Cell<T> current = cell;
        while (current.held != null
                && current.flight == null
                && !current.suspect
                && traits.identity(current.held.value()).equals(refused)) {
            if (CELL.compareAndSet(this, current, current.suspected())) {
                return;
            }
            current = cell;
        }
    }

    /**
     * What the cache looks like now.
     *
     * @return a snapshot without the value
     */
    public RefreshStatus status() {
        return cell.status(Now.of(clock));
    }

    /**
     * Ends the refreshing in the background, until the next call: whoever calls afterwards shares the cache with the
     * one who closed it (an SDK client closes the provider it was given), and must not go without. A load that is
     * running goes on. Closing twice is harmless; never blocks.
     */
    @Override
    public void close() {
        Cell<T> current;
        do {
            current = cell;
        } while (!CELL.compareAndSet(this, current, current.closed()));
        arm();
    }

    @Override
    public String toString() {
        return "RefreshingCache(" + status().state() + ")";
    }

    // ---- calls

    /** The way of a call that has something to do or to wait for. A flight is among the answers; it stays inside. */
    @SuppressWarnings("ReferenceEquality") // another failure object is another flight's
    private CompletableFuture<T> answer() {
        Cell<T> first = cell;
        while (true) {
            Cell<T> current = cell;
            Now now = Now.of(clock);
            Held<T> held = current.held;
            boolean mustWait = current.mustWait(now);
            if (current.closed) {
                if (CELL.compareAndSet(this, current, current.reopened())) {
                    arm();
                }
                continue;
            }
            if (current.flight != null) {
                if (held == null || mustWait) {
                    replaceIfDropped(current.flight, now);
                    return current.flight;
                }
            } else if (current.hasClockJumped(now)) {
                CELL.compareAndSet(this, current, current.jumped(now));
                continue;
            } else if (held == null && current.failure != null && current.failure != first.failure) {
                // a flight that ended while this call was on its way is its flight too
                return CompletableFuture.failedFuture(current.failure.cause());
            } else if (current.isDue(now)) {
                Flight<T> mine = start(current, now);
                if (mine == null) {
                    continue;
                }
                Held<T> latest = cell.held; // a scheduler that runs at once has landed it by now
                return latest == null || mustWait ? mine : latest.future();
            }
            if (current.wasSeenLongAgo(now)) {
                CELL.compareAndSet(this, current, current.seen(now));
            }
            Throwable problem = problem(current, now);
            if (problem != null) {
                return CompletableFuture.failedFuture(problem);
            }
            return Objects.requireNonNull(held).future();
        }
    }

    /** Why the value held is not handed out, or null when it is. */
    private @Nullable Throwable problem(Cell<T> current, Now now) {
        Cell.Failure failure = current.failure;
        if (current.held == null) {
            return failure == null ? new IllegalStateException("nothing was loaded") : failure.cause();
        }
        if (current.state(now) != RefreshState.EXPIRED) {
            return null;
        }
        if (failure != null && failure.kind() == FailureKind.FINAL) {
            return failure.cause();
        }
        // between the margin and the stated end there may have been no failure, and nothing better to be had
        boolean served = policy.servePastExpiry() || (failure == null && current.held.at(now) < current.held.end());
        return served ? null : traits.ended(current.held.value(), failure == null ? null : failure.cause());
    }

    private T await(Flight<T> flight) throws InterruptedException, ExecutionException {
        while (true) {
            try {
                return flight.get(Cell.DROPPED_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                replaceIfDropped(flight, Now.of(clock));
            }
        }
    }

    private static RuntimeException rethrown(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
    }

    // ---- flights

    @SuppressWarnings("ReferenceEquality") // there is one shared scheduler
    private @Nullable Flight<T> start(Cell<T> current, Now now) {
        Flight<T> flight = new Flight<>(now);
        if (!CELL.compareAndSet(this, current, current.flying(flight, now))) {
            return null;
        }
        try {
            scheduler.execute(
                    new Runnable() { // no lambda: the first of a process costs more than all the rest here
                        @Override
                        public void run() {
                            fly(flight);
                        }
                    });
        } catch (Throwable e) { // whatever it is, somebody may be waiting
            if (flight.claim()) {
                land(flight, null, e);
            }
        }
        if (!flight.isClaimed() && scheduler != Scheduler.shared()) {
            arm(); // a given executor may drop what it has accepted
        }
        return flight;
    }

    private void fly(Flight<T> flight) {
        if (!flight.claim()) {
            return;
        }
        Loaded<T> loaded = null;
        Throwable failure = null;
        try {
            loaded = loader.load();
            if (loaded == null) {
                failure = new IllegalStateException("the loader gave nothing");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = e;
        } catch (Throwable e) { // the waiters' failure; a thread of a pool has no use for it
            failure = e;
        }
        land(flight, loaded, failure);
    }

    private void replaceIfDropped(Flight<T> flight, Now now) {
        if (!flight.isClaimed() && now.millisSince(flight.started) >= Cell.DROPPED_MILLIS && flight.claim()) {
            land(flight, null, new RejectedExecutionException("the executor has not begun the load in time"));
        }
    }

    /** A flight that has ended: the cell before and after, and why there is no value for who waited, if there is none. */
    private record Landing<T>(
            Cell<T> before,
            Cell<T> after,
            Now now,
            @Nullable Throwable problem) {}

    /**
     * Ends a flight. The order matters: first the cell, so that who is answered finds it as it is; then the threads
     * that wait; then the next timer, before anything foreign can block; callbacks and the listener last.
     */
    private void land(Flight<T> flight, @Nullable Loaded<T> loaded, @Nullable Throwable failure) {
        Landing<T> landing;
        try {
            landing = landing(loaded, failure);
        } catch (Throwable e) { // a function that was given has failed: not the fault of those who wait
            landing = crashed(flight, failure == null ? e : failure);
        }
        settle(flight, landing);
        try {
            arm();
        } finally {
            settle(flight.callbacks, landing);
            tell(flight, landing);
        }
    }

    private Landing<T> landing(@Nullable Loaded<T> loaded, @Nullable Throwable failure) {
        Now now = Now.of(clock);
        double dice = random.getAsDouble();
        Held<T> held = cell.held; // changes by landings only, and there is one at a time
        Held<T> same = null;
        Held<T> next = null;
        Throwable reason = failure;
        FailureKind kind = FailureKind.UPSTREAM;
        if (reason == null && loaded != null && Held.end(loaded) <= now.wall()) {
            reason = traits.ended(loaded.value(), null);
        }
        if (reason != null) {
            kind = kind(reason);
        } else if (loaded != null && held != null && isSame(held, loaded)) {
            same = held.end() == Held.NEVER
                    ? Held.of(Loaded.of(held.value(), null), policy, now, dice)
                    : held.confirmed(now);
        } else if (loaded != null) {
            next = Held.of(loaded, policy, now, dice);
        }
        Cell<T> before;
        Cell<T> after;
        do {
            before = cell;
            if (next != null) {
                after = before.stored(next, now);
            } else if (same != null) {
                after = before.unchanged(same, now, dice);
            } else {
                Throwable cause = Objects.requireNonNull(reason);
                after = before.failed(cause, kind, policy.servePastExpiry(), policy.backoff(), now, dice);
            }
        } while (!CELL.compareAndSet(this, before, after));
        return new Landing<>(before, after, now, problem(after, now));
    }

    /** The landing without any help from outside. */
    private Landing<T> crashed(Flight<T> flight, Throwable cause) {
        Now now = flight.started;
        Cell<T> before;
        Cell<T> after;
        do {
            before = cell;
            after = before.flight == flight ? before.crashed(cause, now) : before;
        } while (!CELL.compareAndSet(this, before, after));
        return new Landing<>(before, after, now, after.mustWait(now) ? cause : null);
    }

    private boolean isSame(Held<T> held, Loaded<T> loaded) {
        return held.endsAt(Held.end(loaded)) && traits.identity(held.value()).equals(traits.identity(loaded.value()));
    }

    private FailureKind kind(Throwable failure) {
        // an executor that is full or ends its threads is this machine's affair
        return failure instanceof InterruptedException || failure instanceof RejectedExecutionException
                ? FailureKind.LOCAL
                : Objects.requireNonNull(traits.kind(failure));
    }

    private static <T> void settle(CompletableFuture<T> future, Landing<T> landing) {
        if (landing.problem() != null) {
            future.completeExceptionally(landing.problem());
        } else {
            future.complete(Objects.requireNonNull(landing.after().held).value());
        }
    }

    @SuppressWarnings("ReferenceEquality") // a source that confirms the value leaves the very object in place
    private void tell(Flight<T> flight, Landing<T> landing) {
        Cell.Failure earlier = landing.before().failure;
        Cell.Failure failure = landing.after().failure;
        Held<T> held = landing.after().held;
        if (held != null) {
            log(held, earlier, failure);
        }
        try {
            listener.loaded(
                    Duration.ofMillis(landing.now().millisSince(flight.started)),
                    failure == null ? null : failure.cause());
            if (failure != null) {
                Instant nextTry = landing.after().nextTry(landing.now()).orElse(null);
                listener.refreshFailed(failure.count(), failure.cause(), failure.kind(), nextTry);
                if (held != null && failure.servingExpired() && (earlier == null || !earlier.servingExpired())) {
                    listener.servingExpired(held.value());
                }
            } else if (held != null) {
                if (landing.before().held == null || landing.before().held.value() != held.value()) {
                    listener.refreshed(held.value());
                }
                if (earlier != null) {
                    listener.recovered(held.value());
                }
            }
        } catch (Throwable e) { // a listener that throws harms nothing
        }
    }

    /** An outage is told when it begins, when the value ends in it, and when it is over. */
    private void log(Held<T> held, Cell.@Nullable Failure earlier, Cell.@Nullable Failure failure) {
        String who = "Credentials " + traits.identity(held.value());
        if (failure != null && earlier == null) {
            log(
                    Level.WARNING,
                    who + " could not be refreshed, and are served on; it is tried again. " + text(failure.cause()));
        }
        if (failure != null && failure.servingExpired() && (earlier == null || !earlier.servingExpired())) {
            log(
                    Level.WARNING,
                    who + " have ended, and are served for want of others: services may refuse them. "
                            + text(failure.cause()));
        }
        if (failure == null && earlier != null) {
            log(Level.INFO, who + " are fresh, after loads had failed");
        }
    }

    private static String text(Throwable failure) {
        String text = String.valueOf(failure.getMessage());
        return text.length() > LONGEST_TEXT ? text.substring(0, LONGEST_TEXT) + "..." : text;
    }

    private static void log(Level level, String message) {
        try {
            System.getLogger("io.lanyard").log(level, message);
        } catch (RuntimeException | Error e) { // whoever waits for credentials is not to wait for a log
        }
    }

    // ---- the timer

    private void arm() {
        synchronized (arming) { // so that the last to arm has seen the latest cell
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
            long millis = cell.millisToWake(Now.of(clock));
            if (millis < 0) {
                return;
            }
            Duration delay = Duration.ofMillis(Math.min(millis, Cell.HEARTBEAT_MILLIS));
            try {
                timer = scheduler.schedule(this, RefreshingCache::tick, delay);
            } catch (RuntimeException | Error e) { // without a timer it is the calls that start a refresh
            }
        }
    }

    private void tick() {
        while (true) {
            Cell<T> current = cell;
            Now now = Now.of(clock);
            long millis = current.millisToWake(now);
            if (current.flight != null) {
                replaceIfDropped(current.flight, now);
                return; // who lands it arms the next timer
            }
            if (current.hasClockJumped(now)) {
                CELL.compareAndSet(this, current, current.jumped(now));
            } else if (millis > 0) {
                CELL.compareAndSet(this, current, current.seen(now));
                arm();
                return;
            } else if (millis < 0 || start(current, now) != null) {
                return;
            }
        }
    }

    /**
     * Builds a {@link RefreshingCache}. Not safe for use by several threads at once.
     *
     * @param <T> the value's type
     */
    public static final class Builder<T> {
        private final Loader<T> loader;
        private RefreshPolicy policy = RefreshPolicy.standard();
        private Clock clock = Clock.system();
        private Scheduler scheduler = Scheduler.shared();
        private Traits<? super T> traits = new Traits<T>() {};
        private RefreshListener<? super T> listener = new RefreshListener<T>() {};
        private DoubleSupplier random = new Dice();

        private Builder(Loader<T> loader) {
            this.loader = Objects.requireNonNull(loader, "loader");
        }

        /**
         * Sets when the value is refreshed. Default: {@link RefreshPolicy#standard()}.
         *
         * @param policy the policy
         * @return this builder
         */
        public Builder<T> policy(RefreshPolicy policy) {
            this.policy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets the clock. Default: the machine's.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder<T> clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Sets what runs the loads and the timer. Default: the shared daemon threads.
         *
         * @param scheduler the scheduler
         * @return this builder
         */
        public Builder<T> scheduler(Scheduler scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        /**
         * Sets what the cache is to know of its values and failures. Default: values are told apart by {@code equals},
         * and every failure is the source's.
         *
         * @param traits the traits
         * @return this builder
         */
        public Builder<T> traits(Traits<? super T> traits) {
            this.traits = Objects.requireNonNull(traits, "traits");
            return this;
        }

        /**
         * Sets who hears of refreshes. Default: nobody.
         *
         * @param listener the listener
         * @return this builder
         */
        public Builder<T> listener(RefreshListener<? super T> listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Sets where jitter comes from. Default: the thread's random numbers.
         *
         * @param random gives numbers from 0 (inclusive) to 1 (exclusive), on any thread
         * @return this builder
         */
        public Builder<T> random(DoubleSupplier random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /**
         * Builds the cache. Loads nothing and starts nothing.
         *
         * @return an empty cache
         */
        public RefreshingCache<T> build() {
            return new RefreshingCache<>(this);
        }
    }

    private static final class Dice implements DoubleSupplier {
        @Override
        public double getAsDouble() {
            return ThreadLocalRandom.current().nextDouble();
        }
    }
}
