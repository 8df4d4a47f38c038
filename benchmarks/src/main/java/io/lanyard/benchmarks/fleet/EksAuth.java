// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** The regional service that issues credentials: so many a second, and not while it is in trouble. */
final class EksAuth {
    /** The EKS agent gives a request this long. */
    private static final long REQUEST_TIMEOUT = Time.SECOND;

    private static final long REFUSAL = 20 * Time.MILLI;
    private static final long FASTEST = 40 * Time.MILLI;
    private static final long SLOWEST = 120 * Time.MILLI;

    private final double rate;
    private final long life;
    private final List<Trouble> troubles;
    private final SplittableRandom random;
    private final Tally tally;
    private final Allowance allowance = new Allowance();
    private long ids;

    EksAuth(double rate, long life, List<Trouble> troubles, SplittableRandom random, Tally tally) {
        this.rate = rate;
        this.life = life;
        this.troubles = troubles;
        this.random = random;
        this.tally = tally;
    }

    /** What it says. */
    enum Verdict {
        ISSUED,
        /** {@code ExpiredTokenException}. */
        EXPIRED_TOKEN,
        /** {@code ThrottlingException}. */
        THROTTLED,
        /** {@code ServiceUnavailableException}. */
        UNAVAILABLE,
        TIMED_OUT
    }

    /**
     * An answer, or that there was none in time.
     *
     * @param verdict what it says
     * @param at when it is there
     * @param issued the credentials, where it issues some
     */
    record Reply(Verdict verdict, long at, @Nullable Issued issued) {}

    Reply ask(Token token, long at) {
        tally.eksAuthAsked(at);
        Trouble trouble = trouble(at);
        if (trouble != null && trouble.kind() == Trouble.Kind.HANGS) {
            return new Reply(Verdict.TIMED_OUT, at + REQUEST_TIMEOUT, null);
        }
        if (trouble != null && trouble.kind() == Trouble.Kind.UNAVAILABLE) {
            return new Reply(Verdict.UNAVAILABLE, at + REFUSAL, null);
        }
        if (!allowance.take(at, trouble == null ? rate : trouble.rate())) {
            return new Reply(Verdict.THROTTLED, at + REFUSAL, null);
        }
        long answered = at + random.nextLong(FASTEST, SLOWEST);
        if (token.end <= at) {
            return new Reply(Verdict.EXPIRED_TOKEN, answered, null);
        }
        return new Reply(Verdict.ISSUED, answered, new Issued(++ids, at + life));
    }

    private @Nullable Trouble trouble(long at) {
        for (Trouble trouble : troubles) {
            if (trouble.covers(at)) {
                return trouble;
            }
        }
        return null;
    }
}
