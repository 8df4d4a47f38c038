// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Models the regional service that issues credentials: its rate limit, latency and faults. */
final class EksAuth {
    /** The timeout of the EKS agent's requests. */
    private static final long REQUEST_TIMEOUT = Time.SECOND;

    private static final long REJECTION = 20 * Time.MILLI;
    private static final long FASTEST = 40 * Time.MILLI;
    private static final long SLOWEST = 120 * Time.MILLI;

    private final double rate;
    private final long lifetime;
    private final List<Fault> faults;
    private final SplittableRandom random;
    private final Tally tally;
    private final Allowance allowance = new Allowance();
    private long ids;

    EksAuth(double rate, long lifetime, List<Fault> faults, SplittableRandom random, Tally tally) {
        this.rate = rate;
        this.lifetime = lifetime;
        this.faults = faults;
        this.random = random;
        this.tally = tally;
    }

    /** The result of a request. */
    enum Verdict {
        /** Credentials were issued. */
        ISSUED,
        /** {@code ExpiredTokenException}. */
        EXPIRED_TOKEN,
        /** {@code ThrottlingException}. */
        THROTTLED,
        /** {@code ServiceUnavailableException}. */
        UNAVAILABLE,
        /** There was no answer within the timeout. */
        TIMED_OUT
    }

    /**
     * An answer or a timeout.
     *
     * @param verdict the result
     * @param at the time of the answer or the timeout
     * @param issued the credentials; null if the request failed
     */
    record Reply(Verdict verdict, long at, @Nullable Issued issued) {}

    Reply request(Token token, long at) {
        tally.eksAuthRequested(at);
        Fault fault = fault(at);
        if (fault != null && fault.kind() == Fault.Kind.HANGS) {
            return new Reply(Verdict.TIMED_OUT, at + REQUEST_TIMEOUT, null);
        }
        if (fault != null && fault.kind() == Fault.Kind.UNAVAILABLE) {
            return new Reply(Verdict.UNAVAILABLE, at + REJECTION, null);
        }
        if (!allowance.take(at, fault == null ? rate : fault.rate())) {
            return new Reply(Verdict.THROTTLED, at + REJECTION, null);
        }
        long answered = at + random.nextLong(FASTEST, SLOWEST);
        if (token.expiration <= at) {
            return new Reply(Verdict.EXPIRED_TOKEN, answered, null);
        }
        return new Reply(Verdict.ISSUED, answered, new Issued(++ids, at + lifetime));
    }

    private @Nullable Fault fault(long at) {
        for (Fault fault : faults) {
            if (fault.covers(at)) {
                return fault;
            }
        }
        return null;
    }
}
