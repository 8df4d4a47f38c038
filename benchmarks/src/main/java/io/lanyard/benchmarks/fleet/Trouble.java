// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/**
 * A time in which EKS Auth is not well.
 *
 * @param kind how it ails
 * @param from when it begins
 * @param to when it is over
 * @param rate how many requests a second are granted meanwhile; of no account where it does not answer
 */
record Trouble(Kind kind, long from, long to, double rate) {
    /** How EKS Auth ails. */
    enum Kind {
        /** It takes requests and does not answer. */
        HANGS,
        /** It answers 503 at once. */
        UNAVAILABLE,
        /** It grants fewer requests than usual. */
        THROTTLES
    }

    boolean covers(long time) {
        return time >= from && time < to;
    }
}
