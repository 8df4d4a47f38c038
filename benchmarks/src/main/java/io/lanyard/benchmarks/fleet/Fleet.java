// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Simulates a fleet with one policy in one scenario. Runs once, on one thread. */
final class Fleet {
    /** The average number of calls per second of each pod; an assumption. */
    static final double CALLS_PER_SECOND = 1;

    static final int PODS_PER_NODE = 50;

    /** The rate limit of EKS Auth per pod; an assumption, about 80 times the rate of a steady state. */
    static final double RATE_PER_POD = 0.01;

    /** The smallest rate limit, so that a small fleet is not throttled by chance. */
    private static final double MIN_RATE = 10;

    static final long AGENT_DOWN = 10 * Time.SECOND;
    static final long CLOCK_SKEW = 4 * Time.MINUTE;
    private static final int WAVES = 10;
    private static final int SKEWED = 50;
    private static final long TOKEN_AGES = 19 * Time.HOUR;

    final Kernel kernel = new Kernel();
    final SplittableRandom random;
    /** Seeds Lanyard's jitter, so that runs with the same seed are equal. */
    final SplittableRandom jitter;

    final Tally tally;
    private final Scenario scenario;
    private final Policy policy;
    private final long spread;
    private final long from;
    private final long to;
    private final EksAuth eksAuth;
    private final List<Agent> agents = new ArrayList<>();
    private final List<Pod> pods = new ArrayList<>();
    private int tokens;

    Fleet(Scenario scenario, Policy policy, int size, long seed) {
        this.scenario = scenario;
        this.policy = policy;
        this.random = new SplittableRandom(seed);
        this.jitter = new SplittableRandom(seed);
        // the renewal age of the agents, so that renewals are spread evenly from then on
        this.spread = Math.min(scenario.lifetime(), Agent.RENEWAL_AGE);
        this.from = spread + scenario.lifetime();
        this.to = from + scenario.measured();
        this.tally = new Tally(from, to);
        this.eksAuth = new EksAuth(
                Math.max(MIN_RATE, size * RATE_PER_POD),
                scenario.lifetime(),
                scenario.faults(from, size),
                random.split(),
                tally);
        for (int i = 0; i < size; i++) {
            if (i % PODS_PER_NODE == 0) {
                agents.add(new Agent(kernel, eksAuth, random.split(), tally, skew(agents.size())));
            }
            pods.add(policy.factory().pod(this, agents.get(agents.size() - 1)));
        }
    }

    private long skew(int node) {
        if (!scenario.isSkewed() || node % SKEWED > 1) {
            return 0;
        }
        return node % SKEWED == 0 ? CLOCK_SKEW : -CLOCK_SKEW;
    }

    Outcome run() {
        for (Pod pod : pods) {
            kernel.at(random.nextLong(spread), () -> pod.start(kernel.now() - random.nextLong(TOKEN_AGES)));
        }
        restartAgents();
        restartPods();
        if (scenario.hasDisruption()) {
            kernel.at(from + scenario.disruptionEnd(), () -> pods.forEach(Pod::watch));
        }
        kernel.run(to);
        pods.forEach(Pod::end);
        return new Outcome(
                scenario, policy, pods.size(), Figures.of(tally, scenario.hasDisruption() ? pods : List.of()));
    }

    private void restartAgents() {
        if (scenario.agentsRestart() == Time.NEVER) {
            return;
        }
        long start = from + scenario.agentsRestart();
        long wave = (scenario.disruptionEnd() - scenario.agentsRestart() - AGENT_DOWN) / WAVES;
        for (int i = 0; i < agents.size(); i++) {
            long at = start + i % WAVES * wave + random.nextLong(wave);
            agents.get(i).restart(at, at + AGENT_DOWN);
        }
    }

    private void restartPods() {
        if (scenario.podsRestart() == Time.NEVER) {
            return;
        }
        long length = scenario.disruptionEnd() - scenario.podsRestart();
        for (Pod pod : pods) {
            kernel.at(from + scenario.podsRestart() + random.nextLong(length), pod::restart);
        }
    }

    /** Returns a new token. */
    Token token(long issued) {
        return new Token("token-CANARY-" + ++tokens, issued);
    }

    /** Returns the average number of calls in that time. */
    double calls(long time) {
        return (double) time / Time.SECOND * CALLS_PER_SECOND;
    }

    /** Returns a random time until the next call. */
    long untilNextCall() {
        return (long) (-Math.log(1 - random.nextDouble()) / CALLS_PER_SECOND * Time.SECOND);
    }

    /** Counts the calls of that time as served expired credentials. */
    void expired(long since, long until) {
        long length = tally.overlap(since, until);
        if (length > 0) {
            tally.expired(Math.max(since, tally.from()), calls(length));
        }
    }
}
