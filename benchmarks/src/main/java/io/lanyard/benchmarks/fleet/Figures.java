// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.Collection;

/**
 * What came of a run.
 *
 * @param bereftSeconds pod-seconds without valid credentials, by a clock that is right
 * @param failedCalls calls that threw
 * @param endedCalls calls that were given credentials past their end; they open nothing any more
 * @param waitingCalls calls that waited for a load, however briefly
 * @param waitedSeconds how long they waited together
 * @param longestWaitSeconds how long the one that waited longest did
 * @param agents requests at the agents
 * @param eksAuth requests at EKS Auth
 * @param bereftPods pods without valid credentials
 * @param mostFreshSeconds from the end of the trouble until 99 % of the pods were fresh; {@link #NOT_ALL} if they were
 *     not
 * @param allFreshSeconds the same for all of them
 */
record Figures(
        double bereftSeconds,
        double failedCalls,
        double endedCalls,
        double waitingCalls,
        double waitedSeconds,
        double longestWaitSeconds,
        Series agents,
        Series eksAuth,
        Series bereftPods,
        double mostFreshSeconds,
        double allFreshSeconds) {

    /** More than any time: it has not come to that. */
    static final double NOT_ALL = Double.POSITIVE_INFINITY;

    static Figures of(Tally tally, Collection<Pod> watched) {
        long[] recoveries = watched.stream().mapToLong(Pod::recovery).sorted().toArray();
        return new Figures(
                tally.bereftSeconds(),
                tally.failed(),
                tally.ended(),
                tally.waited(),
                tally.waitedSeconds(),
                tally.longestWaitSeconds(),
                tally.agents(),
                tally.eksAuth(),
                tally.bereftPods(),
                share(recoveries, 0.99),
                share(recoveries, 1));
    }

    /** When that share of the pods had recovered. */
    private static double share(long[] recoveries, double share) {
        if (recoveries.length == 0) {
            return 0;
        }
        long time = recoveries[(int) Math.ceil(recoveries.length * share) - 1];
        return time == Time.NEVER ? NOT_ALL : (double) time / Time.SECOND;
    }
}
