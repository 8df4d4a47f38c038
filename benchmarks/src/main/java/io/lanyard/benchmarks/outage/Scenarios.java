// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The scenarios.
 *
 * <p>Credentials live for minutes instead of hours, because the SDK's windows are fixed: in the last minute before
 * expiration all callers refresh, and in the 15 minutes before expiration one caller at a time. Lanyard's window starts
 * after half of so short a lifetime. In the advisory scenarios both contestants are in their window, but not yet in the
 * last minute.
 */
final class Scenarios {
    private static final Duration OUTAGE_BEGINS = seconds(2);

    /** Far more than Lanyard's back-off allows in a minute, and far less than one request per call. */
    private static final int FEW = 60;

    private Scenarios() {}

    private record AgentFault(String name, String description, Fault fault) {}

    private static final List<AgentFault> FAULTS = List.of(
            new AgentFault("hang", "accepts requests but never answers", Fault.hang()),
            new AgentFault("500", "answers 500", Fault.status(500)),
            new AgentFault("429", "answers 429", Fault.status(429)),
            new AgentFault("reset", "resets every connection", Fault.reset()));

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        all.add(healthy(seconds(10)));
        all.add(cold(1_500));
        all.add(cold(4_000));
        all.add(cold(7_000));
        FAULTS.forEach(fault -> all.add(advisory(fault)));
        FAULTS.forEach(fault -> all.add(lastMinute(fault, seconds(60), seconds(18))));
        FAULTS.forEach(fault -> all.add(acrossExpiration(fault)));
        all.add(lastMinute(
                new AgentFault("drip", "sends one byte every 100 ms", Fault.drip(Duration.ofMillis(100))),
                seconds(60),
                seconds(18)));
        all.add(hugeBody(seconds(60)));
        all.add(restart());
        all.add(unreachable());
        all.add(shortLived());
        all.add(sameCredentials());
        return all;
    }

    /** Scenarios of under a minute, which check that everything works rather than measure it. */
    static List<Scenario> quick() {
        return List.of(
                healthy(seconds(3)),
                cold(1_500),
                lastMinute(FAULTS.get(0), seconds(34), seconds(8)),
                lastMinute(FAULTS.get(1), seconds(34), seconds(8)),
                hugeBody(seconds(34)));
    }

    /** Scenarios in which Lanyard refreshes during the calls. The agent is as slow as with a request to EKS Auth. */
    static List<Scenario> latency(boolean quick) {
        Duration lifetime = seconds(quick ? 30 : 150);
        Duration from = seconds(quick ? 12 : 60);
        Duration to = seconds(quick ? 20 : 88);
        return List.of(
                duringRefresh("refresh", "the credentials are refreshed", lifetime, from, to)
                        .fault(Duration.ZERO, Fault.delay(Duration.ofMillis(30))),
                duringRefresh("slow-agent", "the agent answers after 5 s", lifetime, from, to)
                        .fault(OUTAGE_BEGINS, Fault.delay(seconds(5))),
                duringRefresh("restart", "the agent is down for a while", lifetime, from, to)
                        .agentStops(from.plusSeconds(quick ? 1 : 4))
                        .agentRestarts(to.minusSeconds(quick ? 3 : 12)));
    }

    private static Scenario duringRefresh(
            String name, String description, Duration lifetime, Duration from, Duration to) {
        return new Scenario(name, description)
                .callers(8, Duration.ofMillis(2))
                .lifetime(lifetime)
                .calls(from, to)
                .require(Requirement.noFailedCall(), Requirement.noCallWaitsWhileValid());
    }

    static Scenario healthy(Duration time) {
        return new Scenario("healthy", "64 callers; the agent is healthy and the credentials are valid for six hours")
                .callers(64, Duration.ofMillis(5))
                .calls(seconds(1), time.plusSeconds(1))
                .alone()
                .require(Requirement.noFailedCall(), Requirement.noCallWaitsWhileValid(), Requirement.requests(1))
                .require(Requirement.noSocketLeft());
    }

    private static Scenario cold(long millis) {
        String name = millis % 1000 == 0 ? millis / 1000 + "s" : millis / 1000.0 + "s";
        return new Scenario("cold-" + name, "50 concurrent first calls; the agent answers after " + name)
                .callers(50, Duration.ZERO)
                .cold()
                .calls(Duration.ZERO, seconds(12))
                .fault(Duration.ZERO, Fault.delay(Duration.ofMillis(millis)))
                .require(Requirement.noFailedCall(), Requirement.requests(1), Requirement.noSocketLeft())
                .require(Requirement.slowest(Duration.ofMillis(millis).plusSeconds(5)));
    }

    private static Scenario advisory(AgentFault fault) {
        Duration lifetime = seconds(150);
        return new Scenario("advisory-" + fault.name, "75 s to 62 s before expiration, the agent " + fault.description)
                .lifetime(lifetime)
                .fault(OUTAGE_BEGINS, fault.fault)
                .calls(lifetime.minusSeconds(75), lifetime.minusSeconds(62))
                .require(Requirement.noFailedCall(), Requirement.noCallWaitsWhileValid(), Requirement.noSocketLeft())
                .require(Requirement.requests(FEW));
    }

    private static Scenario lastMinute(AgentFault fault, Duration lifetime, Duration time) {
        Duration to = lifetime.minusSeconds(7);
        return new Scenario(
                        "last-minute-" + fault.name,
                        time.toSeconds() + 7 + " s to 7 s before expiration, the agent " + fault.description)
                .lifetime(lifetime)
                .fault(OUTAGE_BEGINS, fault.fault)
                .calls(to.minus(time), to)
                .require(Requirement.noFailedCall(), Requirement.noCallWaitsWhileValid(), Requirement.noSocketLeft())
                .require(Requirement.requests(FEW));
    }

    private static Scenario acrossExpiration(AgentFault fault) {
        Duration lifetime = seconds(40);
        Duration faultEnd = lifetime.plusSeconds(6);
        return new Scenario(
                        "across-expiration-" + fault.name,
                        "from 10 s before to 6 s after expiration, and until new credentials are served, the agent "
                                + fault.description)
                .lifetime(lifetime)
                .fault(OUTAGE_BEGINS, fault.fault)
                .faultEnds(faultEnd)
                .calls(lifetime.minusSeconds(10), faultEnd.plusSeconds(2))
                .untilFresh(seconds(62))
                .require(
                        Requirement.noFailedCallWhileValid(),
                        Requirement.noCallWaitsWhileValid(),
                        Requirement.noSocketLeft())
                .require(Requirement.freshWithin(seconds(60)))
                .require(Requirement.requests(FEW));
    }

    private static Scenario hugeBody(Duration lifetime) {
        Duration to = lifetime.minusSeconds(7);
        return new Scenario(
                        "huge-body", "the agent answers 200 with a body of 200 MB; the contestant has a heap of 64 MB")
                .lifetime(lifetime)
                .heap(64)
                .callers(8, Duration.ofMillis(50))
                .fault(OUTAGE_BEGINS, Fault.oversize(200_000_000))
                .calls(to.minusSeconds(8), to)
                .require(Requirement.noFailedCall(), Requirement.noCallWaitsWhileValid(), Requirement.noSocketLeft())
                .require(Requirement.requests(FEW));
    }

    private static Scenario restart() {
        Duration lifetime = seconds(60);
        return new Scenario("restart-10s", "the agent is down for 10 s in the last minute before expiration")
                .lifetime(lifetime)
                .agentStops(lifetime.minusSeconds(24))
                .agentRestarts(lifetime.minusSeconds(14))
                .calls(lifetime.minusSeconds(28), lifetime.minusSeconds(13))
                .untilFresh(seconds(20))
                .require(Requirement.noFailedCall(), Requirement.noCallWaitsWhileValid(), Requirement.noSocketLeft())
                .require(Requirement.freshWithin(seconds(5)))
                .require(Requirement.requests(FEW));
    }

    private static Scenario unreachable() {
        Duration lifetime = seconds(45);
        return new Scenario("unreachable-30s", "the agent is unreachable from 20 s before to 10 s after expiration")
                .lifetime(lifetime)
                .agentStops(lifetime.minusSeconds(20))
                .agentRestarts(lifetime.plusSeconds(10))
                .calls(lifetime.minusSeconds(10), lifetime.plusSeconds(11))
                .untilFresh(seconds(20))
                .require(
                        Requirement.noFailedCallWhileValid(),
                        Requirement.noCallWaitsWhileValid(),
                        Requirement.noSocketLeft())
                .require(Requirement.freshWithin(seconds(5)))
                .require(Requirement.requests(FEW));
    }

    private static Scenario shortLived() {
        return new Scenario("short-lived", "credentials are valid for 45 s; the agent issues new ones for each request")
                .lifetime(seconds(45))
                .newCredentialsForEachRequest()
                .calls(seconds(1), seconds(46))
                .require(Requirement.noFailedCall(), Requirement.noCallWaitsWhileValid(), Requirement.requests(3))
                .require(Requirement.noSocketLeft());
    }

    private static Scenario sameCredentials() {
        Duration lifetime = seconds(60);
        return new Scenario("same-credentials", "the agent returns the same credentials until 15 s before expiration")
                .lifetime(lifetime)
                .calls(seconds(5), lifetime.minusSeconds(5))
                .require(Requirement.noFailedCall(), Requirement.noCallWaitsWhileValid(), Requirement.requests(12))
                .require(Requirement.noSocketLeft());
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
