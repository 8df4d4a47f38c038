// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * The timeline of a scenario. Time 0 is when the agent issues the first credentials, or the first call of a cold start.
 */
final class Scenario {
    /** The time for the start of three JVMs. */
    static final Duration START = Duration.ofSeconds(3);

    private final String name;
    private final String description;
    private final List<Step> steps = new ArrayList<>();
    private final List<Requirement> requirements = new ArrayList<>();
    private int callers = 16;
    private Duration think = Duration.ofMillis(10);
    private Duration lifetime = Duration.ofHours(6);
    private Duration from = Duration.ZERO;
    private Duration to = Duration.ZERO;
    private Duration recovery = Duration.ZERO;
    private Duration settling = Duration.ofSeconds(10);
    private int heapMegabytes = 128;
    private boolean cold;
    private boolean cached = true;
    private boolean alone;

    /**
     * A change of the agent.
     *
     * @param at the time of the change
     * @param change the change
     * @param endsOutage whether it ends the outage
     */
    record Step(Duration at, Consumer<EksPodIdentityAgent> change, boolean endsOutage) {}

    Scenario(String name, String description) {
        this.name = name;
        this.description = description;
    }

    Scenario lifetime(Duration lifetime) {
        this.lifetime = lifetime;
        return this;
    }

    Scenario callers(int callers, Duration think) {
        this.callers = callers;
        this.think = think;
        return this;
    }

    /** Sets when the callers call. */
    Scenario calls(Duration from, Duration to) {
        this.from = from;
        this.to = to;
        return this;
    }

    /** Makes each caller call once, all at the same time, with no cached credentials. */
    Scenario cold() {
        this.cold = true;
        return this;
    }

    /** Makes the agent issue new credentials for each request; by default it caches them as the real one does. */
    Scenario newCredentialsForEachRequest() {
        this.cached = false;
        return this;
    }

    Scenario heap(int megabytes) {
        this.heapMegabytes = megabytes;
        return this;
    }

    /** Sets how long sockets may stay open after closing: for a running attempt and the JDK's idle timeout of 5 s. */
    Scenario settling(Duration limit) {
        this.settling = limit;
        return this;
    }

    /** Runs the scenario alone, because others would disturb its latencies. */
    Scenario alone() {
        this.alone = true;
        return this;
    }

    Scenario fault(Duration at, Fault fault) {
        return step(at, agent -> agent.faults().always(fault), false);
    }

    Scenario faultEnds(Duration at) {
        return step(at, agent -> agent.faults().clear(), true);
    }

    Scenario agentStops(Duration at) {
        return step(at, EksPodIdentityAgent::stop, false);
    }

    Scenario agentRestarts(Duration at) {
        return step(at, EksPodIdentityAgent::restart, true);
    }

    /** Lets the callers go on until new credentials are served after the outage, at most for this time. */
    Scenario untilFresh(Duration limit) {
        this.recovery = limit;
        return this;
    }

    Scenario require(Requirement... more) {
        requirements.addAll(List.of(more));
        return this;
    }

    private Scenario step(Duration at, Consumer<EksPodIdentityAgent> change, boolean endsOutage) {
        steps.add(new Step(at, change, endsOutage));
        steps.sort(Comparator.comparing(Step::at));
        return this;
    }

    String name() {
        return name;
    }

    String description() {
        return description;
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    List<Requirement> requirements() {
        return List.copyOf(requirements);
    }

    int callers() {
        return callers;
    }

    Duration think() {
        return think;
    }

    Duration lifetime() {
        return lifetime;
    }

    Duration from() {
        return from;
    }

    Duration to() {
        return to;
    }

    Duration recovery() {
        return recovery;
    }

    Duration settling() {
        return settling;
    }

    int heapMegabytes() {
        return heapMegabytes;
    }

    boolean isCold() {
        return cold;
    }

    boolean isCached() {
        return cached;
    }

    boolean isAlone() {
        return alone;
    }

    @Override
    public String toString() {
        return name;
    }
}
