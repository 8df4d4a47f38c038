// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.CredentialsException;
import io.lanyard.FailureKind;
import io.lanyard.RefreshState;
import io.lanyard.RefreshStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything a cache knows at one moment. Immutable, so one volatile read sees all of it, and every change is one function
 * from the state before to the state after, which the cache installs by compare-and-swap.
 *
 * <pre>
 * change        when                                          effect
 * ------------  --------------------------------------------  --------------------------------------------------------
 * loading       a load starts                                 the load is in flight; the value stays
 * stored        it returned newer credentials                 they replace the value; failures and rejection are over
 * unchanged     it returned the cached ones again             they are confirmed; the next load waits for half of the rest
 * failed        it failed, or was abandoned                   the value stays; back-off decides when the next may start
 * crashed       an Error stopped its completion               as failed, with nothing calculated but the pause
 * jumped        wall clock and elapsed time disagree          a load is due now
 * seen          they agree                                    both are noted, to be compared with the next time
 * suspected     a service has rejected the value              the next call loads and waits
 * closed        the cache was closed                          no timer; everything else stays
 * reopened      a call came afterwards                        as before it was closed
 * </pre>
 *
 * <p>Invariants: at most one load is in flight; a value is replaced by a newer one and never removed; only
 * {@link #loading} sets a load, and only stored, unchanged, failed and crashed clear it.
 */
final class CacheState<T> {

    /** How often, at the latest, the clocks are compared: by a timer, or by the first call after it should have fired. */
    static final long HEARTBEAT_MILLIS = 60_000;

    /** A call compares the clocks after this, and earlier when the time of day has moved by more. */
    private static final long HORIZON_MILLIS = HEARTBEAT_MILLIS + 10_000;

    /** Callers get a remembered permanent failure for 1 to 5 s, so that a caller in a loop does not load each time. */
    private static final long REMEMBERED_FROM_MILLIS = 1_000;

    private static final long REMEMBERED_TO_MILLIS = 5_000;

    /** After a load that returned the cached value before a refresh was due, another one so soon is of no use. */
    private static final long UNCHANGED_EARLY_MILLIS = 60_000;

    private static final long UNCHANGED_SHORTEST_MILLIS = 1_000;

    private static final long CRASHED_MILLIS = 5_000;

    /** Without a value, back-off starts small: a source that starts up is loaded from again within a second or two. */
    private static final long EMPTY_FIRST_MILLIS = 500;

    /**
     * The last failures in a row.
     *
     * @param rejection the last permanent failure among them, in force until a load succeeds
     */
    record Failure(
            CredentialsException cause,
            int count,
            boolean servingStale,
            @Nullable CredentialsException rejection) {}

    /** What has happened so far. */
    record Counts(long refreshes, long unchanged, long failures) {}

    final @Nullable CachedValue<T> cached;
    final @Nullable InFlightLoad<T> load;
    final @Nullable Failure failure;
    /** A service has rejected the value: calls wait for the next load, whatever its result. */
    final boolean suspect;
    /** A load is due before the refresh window: the last one failed, or the clock has jumped. */
    final boolean demanded;

    final boolean closed;

    private final long nextCall;
    private final long nextWake;
    private final Now seen;
    private final Counts counts;
    private final long quietFrom;
    private final long quietSpan;

    private CacheState(
            @Nullable CachedValue<T> cached,
            @Nullable InFlightLoad<T> load,
            @Nullable Failure failure,
            boolean suspect,
            boolean demanded,
            boolean closed,
            long nextCall,
            long nextWake,
            Now seen,
            Counts counts) {
        this.cached = cached;
        this.load = load;
        this.failure = failure;
        this.suspect = suspect;
        this.demanded = demanded;
        this.closed = closed;
        this.nextCall = nextCall;
        this.nextWake = nextWake;
        this.seen = seen;
        this.counts = counts;
        long quiet = Math.min(millisOfQuiet(), HORIZON_MILLIS);
        this.quietFrom = seen.wall() - Now.TOLERANCE_MILLIS;
        this.quietSpan = quiet <= 0 ? 0 : quiet + Now.TOLERANCE_MILLIS;
    }

    static <T> CacheState<T> empty(Now now) {
        return new CacheState<>(
                null, null, null, false, false, false, now.nanos(), now.nanos(), now, new Counts(0, 0, 0));
    }

    /**
     * Whether a call only has to take the value: the hot path. One comparison for both directions, so
     * that a clock that was set back is noticed as well.
     */
    boolean isQuiet(long wall) {
        return Long.compareUnsigned(wall - quietFrom, quietSpan) < 0;
    }

    private long millisOfQuiet() {
        if (cached == null || closed || (suspect && load != null)) {
            return 0;
        }
        long moment = cached.at(seen);
        long quiet = cached.unusable() - moment;
        if (load == null) {
            long due = suspect || demanded ? 0 : cached.advisory() - moment;
            quiet = Math.min(quiet, Math.max(due, seen.millisUntil(nextCall)));
        }
        return quiet;
    }

    RefreshState state(Now now) {
        return cached == null ? RefreshState.EMPTY : cached.state(now);
    }

    /** Whether a call has to wait for a load, if one runs or may be started. Not once stale values have been served. */
    boolean mustWait(Now now) {
        boolean servingStale = failure != null && failure.servingStale();
        return cached == null || suspect || (cached.at(now) >= cached.unusable() && !servingStale);
    }

    /** Whether a call is to start a load. */
    boolean isDue(Now now) {
        boolean wanted = cached == null || suspect || isWanted(cached, now);
        return load == null && wanted && now.nanos() - nextCall >= 0;
    }

    private boolean isWanted(CachedValue<T> known, Now now) {
        return demanded || known.at(now) >= known.advisory();
    }

    /** Returns how long until the timer has something to do; negative when it has not. */
    long millisToWake(Now now) {
        if (load != null) {
            return load.millisToCheck(now);
        }
        if (cached == null || closed) {
            return -1;
        }
        long due = isWanted(cached, now) ? 0 : cached.advisory() - cached.at(now);
        return Math.max(due, now.millisUntil(nextWake));
    }

    boolean hasClockJumped(Now now) {
        return cached != null && load == null && now.hasJumpedSince(seen);
    }

    boolean wasSeenLongAgo(Now now) {
        return now.millisSince(seen) >= HEARTBEAT_MILLIS;
    }

    Optional<Instant> nextLoad(Now now, boolean background) {
        long millis = load != null || !background ? -1 : millisToWake(now);
        return millis < 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(now.wall() + millis));
    }

    RefreshStatus status(Now now, boolean background) {
        return new RefreshStatus(
                state(now),
                moment(cached == null ? CachedValue.NEVER : cached.expires()),
                moment(cached == null ? CachedValue.NEVER : cached.advisory()),
                moment(cached == null ? CachedValue.NEVER : cached.mandatory()),
                load != null,
                closed,
                failure == null ? 0 : failure.count(),
                Optional.ofNullable(failure).map(Failure::cause),
                failure != null && failure.servingStale(),
                nextLoad(now, background),
                counts.refreshes(),
                counts.unchanged(),
                counts.failures());
    }

    private static Optional<Instant> moment(long millis) {
        return millis == CachedValue.NEVER ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    CacheState<T> loading(InFlightLoad<T> next, Now now) {
        return new CacheState<>(cached, next, failure, suspect, demanded, closed, nextCall, nextWake, now, counts);
    }

    /** A load returned a newer value. */
    CacheState<T> stored(CachedValue<T> next, Now now) {
        Counts counted = new Counts(counts.refreshes() + 1, counts.unchanged(), counts.failures());
        return new CacheState<>(next, null, null, false, false, closed, now.nanos(), now.nanos(), now, counted);
    }

    /**
     * A load returned the cached value again. The source renews it at a time of its own, at the latest shortly
     * before it expires: each pause is up to half of what is left, so that a load falls into the last half of any final
     * stretch (the EKS agent renews a target role's credentials 15 s before they expire), and none runs past the margin
     * or the stated expiration, where newer ones are needed.
     */
    CacheState<T> unchanged(CachedValue<T> confirmed, Now now, double random) {
        long call = UNCHANGED_EARLY_MILLIS;
        long wake = 0;
        if (now.wall() >= confirmed.advisory()) {
            long left = confirmed.expires() - now.wall();
            long needed = now.wall() < confirmed.unusable() ? confirmed.unusable() - now.wall() : left;
            call = Math.max(UNCHANGED_SHORTEST_MILLIS, (long) (left * (0.5 - 0.1 * random)));
            call = Math.min(call, needed);
            wake = call;
        }
        Counts counted = new Counts(counts.refreshes(), counts.unchanged() + 1, counts.failures());
        return new CacheState<>(
                confirmed, null, null, false, false, closed, now.nanosIn(call), now.nanosIn(wake), now, counted);
    }

    /** A load failed. */
    CacheState<T> failed(CredentialsException cause, boolean served, Backoff backoff, Now now, double random) {
        FailureKind kind = cause.kind();
        int count = failure == null ? 1 : failure.count() + 1;
        CredentialsException rejection =
                kind == FailureKind.PERMANENT ? cause : failure == null ? null : failure.rejection();
        long memory = REMEMBERED_FROM_MILLIS + (long) ((REMEMBERED_TO_MILLIS - REMEMBERED_FROM_MILLIS) * random);
        if (cached == null) {
            long call = kind == FailureKind.PERMANENT ? memory : emptyPause(kind, count, backoff, random);
            return failed(new Failure(cause, count, false, rejection), call, 0, now);
        }
        boolean endless = cached.expires() == CachedValue.NEVER;
        long left = endless ? CachedValue.NEVER : Math.max(0, cached.unusable() - cached.at(now));
        long wake = Now.millis(backoff.pause(kind, count, endless ? null : Duration.ofMillis(left), random));
        if (left > 0) {
            wake = Math.min(wake, left); // newer ones are needed then
        }
        long call = wake;
        if (kind == FailureKind.PERMANENT) {
            // a pause that began just before the value expired must not prolong the memory of the failure afterwards
            call = left == 0 ? memory : Math.min(call, left + memory);
        }
        boolean servingStale = left == 0 && served && rejection == null;
        return failed(new Failure(cause, count, servingStale, rejection), call, wake, now);
    }

    /** Returns how long callers get the remembered failure while there is no value: not after a first failure. */
    private static long emptyPause(FailureKind kind, int failures, Backoff backoff, double random) {
        if (failures == 1) {
            return 0;
        }
        long growing = EMPTY_FIRST_MILLIS << Math.min(failures - 2, 10);
        long pause = Now.millis(backoff.pause(kind, failures - 1, Duration.ZERO, random));
        return Math.min(pause, (long) (growing * (0.5 + 0.5 * random)));
    }

    /** A load failed and classifying the failure failed as well, or an error has stopped its owner. */
    CacheState<T> crashed(CredentialsException cause, Now now) {
        int count = failure == null ? 1 : failure.count() + 1;
        CredentialsException rejection = failure == null ? null : failure.rejection();
        boolean servingStale = failure != null && failure.servingStale();
        Failure next = new Failure(cause, count, servingStale, rejection);
        return failed(next, cached == null ? 0 : CRASHED_MILLIS, CRASHED_MILLIS, now);
    }

    private CacheState<T> failed(Failure next, long call, long wake, Now now) {
        Counts counted = new Counts(counts.refreshes(), counts.unchanged(), counts.failures() + 1);
        return new CacheState<>(
                cached, null, next, false, cached != null, closed, now.nanosIn(call), now.nanosIn(wake), now, counted);
    }

    /** The clocks have been compared. */
    CacheState<T> seen(Now now) {
        return new CacheState<>(cached, load, failure, suspect, demanded, closed, nextCall, nextWake, now, counts);
    }

    /** The clock has jumped: moments that were calculated from it are void, and a load is due. */
    CacheState<T> jumped(Now now) {
        return new CacheState<>(cached, load, failure, suspect, true, closed, now.nanos(), now.nanos(), now, counts);
    }

    CacheState<T> suspected() {
        return new CacheState<>(cached, load, failure, true, demanded, closed, nextCall, nextWake, seen, counts);
    }

    /** A caller still uses what another has closed. */
    CacheState<T> reopened() {
        return new CacheState<>(cached, load, failure, suspect, demanded, false, nextCall, nextWake, seen, counts);
    }

    CacheState<T> closed() {
        return new CacheState<>(cached, load, failure, suspect, demanded, true, nextCall, nextWake, seen, counts);
    }
}
