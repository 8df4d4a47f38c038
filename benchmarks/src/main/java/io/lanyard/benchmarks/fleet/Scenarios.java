// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import io.lanyard.benchmarks.fleet.Trouble.Kind;
import java.util.List;
import java.util.stream.Stream;

/** All scenarios. */
final class Scenarios {
    /** Credentials of a role that is assumed through another. */
    private static final long TARGET_ROLE_LIFE = 59 * Time.MINUTE;

    /** What a pod asks of EKS Auth in a steady state: its agent renews every three hours. */
    private static final double STEADY_RATE = 1.0 / (3 * 60 * 60);

    private Scenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("steady", "a day in which nothing happens").measured(24 * Time.HOUR),
                new Scenario("agents-restart", "the agents restart, a tenth at a time, 10 s each, in 10 min")
                        .agentsRestart(0, 10 * Time.MINUTE)
                        .measured(6 * Time.HOUR),
                new Scenario("outage-30m", "EKS Auth does not answer for 30 min")
                        .trouble(Kind.HANGS, 30 * Time.MINUTE, 0)
                        .measured(2 * Time.HOUR),
                new Scenario("outage-4h", "EKS Auth does not answer for 4 h")
                        .trouble(Kind.HANGS, 4 * Time.HOUR, 0)
                        .variants(Stream.concat(Policy.CAPS.stream(), Policy.WINDOWS.stream())
                                .toList())
                        .measured(6 * Time.HOUR),
                new Scenario("throttled-6h", "EKS Auth grants half the demand for 6 h")
                        .trouble(Kind.THROTTLES, 6 * Time.HOUR, STEADY_RATE / 2)
                        .variants(Policy.CAPS)
                        .measured(8 * Time.HOUR),
                new Scenario("pods-restart", "all pods restart within 10 s")
                        .podsRestart(0, 10 * Time.SECOND)
                        .measured(Time.HOUR),
                new Scenario("target-role", "credentials of 59 min; 6 h in which nothing happens")
                        .life(TARGET_ROLE_LIFE)
                        .measured(6 * Time.HOUR),
                new Scenario("target-role-outage-30m", "credentials of 59 min; EKS Auth does not answer for 30 min")
                        .life(TARGET_ROLE_LIFE)
                        .trouble(Kind.HANGS, 30 * Time.MINUTE, 0)
                        .variants(Policy.CAPS)
                        .measured(2 * Time.HOUR),
                new Scenario("skew", "one node in 50 is 4 min fast, one 4 min slow; 6 h in which nothing happens")
                        .skewed()
                        .measured(6 * Time.HOUR));
    }
}
