// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.RefreshState;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A value, and the moments of its lifetime, fixed when it was stored. Moments are milliseconds of the time of day.
 *
 * @param value the value
 * @param identity the name in logs, events and rejections
 * @param future the value, ready to be returned
 * @param stored when it was last known to be good for the rest of its lifetime
 * @param advisory when a refresh is due
 * @param mandatory when it becomes urgent
 * @param unusable when the value counts as expired, a margin earlier
 * @param expires when it expires; {@link #NEVER} when it does not
 */
record CachedValue<T>(
        T value,
        String identity,
        CompletableFuture<T> future,
        Now stored,
        long advisory,
        long mandatory,
        long unusable,
        long expires) {

    /** Far beyond every clock, and safe to calculate with. */
    static final long NEVER = Long.MAX_VALUE / 4;

    /** Two statements of one expiration may differ by the fraction of a second that one of them lacks. */
    private static final long SAME_EXPIRATION_MILLIS = 2_000;

    static <T> CachedValue<T> of(Loaded<T> loaded, RefreshPolicy policy, Now now, double random) {
        long expires = expires(loaded);
        long lifetime = expires - now.wall();
        if (expires == NEVER) {
            long interval = Now.millis(policy.recheckInterval());
            long advisory = now.wall() + earlier(interval, interval / 10, random);
            return cached(loaded, now, advisory, NEVER, NEVER, NEVER);
        }
        // a third: the shortest lifetimes of the agents, 15 s, have the whole margin, and shorter ones remain usable
        long margin = Math.min(Now.millis(policy.expirationMargin()), lifetime / 3);
        Duration seen = Duration.ofMillis(lifetime);
        long lead = lifetime - Now.millis(policy.advisoryWindow(seen));
        long jitter = Now.millis(policy.advisoryJitter(seen));
        if (lead < lifetime / 4) {
            lead = lifetime / 2; // the window leaves next to nothing: relative to the lifetime seen, so that none loops
            jitter = lead / 10;
        }
        lead = Math.min(lead, lifetime - margin);
        long advisory = now.wall() + earlier(lead, jitter, random);
        long mandatory = Math.max(now.wall() + lead, expires - Now.millis(policy.mandatoryWindow()));
        return cached(loaded, now, advisory, Math.min(mandatory, expires - margin), expires - margin, expires);
    }

    private static <T> CachedValue<T> cached(
            Loaded<T> loaded, Now now, long advisory, long mandatory, long unusable, long expires) {
        T value = loaded.value();
        CompletableFuture<T> future = CompletableFuture.completedFuture(value);
        return new CachedValue<>(value, loaded.identity(), future, now, advisory, mandatory, unusable, expires);
    }

    /** Jitter moves a refresh earlier and never later. */
    private static long earlier(long lead, long jitter, double random) {
        return lead - (long) (jitter * random);
    }

    static long expires(Loaded<?> loaded) {
        Instant stated = loaded.expiration().orElse(null);
        if (stated == null || stated.getEpochSecond() >= NEVER / 1000) {
            return NEVER;
        }
        return stated.getEpochSecond() < 0 ? 0 : stated.toEpochMilli();
    }

    /** Returns the expiration by the local clock; null when the value does not expire. */
    @Nullable
    Instant expiration() {
        return expires == NEVER ? null : Instant.ofEpochMilli(expires);
    }

    /** Returns this lifetime with the cached object, which is equal to this value. */
    CachedValue<T> withValueOf(CachedValue<T> cached) {
        return new CachedValue<>(cached.value, identity, cached.future, stored, advisory, mandatory, unusable, expires);
    }

    /** Returns this value, confirmed by the source at the given time. */
    CachedValue<T> confirmed(Now now) {
        return new CachedValue<>(value, identity, future, now, advisory, mandatory, unusable, expires);
    }

    /** Whether a load returned this value again, with the same secrets and stated expiration. */
    boolean isSameAs(Loaded<T> loaded) {
        return Math.abs(expires - expires(loaded)) <= SAME_EXPIRATION_MILLIS && value.equals(loaded.value());
    }

    /**
     * Returns the time of day for this value, by the clock that says that more of its lifetime has passed. A clock that is
     * set back does not prolong it, nor does a suspended machine, which elapsed time may not count.
     */
    long at(Now now) {
        return Math.max(now.wall(), stored.wall() + now.millisSince(stored));
    }

    RefreshState state(Now now) {
        long moment = at(now);
        if (moment >= unusable) {
            return RefreshState.EXPIRED;
        }
        if (moment >= mandatory) {
            return moment >= advisory ? RefreshState.MANDATORY : RefreshState.FRESH;
        }
        return moment >= advisory ? RefreshState.ADVISORY : RefreshState.FRESH;
    }
}
