// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.Collection;

/**
 * The measurements of a run.
 *
 * @param podSecondsWithoutCredentials the total time of all pods without valid credentials, by true time
 * @param failedCalls calls that threw
 * @param expiredCalls calls that were served expired credentials
 * @param waitingCalls calls that waited for a load
 * @param waitedSeconds the total time that calls waited
 * @param longestWaitSeconds the longest time that a call waited
 * @param agents requests at the agents
 * @param eksAuth requests at EKS Auth
 * @param podsWithoutCredentials pods without valid credentials
 * @param fresh99Seconds the time from the end of the disruption until 99 % of the pods were fresh; {@link #NEVER} if
 *     they were not
 * @param allFreshSeconds the same for all pods
 */
record Figures(
        double podSecondsWithoutCredentials,
        double failedCalls,
        double expiredCalls,
        double waitingCalls,
        double waitedSeconds,
        double longestWaitSeconds,
        Series agents,
        Series eksAuth,
        Series podsWithoutCredentials,
        double fresh99Seconds,
        double allFreshSeconds) {

    /** Longer than any time: it did not happen. */
    static final double NEVER = Double.POSITIVE_INFINITY;

    static Figures of(Tally tally, Collection<Pod> watched) {
        long[] recoveries = watched.stream().mapToLong(Pod::recovery).sorted().toArray();
        return new Figures(
                tally.podSecondsWithoutCredentials(),
                tally.failed(),
                tally.expired(),
                tally.waited(),
                tally.waitedSeconds(),
                tally.longestWaitSeconds(),
                tally.agents(),
                tally.eksAuth(),
                tally.podsWithoutCredentials(),
                share(recoveries, 0.99),
                share(recoveries, 1));
    }

    /** Returns when that share of the pods had recovered. */
    private static double share(long[] recoveries, double share) {
        if (recoveries.length == 0) {
            return 0;
        }
        long time = recoveries[(int) Math.ceil(recoveries.length * share) - 1];
        return time == Time.NEVER ? NEVER : (double) time / Time.SECOND;
    }
}
