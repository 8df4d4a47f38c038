// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import org.jspecify.annotations.Nullable;

/**
 * The result of one contestant in one scenario.
 *
 * @param scenario the scenario
 * @param contestant the contestant
 * @param figures the contestant's measurements; null if its JVM failed
 * @param requests the number of requests at the agent
 * @param socketsBefore the number of open sockets before the first call
 * @param socketsMax the largest number of open sockets in any sample
 * @param socketsAfter the number of open sockets after the provider was closed and had time to settle, without a forced
 *     garbage collection
 * @param error why there are no measurements; empty otherwise
 */
record Outcome(
        Scenario scenario,
        Contestant contestant,
        @Nullable Figures figures,
        int requests,
        int socketsBefore,
        int socketsMax,
        int socketsAfter,
        String error) {

    int socketsGrown() {
        return Math.max(0, socketsAfter - socketsBefore);
    }

    int socketsGrownMax() {
        return Math.max(0, socketsMax - socketsBefore);
    }
}
