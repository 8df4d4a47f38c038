// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** A fleet that keeps its credentials by one policy, in one scenario. One run, on one thread. */
final class Fleet {
    /** How often an application calls for its credentials, on the average: an assumption. */
    static final double CALLS_A_SECOND = 1;

    static final int PODS_ON_A_NODE = 50;

    /** What EKS Auth grants, for each pod: an assumption, some 80 times what is asked in a steady state. */
    static final double RATE_PER_POD = 0.01;

    /** So that a small fleet is not throttled by chance. */
    private static final double LEAST_RATE = 10;

    static final long AGENT_DOWN = 10 * Time.SECOND;
    static final long CLOCK_SKEW = 4 * Time.MINUTE;
    private static final int WAVES = 10;
    private static final int SKEWED = 50;
    private static final long TOKEN_AGES = 19 * Time.HOUR;

    final Kernel kernel = new Kernel();
    final SplittableRandom random;
    /** Lanyard's own, so that runs with the same seed are the same. */
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
        // as long as the agents keep what they have fetched, so that renewals come evenly from then on
        this.spread = Math.min(scenario.life(), Agent.LONGEST_KEPT);
        this.from = spread + scenario.life();
        this.to = from + scenario.measured();
        this.tally = new Tally(from, to);
        this.eksAuth = new EksAuth(
                Math.max(LEAST_RATE, size * RATE_PER_POD),
                scenario.life(),
                scenario.troubles(from, size),
                random.split(),
                tally);
        for (int i = 0; i < size; i++) {
            if (i % PODS_ON_A_NODE == 0) {
                agents.add(new Agent(kernel, eksAuth, random.split(), tally, skew(agents.size())));
            }
            pods.add(policy.hiring().pod(this, agents.get(agents.size() - 1)));
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
        if (scenario.hasTrouble()) {
            kernel.at(from + scenario.healed(), () -> pods.forEach(Pod::watch));
        }
        kernel.run(to);
        pods.forEach(Pod::end);
        return new Outcome(scenario, policy, pods.size(), Figures.of(tally, scenario.hasTrouble() ? pods : List.of()));
    }

    private void restartAgents() {
        if (scenario.agentsRestart() == Time.NEVER) {
            return;
        }
        long begun = from + scenario.agentsRestart();
        long wave = (scenario.healed() - scenario.agentsRestart() - AGENT_DOWN) / WAVES;
        for (int i = 0; i < agents.size(); i++) {
            long at = begun + i % WAVES * wave + random.nextLong(wave);
            agents.get(i).restart(at, at + AGENT_DOWN);
        }
    }

    private void restartPods() {
        if (scenario.podsRestart() == Time.NEVER) {
            return;
        }
        long length = scenario.healed() - scenario.podsRestart();
        for (Pod pod : pods) {
            kernel.at(from + scenario.podsRestart() + random.nextLong(length), pod::restart);
        }
    }

    /** A new token. */
    Token token(long issued) {
        return new Token("token-CANARY-" + ++tokens, issued);
    }

    /** How many calls come in that time, on the average. */
    double calls(long time) {
        return (double) time / Time.SECOND * CALLS_A_SECOND;
    }

    /** How long it takes until the next call. */
    long untilNextCall() {
        return (long) (-Math.log(1 - random.nextDouble()) / CALLS_A_SECOND * Time.SECOND);
    }

    /** The calls of that time were given credentials past their end. */
    void ended(long since, long until) {
        long length = tally.overlap(since, until);
        if (length > 0) {
            tally.ended(Math.max(since, tally.from()), calls(length));
        }
    }
}
