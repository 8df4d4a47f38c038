// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/**
 * A fault of EKS Auth.
 *
 * @param kind the kind of fault
 * @param from its start
 * @param to its end
 * @param rate the requests per second that are granted meanwhile; used by {@link Kind#THROTTLES} only
 */
record Fault(Kind kind, long from, long to, double rate) {
    /** A kind of fault. */
    enum Kind {
        /** EKS Auth accepts requests and does not answer. */
        HANGS,
        /** EKS Auth answers 503 at once. */
        UNAVAILABLE,
        /** EKS Auth grants fewer requests than usual. */
        THROTTLES
    }

    boolean covers(long time) {
        return time >= from && time < to;
    }
}
