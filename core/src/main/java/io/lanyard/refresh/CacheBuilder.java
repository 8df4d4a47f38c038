// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.CredentialsListener;
import io.lanyard.spi.Clock;
import io.lanyard.spi.RandomSource;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link RefreshingCache}. Not safe for use by several threads at once.
 *
 * @param <T> the value's type
 */
public final class CacheBuilder<T> {
    private static final Duration LOAD_TIMEOUT = Duration.ofSeconds(30);

    private static final CredentialsListener NO_LISTENER = new CredentialsListener() {};

    final Loader<T> loader;
    String name = "a cached value";
    RefreshPolicy policy = RefreshPolicy.standard();
    Duration loadTimeout = LOAD_TIMEOUT;
    Clock clock = Clock.system();
    Scheduler scheduler = Scheduler.shared();

    @Nullable
    Executor executor;

    boolean background = true;
    CredentialsListener listener = NO_LISTENER;
    RandomSource random = RandomSource.system();

    CacheBuilder(Loader<T> loader) {
        this.loader = Objects.requireNonNull(loader, "loader");
    }

    /**
     * Sets when the value is refreshed. Default: {@link RefreshPolicy#standard()}.
     *
     * @param policy the policy
     * @return this builder
     */
    public CacheBuilder<T> policy(RefreshPolicy policy) {
        this.policy = Objects.requireNonNull(policy, "policy");
        return this;
    }

    /**
     * Sets the clock. Default: {@link Clock#system()}.
     *
     * @param clock the clock
     * @return this builder
     */
    public CacheBuilder<T> clock(Clock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
        return this;
    }

    /**
     * Sets the name of the value in messages.
     *
     * @param name for example {@code the container credentials}
     * @return this builder
     */
    public CacheBuilder<T> name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Sets how long a load may take before it is abandoned: half a second later its waiters are answered as if it had
     * failed, its result is ignored, and the next load may start. Default: 30 s.
     *
     * @param loadTimeout a positive duration
     * @return this builder
     */
    public CacheBuilder<T> loadTimeout(Duration loadTimeout) {
        if (loadTimeout.isNegative() || loadTimeout.isZero()) {
            throw new IllegalArgumentException("loadTimeout must be positive but is " + loadTimeout);
        }
        this.loadTimeout = loadTimeout;
        return this;
    }

    /**
     * Sets the threads and timers. Default: {@link Scheduler#shared()}.
     *
     * @param scheduler the scheduler, which never runs a task on the thread that submits it, nor on the timer's
     * @return this builder
     */
    public CacheBuilder<T> scheduler(Scheduler scheduler) {
        this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
        return this;
    }

    /**
     * Runs the loads on an application's executor. What it rejects, or has not begun within half a second, runs on
     * the scheduler instead; timers and the watchdog always do. Default: the scheduler.
     *
     * @param executor the executor, which is never shut down by the cache; null for the default
     * @return this builder
     */
    public CacheBuilder<T> executor(@Nullable Executor executor) {
        this.executor = executor;
        return this;
    }

    /**
     * Sets whether the value is refreshed in the background, also when nothing calls. Default: true. Without, a load starts with a call
     * alone; what is in flight is watched over all the same.
     *
     * @param background false to load on calls alone
     * @return this builder
     */
    public CacheBuilder<T> background(boolean background) {
        this.background = background;
        return this;
    }

    /**
     * Sets the listener for refreshes. Default: none.
     *
     * @param listener the listener, or null for none
     * @return this builder
     */
    public CacheBuilder<T> listener(@Nullable CredentialsListener listener) {
        this.listener = listener == null ? NO_LISTENER : listener;
        return this;
    }

    /**
     * Sets the random numbers for jitter. Default: {@link RandomSource#system()}.
     *
     * @param random the random numbers
     * @return this builder
     */
    public CacheBuilder<T> random(RandomSource random) {
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
