// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.RefreshState;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A value, and the moments of its life, fixed when it was stored. Moments are milliseconds of the time of day.
 *
 * @param value the value
 * @param identity what logs, events and rejections call it
 * @param future the value, ready to be handed out
 * @param stored when it was last known to be good for the rest of its life
 * @param advisory when a refresh is due
 * @param mandatory when it becomes urgent
 * @param expired when the value counts as expired
 * @param end when it ends; {@link #NEVER} when it does not
 */
record CachedValue<T>(
        T value,
        String identity,
        CompletableFuture<T> future,
        Now stored,
        long advisory,
        long mandatory,
        long expired,
        long end) {

    /** Far beyond every clock, and safe to calculate with. */
    static final long NEVER = Long.MAX_VALUE / 4;

    /** Two statements of one end may differ by the fraction of a second that one of them lacks. */
    private static final long SAME_END_MILLIS = 2_000;

    static <T> CachedValue<T> of(Loaded<T> loaded, RefreshPolicy policy, Now now, double random) {
        long end = end(loaded);
        long life = end - now.wall();
        if (end == NEVER) {
            long interval = Now.millis(policy.recheckInterval());
            long advisory = now.wall() + earlier(interval, interval / 10, random);
            return cached(loaded, now, advisory, NEVER, NEVER, NEVER);
        }
        // a third: the agents' shortest lives, 15 s, still have the whole margin, and shorter ones can be used at all
        long margin = Math.min(Now.millis(policy.expirationMargin()), life / 3);
        Duration seen = Duration.ofMillis(life);
        long lead = life - Now.millis(policy.advisoryWindow(seen));
        long jitter = Now.millis(policy.advisoryJitter(seen));
        if (lead < life / 4) {
            lead = life / 2; // the window leaves next to nothing: relative to the life seen, so that none loops
            jitter = lead / 10;
        }
        lead = Math.min(lead, life - margin);
        long advisory = now.wall() + earlier(lead, jitter, random);
        long mandatory = Math.max(now.wall() + lead, end - Now.millis(policy.mandatoryWindow()));
        return cached(loaded, now, advisory, Math.min(mandatory, end - margin), end - margin, end);
    }

    private static <T> CachedValue<T> cached(
            Loaded<T> loaded, Now now, long advisory, long mandatory, long expired, long end) {
        T value = loaded.value();
        CompletableFuture<T> future = CompletableFuture.completedFuture(value);
        return new CachedValue<>(value, loaded.identity(), future, now, advisory, mandatory, expired, end);
    }

    /** Jitter moves a refresh earlier and never later. */
    private static long earlier(long lead, long jitter, double random) {
        return lead - (long) (jitter * random);
    }

    static long end(Loaded<?> loaded) {
        Instant end = loaded.expiration().orElse(null);
        if (end == null || end.getEpochSecond() >= NEVER / 1000) {
            return NEVER;
        }
        return end.getEpochSecond() < 0 ? 0 : end.toEpochMilli();
    }

    /** The expiration by the local clock, or null when the value does not expire. */
    @Nullable
    Instant expiration() {
        return end == NEVER ? null : Instant.ofEpochMilli(end);
    }

    /** This lifetime for the very object that is cached already, which equals this one's. */
    CachedValue<T> withValueOf(CachedValue<T> cached) {
        return new CachedValue<>(cached.value, identity, cached.future, stored, advisory, mandatory, expired, end);
    }

    /** The same life, which the source has just confirmed by the clocks of now. */
    CachedValue<T> confirmed(Now now) {
        return new CachedValue<>(value, identity, future, now, advisory, mandatory, expired, end);
    }

    /** Whether a load brought the same again, secrets and stated expiration included. */
    boolean isSameAs(Loaded<T> loaded) {
        return Math.abs(end - end(loaded)) <= SAME_END_MILLIS && value.equals(loaded.value());
    }

    /**
     * The time of day as far as this value is concerned: by whichever clock more of its life is over. A clock that is
     * set back does not prolong it, and a machine's sleep, which elapsed time may not count, does not either.
     */
    long at(Now now) {
        return Math.max(now.wall(), stored.wall() + now.millisSince(stored));
    }

    RefreshState state(Now now) {
        long moment = at(now);
        if (moment >= expired) {
            return RefreshState.EXPIRED;
        }
        if (moment >= mandatory) {
            return moment >= advisory ? RefreshState.MANDATORY : RefreshState.FRESH;
        }
        return moment >= advisory ? RefreshState.ADVISORY : RefreshState.FRESH;
    }
}
