// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.CredentialsException;
import io.lanyard.RefreshState;
import io.lanyard.internal.FailureText;
import io.lanyard.internal.Log;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The completion of one load: computes the state after it and installs it; then, as a task, completes the futures and
 * delivers the events. It is allocated before the state changes, so that an {@code Error} cannot lose it.
 */
final class Completion<T> implements Runnable {
    private final RefreshingCache<T> cache;
    private final InFlightLoad<T> load;
    private final Now now;

    // what the load brought: a value, which may be the cached one, or a failure
    private final @Nullable CachedValue<T> value;
    private final @Nullable CredentialsException failure;
    private final double jitter;
    private boolean unchanged; // the value is the cached one
    private boolean lost; // an error has stopped the owner of the load

    private CacheState<T> before;
    private CacheState<T> after;
    private boolean futuresDone;

    private Completion(
            InFlightLoad<T> load,
            Now now,
            @Nullable CachedValue<T> value,
            @Nullable CredentialsException failure,
            double jitter) {
        this.cache = load.cache;
        this.load = load;
        this.now = now;
        this.value = value;
        this.failure = failure;
        this.jitter = jitter;
        this.before = cache.state;
        this.after = before;
    }

    /** Creates the completion of a load that has returned or failed. Calls functions of the application. */
    static <T> Completion<T> of(
            InFlightLoad<T> load, @Nullable Loaded<T> loaded, @Nullable CredentialsException failure) {
        RefreshingCache<T> cache = load.cache;
        Now now = Now.of(cache.clock);
        double jitter = cache.random.nextDouble();
        if (failure != null || loaded == null) {
            return new Completion<>(load, now, null, Objects.requireNonNull(failure), jitter);
        }
        long expires = CachedValue.expires(loaded);
        if (expires <= now.wall()) {
            return new Completion<>(load, now, null, CacheFailures.expired(expires, null), jitter);
        }
        CachedValue<T> cached = cache.state.cached; // changes with the load in flight only, and there is one at a time
        if (cached == null || !cached.isSameAs(loaded)) {
            return new Completion<>(load, now, CachedValue.of(loaded, cache.policy, now, jitter), null, jitter);
        }
        CachedValue<T> confirmed = cached.expires() == CachedValue.NEVER
                ? CachedValue.of(loaded, cache.policy, now, jitter).withValueOf(cached)
                : cached.confirmed(now);
        Completion<T> completion = new Completion<>(load, now, confirmed, null, jitter);
        completion.unchanged = true;
        return completion;
    }

    /** Creates the completion of a load that an error has stopped. Calls no function of the application, nor the clock. */
    static <T> Completion<T> ofLost(InFlightLoad<T> load, CredentialsException failure, Now now) {
        Completion<T> completion = new Completion<>(load, now, null, failure, 0);
        completion.lost = true;
        return completion;
    }

    /**
     * Replaces the cache's state with the one after the load.
     *
     * @return false when another thread has completed the load
     */
    @SuppressWarnings("ReferenceEquality") // a load is equal to itself alone
    boolean replaceState() {
        do {
            before = cache.state;
            if (before.load != load) {
                return false;
            }
            after = stateAfter(before);
        } while (!cache.replace(before, after));
        return true;
    }

    private CacheState<T> stateAfter(CacheState<T> current) {
        if (failure != null) {
            return lost
                    ? current.crashed(failure, now)
                    : current.failed(failure, cache.servesStale(), cache.policy.backoff(), now, jitter);
        }
        CachedValue<T> loaded = Objects.requireNonNull(value);
        return unchanged ? current.unchanged(loaded, now, jitter) : current.stored(loaded, now);
    }

    /** Completes the futures, and then delivers itself as an event. */
    @Override
    public void run() {
        if (futuresDone) {
            announce();
            return;
        }
        futuresDone = true;
        try {
            CachedValue<T> cached = after.cached;
            load.completeFutures(cached == null ? null : cached.value(), cache.problem(after, now));
        } finally {
            cache.events.deliver(this);
        }
    }

    @SuppressWarnings("ReferenceEquality") // a source that confirms the value leaves the very object in place
    private void announce() {
        CacheState.Failure earlier = before.failure;
        CacheState.Failure latest = after.failure;
        CachedValue<T> cached = after.cached;
        if (cached != null) {
            log("Credentials " + cached.identity(), earlier, latest, cached.state(now));
        }
        cache.loader.report(cache.listener);
        cache.listener.loaded(
                Duration.ofMillis(now.millisSince(load.started)),
                latest == null ? null : latest.cause().category());
        if (latest != null) {
            Instant nextLoad = after.nextLoad(now, cache.background).orElse(null);
            cache.listener.refreshFailed(latest.count(), latest.cause().category(), nextLoad);
            if (cached != null && latest.servingStale() && (earlier == null || !earlier.servingStale())) {
                cache.listener.servingStale(cached.identity(), cached.expiration());
            }
        } else if (cached != null) {
            if (before.cached == null || before.cached.value() != cached.value()) {
                cache.listener.refreshed(cached.identity(), cached.expiration());
            }
            if (earlier != null) {
                cache.listener.recovered(cached.identity());
            }
        }
    }

    /** Logs an outage when it begins, when the credentials expire in it, and when it is over. */
    private static void log(
            String credentials,
            CacheState.@Nullable Failure earlier,
            CacheState.@Nullable Failure latest,
            RefreshState state) {
        if (latest != null && earlier == null && state == RefreshState.EXPIRED && !latest.servingStale()) {
            Log.warn(credentials + " have expired and could not be refreshed. Calls fail until a load succeeds; Lanyard"
                    + " retries. " + FailureText.of(latest.cause()));
        } else if (latest != null && earlier == null) {
            Log.warn(credentials + " could not be refreshed. Lanyard keeps serving them and retries. "
                    + FailureText.of(latest.cause()));
        }
        if (latest != null && latest.servingStale() && (earlier == null || !earlier.servingStale())) {
            Log.warn(credentials + " have expired and no newer ones could be loaded; still serving them. AWS may reject"
                    + " requests. " + FailureText.of(latest.cause()));
        }
        if (latest == null && earlier != null) {
            Log.info(credentials + " are fresh again after failed loads");
        }
    }
}
