// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/**
 * A pod: a process that needs credentials, calls for them at random times, {@link Fleet#CALLS_A_SECOND} on the average,
 * and has a way of keeping them. Calls that can change nothing are not played but counted by their rate.
 */
abstract class Pod {
    private static final long LONGEST_SYNC = 2 * Time.MINUTE;

    final Fleet fleet;
    final Agent agent;
    private Token token;
    private long born;
    private long validTo;
    private long freshSince = Time.NEVER;
    private long accounted;
    private long watchedFrom;
    private boolean recovering;
    private long recovery;

    Pod(Fleet fleet, Agent agent) {
        this.fleet = fleet;
        this.agent = agent;
        this.token = new Token("", -Time.NEVER);
    }

    /** The process begins; its token may have been there for a while. */
    final void start(long tokenIssued) {
        long now = fleet.kernel.now();
        token = fleet.token(tokenIssued);
        born = now;
        validTo = now;
        accounted = now;
        begin();
    }

    /** The process ends, and another begins in its place with a token of its own. */
    final void restart() {
        end();
        start(fleet.kernel.now());
    }

    /** The process ends: what was not valid until now, was not. */
    final void end() {
        account(fleet.kernel.now());
        fleet.tally.bereft(validTo, fleet.kernel.now());
        freshSince = Time.NEVER;
        stop();
    }

    /** Begins to call, and forgets what was before. */
    abstract void begin();

    /** Calls no more. */
    abstract void stop();

    /** The token that the file holds now. */
    final Token token() {
        while (fleet.kernel.now() >= token.rotation) {
            token = fleet.token(token.rotation + fleet.random.nextLong(LONGEST_SYNC));
        }
        return token;
    }

    /** The time by the clock of the pod's node. */
    final long wall() {
        return agent.wall(fleet.kernel.now());
    }

    /** A load has brought credentials that end then, by the clock that is right. */
    final void loaded(long end) {
        long now = fleet.kernel.now();
        fleet.tally.bereft(validTo, now);
        validTo = Math.max(end, now);
        if (freshSince > now) {
            freshSince = now;
        }
        if (recovering) {
            recovering = false;
            recovery = now - watchedFrom;
        }
    }

    /** A load has brought nothing. */
    final void failed() {
        freshSince = Time.NEVER;
    }

    /** The trouble is over now; how long until this pod is fresh? */
    final void watch() {
        watchedFrom = fleet.kernel.now();
        recovering = validTo <= watchedFrom || freshSince == Time.NEVER;
        recovery = recovering ? Time.NEVER : Math.max(0, freshSince - watchedFrom);
    }

    /**
     * How long it took after the trouble until the pod had valid credentials and its last load had not failed; {@link
     * Time#NEVER} if it has not come to that.
     */
    final long recovery() {
        return recovery;
    }

    /** Whether the process has been given anything yet. */
    final boolean hasCredentials() {
        return validTo > born;
    }

    /** Whether what it was given last has ended. */
    final boolean hasEnded(long time) {
        return time >= validTo;
    }

    /** All calls up to then, from where they were accounted last, were answered at once with what there was. */
    final void account(long until) {
        long from = Math.max(accounted, validTo);
        if (hasCredentials()) {
            fleet.ended(from, until);
        }
        accounted(until);
    }

    /** All calls up to then are accounted for. */
    final void accounted(long until) {
        accounted = Math.max(accounted, until);
    }
}
