// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Models the timing and load of the EKS Pod Identity agent, version 0.1.37, on one node.
 *
 * <p>The agent caches credentials by token and returns them until 15 s before they expire. Every minute its janitor renews,
 * one by one, the entries that were fetched {@code min(lifetime, 3 h)} ago; an entry that cannot be renewed stays cached
 * and is retried after one to two minutes. A missing entry is fetched for the client: up to three attempts of one second
 * with back-off, which stop when the client gives up. Concurrent requests for the same token poll every 200 ms, nine times,
 * and then fetch for themselves: successes are shared, failures are not.
 */
final class Agent {
    /** The limit of requests per second; the additional burst of 500 is not modelled. */
    static final double RATE = 1_000;

    /** The age at which an entry is renewed, if its credentials live longer. */
    static final long RENEWAL_AGE = 3 * Time.HOUR;

    private static final long ANSWER = 5 * Time.MILLI;
    private static final long REJECTION = Time.MILLI;
    private static final long MIN_REMAINING = 15 * Time.SECOND;
    private static final long SWEEP = Time.MINUTE;
    private static final long POLL = 200 * Time.MILLI;
    private static final int POLLS = 9;
    private static final int ATTEMPTS = 3;

    /** The janitor's limit is 3 per second, and each renewal takes two. */
    private static final double RENEWALS_PER_SECOND = 1.5;

    /** The retry quota of the AWS SDK for Go; each success adds one. */
    private static final int QUOTA = 500;

    private static final int RETRY_COST = 5;
    private static final int TIMEOUT_RETRY_COST = 10;

    private final Kernel kernel;
    private final EksAuth eksAuth;
    private final SplittableRandom random;
    private final Tally tally;
    private final long skew;
    private final Allowance requests = new Allowance();
    private final List<Token> cachedTokens = new ArrayList<>();
    private final Deque<Token> due = new ArrayDeque<>();
    private long downFrom = Time.NEVER;
    private long downTo = Time.NEVER;
    private long nextRenewal;
    private int quota = QUOTA;

    Agent(Kernel kernel, EksAuth eksAuth, SplittableRandom random, Tally tally, long skew) {
        this.kernel = kernel;
        this.eksAuth = eksAuth;
        this.random = random;
        this.tally = tally;
        this.skew = skew;
        kernel.at(random.nextLong(SWEEP), this::sweep);
    }

    /**
     * A cache entry.
     *
     * @param issued the credentials
     * @param from the time from which on they are cached
     * @param before the credentials that are cached until then; null if there are none
     * @param renewal the time of the renewal by the janitor
     */
    record Entry(Issued issued, long from, @Nullable Issued before, long renewal) {}

    /** The outcome of a request. */
    enum Outcome {
        /** 200 with credentials. */
        SERVED,
        /** Connection refused: the agent is down. */
        REFUSED,
        /** No response: the client timed out. */
        TIMED_OUT,
        /** 429 from the agent itself. */
        LIMITED,
        /** 400: the token has expired. */
        TOKEN_EXPIRED,
        /** 429 from EKS Auth. */
        THROTTLED,
        /** 503 from EKS Auth. */
        UNAVAILABLE,
        /** 500: EKS Auth did not answer. */
        UPSTREAM_TIMED_OUT
    }

    /**
     * The answer to a client.
     *
     * @param outcome the outcome of the request
     * @param at the time of the answer
     * @param issued the credentials; null if the request failed
     */
    record Answer(Outcome outcome, long at, @Nullable Issued issued) {}

    /** Returns the time by this node's clock. */
    long wall(long time) {
        return time + skew;
    }

    /** Returns the true time of a time by this node's clock. */
    long when(long wall) {
        return wall - skew;
    }

    /** Restarts the agent: it refuses connections meanwhile and loses its cache. */
    void restart(long from, long to) {
        downFrom = from;
        downTo = to;
        kernel.at(from, () -> {
            cachedTokens.forEach(token -> token.entry = null);
            cachedTokens.clear();
            due.clear();
            quota = QUOTA;
        });
    }

