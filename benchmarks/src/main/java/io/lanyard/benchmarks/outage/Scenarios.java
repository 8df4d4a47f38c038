// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * All scenarios.
 *
 * <p>Lives are minutes where the real ones are hours, because the SDK's windows are fixed: its credentials are stale,
 * and their refresh everybody's business, one minute before they end; in the quarter of an hour before that one caller
 * at a time refreshes. Lanyard's window is relative to such a life and begins at its half. In the advisory scenarios
 * both are in their window and before their last minute.
 */
final class Scenarios {
    private static final Duration OUTAGE_BEGINS = seconds(2);

    /** Far more than the back-off makes in a minute, and far less than a caller for each would. */
    private static final int FEW = 60;

    private Scenarios() {}

    private record Ailment(String name, String about, Fault fault) {}

    private static final List<Ailment> AILMENTS = List.of(
            new Ailment("hang", "takes requests and never answers", Fault.hang()),
            new Ailment("500", "answers 500", Fault.status(500)),
            new Ailment("429", "answers 429", Fault.status(429)),
            new Ailment("reset", "resets every connection", Fault.reset()));

    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        all.add(healthy(seconds(10)));
        all.add(cold(1_500));
        all.add(cold(4_000));
        all.add(cold(7_000));
        AILMENTS.forEach(ailment -> all.add(advisory(ailment)));
        AILMENTS.forEach(ailment -> all.add(lastMinute(ailment, seconds(60), seconds(18))));
        AILMENTS.forEach(ailment -> all.add(acrossExpiry(ailment)));
        all.add(lastMinute(
                new Ailment("drip", "sends a byte every 100 ms", Fault.drip(Duration.ofMillis(100))),
                seconds(60),
                seconds(18)));
        all.add(hugeBody(seconds(60)));
        all.add(restart());
        all.add(goneAcrossExpiry());
        all.add(shortLived());
        all.add(sameAgain());
        return all;
    }

    /** Under a minute; shows that all works rather than how well. */
    static List<Scenario> quick() {
        return List.of(
                healthy(seconds(3)),
                cold(1_500),
                lastMinute(AILMENTS.get(0), seconds(34), seconds(8)),
                lastMinute(AILMENTS.get(1), seconds(34), seconds(8)),
                hugeBody(seconds(34)));
    }

    /** In each, Lanyard's refresh falls into the calls; the agent takes as long as one that has to ask EKS Auth. */
    static List<Scenario> latency(boolean quick) {
        Duration life = seconds(quick ? 30 : 150);
        Duration from = seconds(quick ? 12 : 60);
        Duration to = seconds(quick ? 20 : 88);
        return List.of(
                underway("refresh", "credentials are refreshed", life, from, to)
                        .fault(Duration.ZERO, Fault.delay(Duration.ofMillis(30))),
                underway("slow-agent", "the agent answers after 5 s", life, from, to)
                        .fault(OUTAGE_BEGINS, Fault.delay(seconds(5))),
                underway("restart", "the agent is gone for a while", life, from, to)
                        .gone(from.plusSeconds(quick ? 1 : 4))
                        .back(to.minusSeconds(quick ? 3 : 12)));
    }

    private static Scenario underway(String name, String about, Duration life, Duration from, Duration to) {
        return new Scenario(name, about)
                .callers(8, Duration.ofMillis(2))
                .life(life)
                .calls(from, to)
                .promise(Promise.noFailedCall(), Promise.noCallWaitsWhileValid());
    }

    static Scenario healthy(Duration time) {
        return new Scenario("healthy", "64 callers, a healthy agent, six-hour credentials")
                .callers(64, Duration.ofMillis(5))
                .calls(seconds(1), time.plusSeconds(1))
                .alone()
                .promise(Promise.noFailedCall(), Promise.noCallWaitsWhileValid(), Promise.requests(1))
                .promise(Promise.noSocketLeft());
    }

    private static Scenario cold(long millis) {
        String name = millis % 1000 == 0 ? millis / 1000 + "s" : millis / 1000.0 + "s";
        return new Scenario("cold-" + name, "50 first callers at once; the agent answers after " + name)
                .callers(50, Duration.ZERO)
                .cold()
                .calls(Duration.ZERO, seconds(12))
                .fault(Duration.ZERO, Fault.delay(Duration.ofMillis(millis)))
                .promise(Promise.noFailedCall(), Promise.requests(1), Promise.noSocketLeft())
                .promise(Promise.slowest(Duration.ofMillis(millis).plusSeconds(5)));
    }

    private static Scenario advisory(Ailment ailment) {
        Duration life = seconds(150);
        return new Scenario("advisory-" + ailment.name, "75 s to 62 s before the end; the agent " + ailment.about)
                .life(life)
                .fault(OUTAGE_BEGINS, ailment.fault)
                .calls(life.minusSeconds(75), life.minusSeconds(62))
                .promise(Promise.noFailedCall(), Promise.noCallWaitsWhileValid(), Promise.noSocketLeft())
                .promise(Promise.requests(FEW));
    }

    private static Scenario lastMinute(Ailment ailment, Duration life, Duration time) {
        Duration to = life.minusSeconds(7);
        return new Scenario(
                        "last-minute-" + ailment.name,
                        time.toSeconds() + 7 + " s to 7 s before the end; the agent " + ailment.about)
                .life(life)
                .fault(OUTAGE_BEGINS, ailment.fault)
                .calls(to.minus(time), to)
                .promise(Promise.noFailedCall(), Promise.noCallWaitsWhileValid(), Promise.noSocketLeft())
                .promise(Promise.requests(FEW));
    }

    private static Scenario acrossExpiry(Ailment ailment) {
        Duration life = seconds(40);
        Duration healed = life.plusSeconds(6);
        return new Scenario(
                        "across-expiry-" + ailment.name,
                        "10 s before the end to 6 s after it and on until there are new ones; the agent "
                                + ailment.about)
                .life(life)
                .fault(OUTAGE_BEGINS, ailment.fault)
                .healed(healed)
                .calls(life.minusSeconds(10), healed.plusSeconds(2))
                .untilFresh(seconds(62))
                .promise(Promise.noFailedCallWhileValid(), Promise.noCallWaitsWhileValid(), Promise.noSocketLeft())
                .promise(Promise.freshWithin(seconds(60)))
                .promise(Promise.requests(FEW));
    }

    private static Scenario hugeBody(Duration life) {
        Duration to = life.minusSeconds(7);
        return new Scenario("huge-body", "the agent answers 200 with 200 MB; the contestant's heap is 64 MB")
                .life(life)
                .heap(64)
                .callers(8, Duration.ofMillis(50))
                .fault(OUTAGE_BEGINS, Fault.oversize(200_000_000))
                .calls(to.minusSeconds(8), to)
                .promise(Promise.noFailedCall(), Promise.noCallWaitsWhileValid(), Promise.noSocketLeft())
                .promise(Promise.requests(FEW));
    }

    private static Scenario restart() {
        Duration life = seconds(60);
        return new Scenario("restart-10s", "the agent is gone for 10 s in the last minute")
                .life(life)
                .gone(life.minusSeconds(24))
                .back(life.minusSeconds(14))
                .calls(life.minusSeconds(28), life.minusSeconds(13))
                .untilFresh(seconds(20))
                .promise(Promise.noFailedCall(), Promise.noCallWaitsWhileValid(), Promise.noSocketLeft())
                .promise(Promise.freshWithin(seconds(5)))
                .promise(Promise.requests(FEW));
    }

    private static Scenario goneAcrossExpiry() {
        Duration life = seconds(45);
        return new Scenario("gone-30s-across-expiry", "the agent is gone from 20 s before the end to 10 s after it")
                .life(life)
                .gone(life.minusSeconds(20))
                .back(life.plusSeconds(10))
                .calls(life.minusSeconds(10), life.plusSeconds(11))
                .untilFresh(seconds(20))
                .promise(Promise.noFailedCallWhileValid(), Promise.noCallWaitsWhileValid(), Promise.noSocketLeft())
                .promise(Promise.freshWithin(seconds(5)))
                .promise(Promise.requests(FEW));
    }

    private static Scenario shortLived() {
        return new Scenario("short-lived", "credentials of 45 s, new ones for each request")
                .life(seconds(45))
                .newCredentialsForEachRequest()
                .calls(seconds(1), seconds(46))
                .promise(Promise.noFailedCall(), Promise.noCallWaitsWhileValid(), Promise.requests(3))
                .promise(Promise.noSocketLeft());
    }

    private static Scenario sameAgain() {
        Duration life = seconds(60);
        return new Scenario("same-again", "the agent gives the same credentials until 15 s before their end")
                .life(life)
                .calls(seconds(5), life.minusSeconds(5))
                .promise(Promise.noFailedCall(), Promise.noCallWaitsWhileValid(), Promise.requests(12))
                .promise(Promise.noSocketLeft());
    }

    private static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }
}
