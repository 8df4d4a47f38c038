// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The EKS Pod Identity agent of one node, version 0.1.37, as far as time and load are concerned.
 *
 * <p>It keeps credentials by token and hands them out until 15 s before they end. A janitor looks every minute for what
 * was fetched {@code min(life, 3 h)} ago, and asks for it anew, one after the other; what fails is kept and tried again
 * in one to two minutes. What is asked for and not there is fetched: up to three tries of a second, with pauses, and
 * not beyond the moment when the client has gone. Who asks for a token that is being fetched looks for the answer every
 * 200 ms, nine times, and then fetches for itself: an answer is shared, a failure is not.
 */
final class Agent {
    /** A thousand requests a second; its further burst of 500 is left out. */
    static final double RATE = 1_000;

    /** What was fetched is renewed after this time, or after its life where that is shorter. */
    static final long LONGEST_KEPT = 3 * Time.HOUR;

    private static final long ANSWER = 5 * Time.MILLI;
    private static final long REFUSAL = Time.MILLI;
    private static final long LEAST_LEFT = 15 * Time.SECOND;
    private static final long SWEEP = Time.MINUTE;
    private static final long POLL = 200 * Time.MILLI;
    private static final int POLLS = 9;
    private static final int TRIES = 3;

    /** The janitor's limit of 3 a second; it takes two for each renewal. */
    private static final double RENEWALS_A_SECOND = 1.5;

    /** What the AWS SDK for Go spends on retries, in all, until successes refill it by one each. */
    private static final int QUOTA = 500;

    private static final int RETRY = 5;
    private static final int RETRY_AFTER_TIMEOUT = 10;

    private final Kernel kernel;
    private final EksAuth eksAuth;
    private final SplittableRandom random;
    private final Tally tally;
    private final long skew;
    private final Allowance requests = new Allowance();
    private final List<Token> kept = new ArrayList<>();
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
     * What is kept for a token.
     *
     * @param issued the credentials
     * @param from when they were fetched; until then it is the ones before
     * @param before what was kept before, if it was
     * @param renewal when the janitor is to renew them
     */
    record Entry(Issued issued, long from, @Nullable Issued before, long renewal) {}

    /** What becomes of a request. */
    enum Outcome {
        GIVEN,
        /** Nobody listens. */
        REFUSED,
        /** The client has given up. */
        GONE,
        /** 429 of the agent's own. */
        LIMITED,
        /** 400, the token has ended. */
        TOKEN_ENDED,
        /** 429 of EKS Auth. */
        THROTTLED,
        /** 503 of EKS Auth. */
        UNAVAILABLE,
        /** 500, EKS Auth did not answer. */
        UPSTREAM_SILENT
    }

    /**
     * What a client gets.
     *
     * @param outcome what becomes of its request
     * @param at when
     * @param issued the credentials, where it is given some
     */
    record Answer(Outcome outcome, long at, @Nullable Issued issued) {}

    /** The time by this node's clock. */
    long wall(long time) {
        return time + skew;
    }

    /** When this node's clock says so. */
    long when(long wall) {
        return wall - skew;
    }

    /** Restarts the agent: nobody listens meanwhile, and what it kept is lost. */
    void restart(long from, long to) {
        downFrom = from;
        downTo = to;
        kernel.at(from, () -> {
            kept.forEach(token -> token.entry = null);
            kept.clear();
            due.clear();
            quota = QUOTA;
        });
    }

    /** A client's request, and how long it waits for the answer. */
    Answer request(Token token, long at, long patience) {
        tally.attempted(at);
        if (at >= downFrom && at < downTo) {
            return new Answer(Outcome.REFUSED, at + REFUSAL, null);
        }
        if (!requests.take(at, RATE)) {
            return new Answer(Outcome.LIMITED, at + REFUSAL, null);
        }
        if (wall(at) >= token.end) {
            return new Answer(Outcome.TOKEN_ENDED, at + REFUSAL, null);
        }
        long gone = at + patience;
        long time = at + ANSWER;
        for (int poll = 0; time < gone; poll++) {
            Issued known = known(token, time);
            if (known != null) {
                return new Answer(Outcome.GIVEN, time, known);
            }
            if (time >= token.busyUntil || poll == POLLS) {
                Answer answer = fetched(token, time, gone);
                token.busyUntil = answer.at();
                return answer;
            }
            time += POLL;
        }
        return new Answer(Outcome.GONE, gone, null);
    }

    private @Nullable Issued known(Token token, long time) {
        Entry entry = token.entry;
        if (entry == null) {
            return null;
        }
        Issued issued = time >= entry.from ? entry.issued : entry.before;
        return issued != null && issued.end() - wall(time) > LEAST_LEFT ? issued : null;
    }

    private Answer fetched(Token token, long at, long gone) {
        long time = at;
        for (int tries = 1; ; tries++) {
            EksAuth.Reply reply = eksAuth.ask(token, time);
            if (reply.at() >= gone) {
                return new Answer(Outcome.GONE, gone, null); // and what was asked upstream is cancelled
            }
            Outcome failure = switch (reply.verdict()) {
                case ISSUED -> Outcome.GIVEN;
                case EXPIRED_TOKEN -> Outcome.TOKEN_ENDED;
                case THROTTLED -> Outcome.THROTTLED;
                case UNAVAILABLE -> Outcome.UNAVAILABLE;
                case TIMED_OUT -> Outcome.UPSTREAM_SILENT;
            };
            if (reply.issued() != null) {
                quota = Math.min(QUOTA, quota + 1);
                keep(token, reply.issued(), reply.at());
                return new Answer(Outcome.GIVEN, reply.at(), reply.issued());
            }
            int cost = failure == Outcome.UPSTREAM_SILENT ? RETRY_AFTER_TIMEOUT : RETRY;
            if (failure == Outcome.TOKEN_ENDED || tries == TRIES || quota < cost) {
                return new Answer(failure, reply.at(), null);
            }
            quota -= cost;
            time = reply.at() + random.nextLong((1L << tries) * Time.SECOND);
            if (time >= gone) {
                return new Answer(Outcome.GONE, gone, null);
            }
        }
    }

    private void keep(Token token, Issued issued, long from) {
        Entry old = token.entry;
        if (old == null) {
            kept.add(token);
        }
        long renewal = from + Math.min(issued.end() - wall(from), LONGEST_KEPT);
        token.entry = new Entry(issued, from, old == null ? null : old.issued, renewal);
    }

    // ---- the janitor

    private void sweep() {
        long now = kernel.now();
        for (Token token : kept) {
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
        long begun = Math.max(now, nextRenewal);
        nextRenewal = begun + (long) (Time.SECOND / RENEWALS_A_SECOND);
        Answer answer = fetched(token, begun, Time.NEVER);
        kernel.at(answer.at(), () -> {
            renewed(token, answer);
            renewNext(nextSweep);
        });
    }

    private void renewed(Token token, Answer answer) {
        Entry entry = token.entry;
        if (entry == null || answer.outcome() == Outcome.GIVEN) {
            return;
        }
        if (answer.outcome() == Outcome.TOKEN_ENDED || known(token, answer.at()) == null) {
            token.entry = null;
            kept.remove(token);
            return;
        }
        long retry = answer.at() + Time.MINUTE + random.nextLong(Time.MINUTE);
        long end = answer.at() + entry.issued.end() - wall(answer.at());
        token.entry = new Entry(entry.issued, entry.from, entry.before, Math.min(end, retry));
    }
}
