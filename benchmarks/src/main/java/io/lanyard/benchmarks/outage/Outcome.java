// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import org.jspecify.annotations.Nullable;

/**
 * One contestant in one scenario.
 *
 * @param scenario what was done to it
 * @param contestant who
 * @param figures what it measured; null if it did not live to tell
 * @param requests that reached the agent
 * @param socketsBefore open before the first call
 * @param socketsMost open at any sample in between
 * @param socketsAfter open when the provider was closed and had settled, without a collection being asked for
 * @param trouble why there are no figures; empty otherwise
 */
record Outcome(
        Scenario scenario,
        Contestant contestant,
        @Nullable Figures figures,
        int requests,
        int socketsBefore,
        int socketsMost,
        int socketsAfter,
        String trouble) {

    int socketsGrown() {
        return Math.max(0, socketsAfter - socketsBefore);
    }

    int socketsGrownMost() {
        return Math.max(0, socketsMost - socketsBefore);
    }
}
