// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Models the timing of a pod with the AWS SDK's container provider, as released or with the announced refresh rules. Each
 * call that loads or waits is simulated.
 *
 * <p>The provider loads on a caller's thread, with up to six attempts of one second without back-off, unless the response
 * is a 4xx. In the prefetch window one caller loads while the others are served from the cache. From the stale time on, and
 * at the start, all callers queue for a lock; a caller that does not get it within five seconds loads without it.
 */
final class SdkPod extends Pod {
    private static final int ATTEMPTS = 6;
    private static final long ATTEMPT_TIMEOUT = Time.SECOND;
    private static final long LOCK_TIMEOUT = 5 * Time.SECOND;
    private static final long STALE_WINDOW = Time.MINUTE;
    private static final long PREFETCH_END = STALE_WINDOW + Time.MINUTE;
    private static final long MIN_FRESH = Time.SECOND;

    private final SdkRules rules;
    private final Deque<Long> queue = new ArrayDeque<>();
    private boolean locked;
    private boolean blocking;
    private int generation; // of the process; events of earlier ones are ignored

    private @Nullable Issued cached;
    private long prefetch; // by the node's clock
    private long stale;
    private long backOffEnd;

    SdkPod(Fleet fleet, Agent agent, SdkRules rules) {
        super(fleet, agent);
        this.rules = rules;
    }

    @Override
    void begin() {
        call();
    }

    @Override
    void stop() {
        generation++;
        queue.clear();
        locked = false;
        blocking = false;
        cached = null;
        backOffEnd = 0;
    }

    /** Schedules an action, which is dropped if the process has been replaced. */
    private void at(long time, Runnable action) {
        int current = generation;
        fleet.kernel.at(time, () -> {
            if (current == generation) {
                action.run();
            }
        });
    }

    private void call() {
        long now = fleet.kernel.now();
        if (mustBlock()) {
            if (blocking) {
                accounted(now); // each of these calls is simulated
            } else {
                account(now);
            }
            blocking = true;
            if (locked) {
                queue.add(now);
                at(now + LOCK_TIMEOUT, this::loadWithoutLock);
            } else {
                loadWithLock(now);
            }
            at(now + fleet.untilNextCall(), this::call);
            return;
        }
        blocking = false;
        account(now);
        if (wall() >= prefetch && now >= backOffEnd) {
            load(now, this::callNext);
        } else {
            callNext();
        }
    }

    /** Schedules the next call that has an effect. */
    private void callNext() {
        long due = Math.max(agent.when(Math.min(prefetch, stale)), backOffEnd);
        at(Math.max(due, fleet.kernel.now()) + fleet.untilNextCall(), this::call);
    }

    private boolean mustBlock() {
        return cached == null || (wall() >= stale && fleet.kernel.now() >= backOffEnd);
    }

    private void loadWithLock(long called) {
        locked = true;
        load(called, () -> {
            locked = false;
            while (!locked && !queue.isEmpty()) {
                long next = queue.remove();
                if (mustBlock()) {
                    loadWithLock(next);
                } else {
                    answered(next);
                }
            }
        });
    }

    private void loadWithoutLock() {
        Long first = queue.peek();
        if (first != null && first + LOCK_TIMEOUT <= fleet.kernel.now()) {
            queue.remove();
            load(first, () -> {});
        }
    }

    /** A call has waited and is served from the cache. */
    private void answered(long called) {
        long now = fleet.kernel.now();
        fleet.tally.waited(called, now - called);
        if (hasExpired(now)) {
            fleet.tally.expired(called, 1);
        }
    }

    /** Loads on the thread of the call that was made at that time, and then continues. */
    private void load(long called, Runnable afterwards) {
        long time = fleet.kernel.now();
        Agent.Answer answer;
        int attempt = 0;
        do {
            answer = agent.request(token(), time, ATTEMPT_TIMEOUT);
            time = answer.at();
            attempt++;
        } while (attempt < ATTEMPTS && isRetried(answer.outcome()));
        Issued issued = answer.issued();
        at(time, () -> {
            if (issued != null) {
                store(issued);
                answered(called);
            } else {
                fail(called);
            }
            afterwards.run();
        });
    }

    private static boolean isRetried(Agent.Outcome outcome) {
        return switch (outcome) {
            case REFUSED, TIMED_OUT, UNAVAILABLE, UPSTREAM_TIMED_OUT -> true;
            case SERVED, LIMITED, TOKEN_EXPIRED, THROTTLED -> false;
        };
    }

    private void store(Issued issued) {
        cached = issued;
        loaded(issued.expiration());
        long wall = wall();
        stale = Math.max(issued.expiration() - STALE_WINDOW, wall + MIN_FRESH);
        long from = rules.prefetchFrom(wall, issued.expiration());
        long to = issued.expiration() - PREFETCH_END;
        // jitter only delays; without room for jitter, the prefetch is immediate
        prefetch = to > from ? from + fleet.random.nextLong(to - from) : from;
        backOffEnd = 0;
    }

    private void fail(long called) {
        long now = fleet.kernel.now();
        failed();
        if (rules.servesStale() && cached != null) {
            backOffEnd = now + rules.backOff(fleet.random);
            answered(called);
        } else if (mustBlock()) {
            fleet.tally.waited(called, now - called);
            fleet.tally.failed(called, 1);
        } else {
            answered(called);
        }
    }
}
