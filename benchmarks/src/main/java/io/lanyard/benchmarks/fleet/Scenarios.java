// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import io.lanyard.benchmarks.fleet.Fault.Kind;
import java.util.List;
import java.util.stream.Stream;

/** The scenarios. */
final class Scenarios {
    /** The lifetime of credentials of a role that is assumed through another. */
    private static final long TARGET_ROLE_LIFETIME = 59 * Time.MINUTE;

    /** The request rate of a pod at EKS Auth in a steady state: its agent renews every three hours. */
    private static final double STEADY_RATE = 1.0 / (3 * 60 * 60);

    private Scenarios() {}

    static List<Scenario> all() {
        return List.of(
                new Scenario("steady", "no disruption for a day").measured(24 * Time.HOUR),
                new Scenario("agents-restart", "all agents restart within 10 min, a tenth at a time, 10 s each")
                        .agentsRestart(0, 10 * Time.MINUTE)
                        .measured(6 * Time.HOUR),
                new Scenario("outage-30m", "EKS Auth does not answer for 30 min")
                        .fault(Kind.HANGS, 30 * Time.MINUTE, 0)
                        .measured(2 * Time.HOUR),
                new Scenario("outage-4h", "EKS Auth does not answer for 4 h")
                        .fault(Kind.HANGS, 4 * Time.HOUR, 0)
                        .variants(Stream.concat(Policy.CAPS.stream(), Policy.WINDOWS.stream())
                                .toList())
                        .measured(6 * Time.HOUR),
                new Scenario("throttled-6h", "EKS Auth grants half of the demand for 6 h")
                        .fault(Kind.THROTTLES, 6 * Time.HOUR, STEADY_RATE / 2)
                        .variants(Policy.CAPS)
                        .measured(8 * Time.HOUR),
                new Scenario("pods-restart", "all pods restart within 10 s")
                        .podsRestart(0, 10 * Time.SECOND)
                        .measured(Time.HOUR),
                new Scenario("target-role", "credentials are valid for 59 min; no disruption for 6 h")
                        .lifetime(TARGET_ROLE_LIFETIME)
                        .measured(6 * Time.HOUR),
                new Scenario(
                                "target-role-outage-30m",
                                "credentials are valid for 59 min; EKS Auth does not answer for 30 min")
                        .lifetime(TARGET_ROLE_LIFETIME)
                        .fault(Kind.HANGS, 30 * Time.MINUTE, 0)
                        .variants(Policy.CAPS)
                        .measured(2 * Time.HOUR),
                new Scenario("skew", "of 50 clocks, one is 4 min fast and one 4 min slow; no disruption for 6 h")
                        .skewed()
                        .measured(6 * Time.HOUR));
    }
}
