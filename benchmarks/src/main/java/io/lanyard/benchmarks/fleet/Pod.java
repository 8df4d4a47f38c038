// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/**
 * A pod whose process resolves credentials at random times, {@link Fleet#CALLS_PER_SECOND} on average. Calls without an
 * effect are not simulated one by one but counted by their rate.
 */
abstract class Pod {
    private static final long MAX_SYNC_DELAY = 2 * Time.MINUTE;

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

    /** Starts the process, with a token that may be older than it. */
    final void start(long tokenIssued) {
        long now = fleet.kernel.now();
        token = fleet.token(tokenIssued);
        born = now;
        validTo = now;
        accounted = now;
        begin();
    }

    /** Replaces the process by another one with a new token. */
    final void restart() {
        end();
        start(fleet.kernel.now());
    }

    /** Ends the process and accounts for its time so far. */
    final void end() {
        account(fleet.kernel.now());
        fleet.tally.withoutCredentials(validTo, fleet.kernel.now());
        freshSince = Time.NEVER;
        stop();
    }

    /** Starts to call, without cached credentials. */
    abstract void begin();

    /** Stops the calls. */
    abstract void stop();

    /** Returns the current token of the file. */
    final Token token() {
        while (fleet.kernel.now() >= token.rotation) {
            token = fleet.token(token.rotation + fleet.random.nextLong(MAX_SYNC_DELAY));
        }
        return token;
    }

    /** Returns the time by the clock of the pod's node. */
    final long wall() {
        return agent.wall(fleet.kernel.now());
    }

    /** A load has succeeded; the credentials expire at that true time. */
    final void loaded(long expiration) {
        long now = fleet.kernel.now();
        fleet.tally.withoutCredentials(validTo, now);
        validTo = Math.max(expiration, now);
        if (freshSince > now) {
            freshSince = now;
        }
        if (recovering) {
            recovering = false;
            recovery = now - watchedFrom;
        }
    }

    /** A load has failed. */
    final void failed() {
        freshSince = Time.NEVER;
    }

    /** Starts to measure the recovery at the end of the disruption. */
    final void watch() {
        watchedFrom = fleet.kernel.now();
        recovering = validTo <= watchedFrom || freshSince == Time.NEVER;
        recovery = recovering ? Time.NEVER : Math.max(0, freshSince - watchedFrom);
    }

    /**
     * Returns the time from the end of the disruption until the pod had valid credentials and its last load had succeeded;
     * {@link Time#NEVER} if that did not happen.
     */
    final long recovery() {
        return recovery;
    }

    /** Returns whether the process has received credentials. */
    final boolean hasCredentials() {
        return validTo > born;
    }

    /** Returns whether the last credentials have expired. */
    final boolean hasExpired(long time) {
        return time >= validTo;
    }

    /** Accounts for all calls up to that time as served at once from the cache. */
    final void account(long until) {
        long from = Math.max(accounted, validTo);
        if (hasCredentials()) {
            fleet.expired(from, until);
        }
        accounted(until);
    }

    /** Marks all calls up to that time as accounted for. */
    final void accounted(long until) {
        accounted = Math.max(accounted, until);
    }
}
