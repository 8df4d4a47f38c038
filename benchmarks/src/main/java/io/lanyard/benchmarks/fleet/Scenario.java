// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.ArrayList;
import java.util.List;

/** The timeline of a scenario. Times are relative to the start of the measured time. */
final class Scenario {
    private final String name;
    private final String description;
    private final List<Fault> faults = new ArrayList<>();
    private long lifetime = 6 * Time.HOUR;
    private long measured = Time.HOUR;
    private long disruptionEnd = Time.NEVER;
    private long agentsRestart = Time.NEVER;
    private long podsRestart = Time.NEVER;
    private boolean skewed;
    private List<Policy> variants = List.of();

    Scenario(String name, String description) {
        this.name = name;
        this.description = description;
    }

    /** Sets the lifetime of the credentials. */
    Scenario lifetime(long time) {
        this.lifetime = time;
        return this;
    }

    /** Sets the length of the measured time. */
    Scenario measured(long time) {
        this.measured = time;
        return this;
    }

    /** Adds a fault of EKS Auth from the start on; {@code ratePerPod} is the granted number of requests per second and pod. */
    Scenario fault(Fault.Kind kind, long length, double ratePerPod) {
        faults.add(new Fault(kind, 0, length, ratePerPod));
        return disruptionEnd(length);
    }

    /** Restarts the agents, a tenth of them at a time. */
    Scenario agentsRestart(long at, long length) {
        this.agentsRestart = at;
        return disruptionEnd(at + length);
    }

    /** Restarts all pods within that time. */
    Scenario podsRestart(long at, long length) {
        this.podsRestart = at;
        return disruptionEnd(at + length);
    }

    /** Makes the clock of one node in fifty fast and of another one slow. */
    Scenario skewed() {
        this.skewed = true;
        return this;
    }

    /** Adds policies with which the scenario is played as well. */
    Scenario variants(List<Policy> policies) {
        this.variants = policies;
        return this;
    }

    private Scenario disruptionEnd(long at) {
        this.disruptionEnd = at;
        return this;
    }

    String name() {
        return name;
    }

    String description() {
        return description;
    }

    /** Returns the faults for that many pods, in simulation time. */
    List<Fault> faults(long from, int pods) {
        return faults.stream()
                .map(fault -> new Fault(fault.kind(), from + fault.from(), from + fault.to(), fault.rate() * pods))
                .toList();
    }

    long lifetime() {
        return lifetime;
    }

    long measured() {
        return measured;
    }

    boolean hasDisruption() {
        return disruptionEnd != Time.NEVER;
    }

    long disruptionEnd() {
        return disruptionEnd;
    }

    long agentsRestart() {
        return agentsRestart;
    }

    long podsRestart() {
        return podsRestart;
    }

    boolean isSkewed() {
        return skewed;
    }

    List<Policy> variants() {
        return variants;
    }

    @Override
    public String toString() {
        return name;
    }
}
