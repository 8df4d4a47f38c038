// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.CredentialsException;
import java.time.Duration;
import java.time.Instant;

/** A completed load, with the state before and after: completes the futures and delivers the events. */
final class Completion<T> implements Runnable {
    private final RefreshingCache<T> cache;
    private final InFlightLoad<T> load;
    private final Now now;
    CacheState<T> before;
    CacheState<T> after;
    private boolean futuresDone;

    Completion(RefreshingCache<T> cache, InFlightLoad<T> load, Now now) {
        this.cache = cache;
        this.load = load;
        this.now = now;
        this.before = cache.state();
        this.after = before;
    }

    @Override
    public void run() {
        if (futuresDone) {
            announce();
            return;
        }
        futuresDone = true;
        try {
            completeFutures();
        } finally {
            cache.events.deliver(this);
        }
    }

    private void completeFutures() {
        CredentialsException problem = cache.problem(after, now);
        CachedValue<T> cached = after.cached;
        if (problem == null && cached == null) {
            problem = CacheFailures.lost(cache.name());
        }
        load.completeFutures(cached == null ? null : cached.value(), problem);
    }

    @SuppressWarnings("ReferenceEquality") // a source that confirms the value leaves the very object in place
    private void announce() {
        CacheState.Failure earlier = before.failure;
        CacheState.Failure failure = after.failure;
        CachedValue<T> cached = after.cached;
        if (cached != null) {
            OutageLog.log(cached.identity(), earlier, failure);
        }
        cache.loader.report(cache.listener);
        cache.listener.loaded(
                Duration.ofMillis(now.millisSince(load.started)),
                failure == null ? null : failure.cause().category());
        if (failure != null) {
            Instant nextLoad = after.nextLoad(now, cache.background).orElse(null);
            cache.listener.refreshFailed(failure.count(), failure.cause().category(), nextLoad);
            if (cached != null && failure.servingStale() && (earlier == null || !earlier.servingStale())) {
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
}