    /** Answers a request of a client with that timeout. */
    Answer request(Token token, long at, long timeout) {
        tally.agentRequested(at);
        if (at >= downFrom && at < downTo) {
            return new Answer(Outcome.REFUSED, at + REJECTION, null);
        }
        if (!requests.take(at, RATE)) {
            return new Answer(Outcome.LIMITED, at + REJECTION, null);
        }
        if (wall(at) >= token.expiration) {
            return new Answer(Outcome.TOKEN_EXPIRED, at + REJECTION, null);
        }
        long deadline = at + timeout;
        long time = at + ANSWER;
        for (int poll = 0; time < deadline; poll++) {
            Issued cached = cached(token, time);
            if (cached != null) {
                return new Answer(Outcome.SERVED, time, cached);
            }
            if (time >= token.busyUntil || poll == POLLS) {
                Answer answer = fetch(token, time, deadline);
                token.busyUntil = answer.at();
                return answer;
            }
            time += POLL;
        }
        return new Answer(Outcome.TIMED_OUT, deadline, null);
    }

    private @Nullable Issued cached(Token token, long time) {
        Entry entry = token.entry;
        if (entry == null) {
            return null;
        }
        Issued issued = time >= entry.from ? entry.issued : entry.before;
        return issued != null && issued.expiration() - wall(time) > MIN_REMAINING ? issued : null;
    }

    private Answer fetch(Token token, long at, long deadline) {
        long time = at;
        for (int attempt = 1; ; attempt++) {
            EksAuth.Reply reply = eksAuth.request(token, time);
            if (reply.at() >= deadline) {
                return new Answer(Outcome.TIMED_OUT, deadline, null); // the request to EKS Auth is cancelled
            }
            Outcome failure = switch (reply.verdict()) {
                case ISSUED -> Outcome.SERVED;
                case EXPIRED_TOKEN -> Outcome.TOKEN_EXPIRED;
                case THROTTLED -> Outcome.THROTTLED;
                case UNAVAILABLE -> Outcome.UNAVAILABLE;
                case TIMED_OUT -> Outcome.UPSTREAM_TIMED_OUT;
            };
            if (reply.issued() != null) {
                quota = Math.min(QUOTA, quota + 1);
                put(token, reply.issued(), reply.at());
                return new Answer(Outcome.SERVED, reply.at(), reply.issued());
            }
            int cost = failure == Outcome.UPSTREAM_TIMED_OUT ? TIMEOUT_RETRY_COST : RETRY_COST;
            if (failure == Outcome.TOKEN_EXPIRED || attempt == ATTEMPTS || quota < cost) {
                return new Answer(failure, reply.at(), null);
            }
            quota -= cost;
            time = reply.at() + random.nextLong((1L << attempt) * Time.SECOND);
            if (time >= deadline) {
                return new Answer(Outcome.TIMED_OUT, deadline, null);
            }
        }
    }

    private void put(Token token, Issued issued, long from) {
        Entry old = token.entry;
        if (old == null) {
            cachedTokens.add(token);
        }
        long renewal = from + Math.min(issued.expiration() - wall(from), RENEWAL_AGE);
        token.entry = new Entry(issued, from, old == null ? null : old.issued, renewal);
    }

    /** Starts the janitor's next sweep. */
    private void sweep() {
        long now = kernel.now();
        for (Token token : cachedTokens) {
            if (token.entry != null && token.entry.renewal < now) {
                due.add(token);
            }
        }
        renewNext(now + SWEEP);
    }

    private void renewNext(long nextSweep) {
        Token token = due.poll();
        long now = kernel.now();
        if (token == null) {
            kernel.at(Math.max(now, nextSweep), this::sweep);
            return;
        }
        long start = Math.max(now, nextRenewal);
        nextRenewal = start + (long) (Time.SECOND / RENEWALS_PER_SECOND);
        Answer answer = fetch(token, start, Time.NEVER);
        kernel.at(answer.at(), () -> {
            renewed(token, answer);
            renewNext(nextSweep);
        });
    }

    private void renewed(Token token, Answer answer) {
        Entry entry = token.entry;
        if (entry == null || answer.outcome() == Outcome.SERVED) {
            return;
        }
        if (answer.outcome() == Outcome.TOKEN_EXPIRED || cached(token, answer.at()) == null) {
            token.entry = null;
            cachedTokens.remove(token);
            return;
        }
        long retry = answer.at() + Time.MINUTE + random.nextLong(Time.MINUTE);
        long end = answer.at() + entry.issued.expiration() - wall(answer.at());
        token.entry = new Entry(entry.issued, entry.from, entry.before, Math.min(end, retry));
    }
}
