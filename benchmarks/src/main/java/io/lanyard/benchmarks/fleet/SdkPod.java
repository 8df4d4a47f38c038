// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A pod with the AWS SDK's container provider, as it is or with the refresh rules that AWS has announced: a model of its
 * timing, in which every call that does or waits for something is played.
 *
 * <p>Both ask the agent on a caller's thread, up to six times without a pause, a second each, unless the answer is a
 * 4xx. In the prefetch window one caller does so while the others take what there is; from the stale moment on, and at
 * the start, all of them queue for a lock, and who has not got it in five seconds asks without it.
 */
final class SdkPod extends Pod {
    private static final int ATTEMPTS = 6;
    private static final long ATTEMPT_TIMEOUT = Time.SECOND;
    private static final long LOCK_PATIENCE = 5 * Time.SECOND;
    private static final long STALE_WINDOW = Time.MINUTE;
    private static final long LATEST_PREFETCH = STALE_WINDOW + Time.MINUTE;
    private static final long SHORTEST_FRESH = Time.SECOND;

    private final SdkRules rules;
    private final Deque<Long> queue = new ArrayDeque<>();
    private boolean locked;
    private boolean blocking;
    private int life; // of the process; what a former one began is of no account

    private @Nullable Issued held;
    private long prefetch; // by the node's clock
    private long stale;
    private long pausedTo;

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
        life++;
        queue.clear();
        locked = false;
        blocking = false;
        held = null;
        pausedTo = 0;
    }

    /** When something happens to this process, if it still runs. */
    private void at(long time, Runnable action) {
        int born = life;
        fleet.kernel.at(time, () -> {
            if (born == life) {
                action.run();
            }
        });
    }

    // ---- calls

    private void call() {
        long now = fleet.kernel.now();
        if (mustBlock()) {
            if (blocking) {
                accounted(now); // each of these calls is played
            } else {
                account(now);
            }
            blocking = true;
            if (locked) {
                queue.add(now);
                at(now + LOCK_PATIENCE, this::askWithoutLock);
            } else {
                askWithLock(now);
            }
            at(now + fleet.untilNextCall(), this::call);
            return;
        }
        blocking = false;
        account(now);
        if (wall() >= prefetch && now >= pausedTo) {
            ask(now, this::callNext);
        } else {
            callNext();
        }
    }

    /** The next call that makes a difference. */
    private void callNext() {
        long due = Math.max(agent.when(Math.min(prefetch, stale)), pausedTo);
        at(Math.max(due, fleet.kernel.now()) + fleet.untilNextCall(), this::call);
    }

    private boolean mustBlock() {
        return held == null || (wall() >= stale && fleet.kernel.now() >= pausedTo);
    }

    private void askWithLock(long called) {
        locked = true;
        ask(called, () -> {
            locked = false;
            while (!locked && !queue.isEmpty()) {
                long next = queue.remove();
                if (mustBlock()) {
                    askWithLock(next);
                } else {
                    answered(next);
                }
            }
        });
    }

    private void askWithoutLock() {
        Long first = queue.peek();
        if (first != null && first + LOCK_PATIENCE <= fleet.kernel.now()) {
            queue.remove();
            ask(first, () -> {});
        }
    }

    /** A call is answered with what there is, after it has waited. */
    private void answered(long called) {
        long now = fleet.kernel.now();
        fleet.tally.waited(called, now - called);
        if (hasEnded(now)) {
            fleet.tally.ended(called, 1);
        }
    }

    // ---- asking the agent

    /** Asks, on the thread of a call that was made then, and goes on when there is an answer. */
    private void ask(long called, Runnable afterwards) {
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
            case REFUSED, GONE, UNAVAILABLE, UPSTREAM_SILENT -> true;
            case GIVEN, LIMITED, TOKEN_ENDED, THROTTLED -> false;
        };
    }

    private void store(Issued issued) {
        held = issued;
        loaded(issued.end());
        long wall = wall();
        stale = Math.max(issued.end() - STALE_WINDOW, wall + SHORTEST_FRESH);
        long from = rules.prefetchFrom(wall, issued.end());
        long to = issued.end() - LATEST_PREFETCH;
        // jitter only ever later; where nothing is left to draw from, at once
        prefetch = to > from ? from + fleet.random.nextLong(to - from) : from;
        pausedTo = 0;
    }

    private void fail(long called) {
        long now = fleet.kernel.now();
        failed();
        if (rules.servesOn() && held != null) {
            pausedTo = now + rules.pause(fleet.random);
            answered(called);
        } else if (mustBlock()) {
            fleet.tally.waited(called, now - called);
            fleet.tally.failed(called, 1);
        } else {
            answered(called);
        }
    }
}
