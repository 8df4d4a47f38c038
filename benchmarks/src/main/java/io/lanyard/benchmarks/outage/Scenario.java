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
 * What happens to a contestant, second by second.
 *
 * <p>Zero is the moment when credentials begin their life, by the agent's word; with a cold start it is the first call.
 */
final class Scenario {
    /** What a start of three JVMs takes of the machine, and what comes after the last call. */
    static final Duration START = Duration.ofSeconds(3);

    private final String name;
    private final String about;
    private final List<Step> steps = new ArrayList<>();
    private final List<Promise> promises = new ArrayList<>();
    private int callers = 16;
    private Duration think = Duration.ofMillis(10);
    private Duration life = Duration.ofHours(6);
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
     * @param at when
     * @param change what
     * @param heals whether the outage ends with it
     */
    record Step(Duration at, Consumer<EksPodIdentityAgent> change, boolean heals) {}

    Scenario(String name, String about) {
        this.name = name;
        this.about = about;
    }

    Scenario life(Duration life) {
        this.life = life;
        return this;
    }

    Scenario callers(int callers, Duration think) {
        this.callers = callers;
        this.think = think;
        return this;
    }

    /** When callers call. */
    Scenario calls(Duration from, Duration to) {
        this.from = from;
        this.to = to;
        return this;
    }

    /** Each caller calls once, and all at once; there were no credentials before. */
    Scenario cold() {
        this.cold = true;
        return this;
    }

    /** New credentials for each request; otherwise the agent holds them as the real one does. */
    Scenario newCredentialsForEachRequest() {
        this.cached = false;
        return this;
    }

    Scenario heap(int megabytes) {
        this.heapMegabytes = megabytes;
        return this;
    }

    /** What closing may take: an attempt that is under way, and the JDK's five seconds for an idle connection. */
    Scenario settling(Duration most) {
        this.settling = most;
        return this;
    }

    /** For latencies that neighbours would spoil. */
    Scenario alone() {
        this.alone = true;
        return this;
    }

    Scenario fault(Duration at, Fault fault) {
        return step(at, agent -> agent.faults().always(fault), false);
    }

    Scenario healed(Duration at) {
        return step(at, agent -> agent.faults().clear(), true);
    }

    Scenario gone(Duration at) {
        return step(at, EksPodIdentityAgent::stop, false);
    }

    Scenario back(Duration at) {
        return step(at, EksPodIdentityAgent::restart, true);
    }

    /** Callers go on until there are fresh credentials after the outage, for so long at most. */
    Scenario untilFresh(Duration most) {
        this.recovery = most;
        return this;
    }

    Scenario promise(Promise... more) {
        promises.addAll(List.of(more));
        return this;
    }

    private Scenario step(Duration at, Consumer<EksPodIdentityAgent> change, boolean heals) {
        steps.add(new Step(at, change, heals));
        steps.sort(Comparator.comparing(Step::at));
        return this;
    }

    String name() {
        return name;
    }

    String about() {
        return about;
    }

    List<Step> steps() {
        return List.copyOf(steps);
    }

    List<Promise> promises() {
        return List.copyOf(promises);
    }

    int callers() {
        return callers;
    }

    Duration think() {
        return think;
    }

    Duration life() {
        return life;
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
