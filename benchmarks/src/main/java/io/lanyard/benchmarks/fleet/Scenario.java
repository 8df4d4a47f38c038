// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.ArrayList;
import java.util.List;

/** What happens to a fleet. Times are counted from the moment when measuring begins. */
final class Scenario {
    private final String name;
    private final String about;
    private final List<Trouble> troubles = new ArrayList<>();
    private long life = 6 * Time.HOUR;
    private long measured = Time.HOUR;
    private long healed = Time.NEVER;
    private long agentsRestart = Time.NEVER;
    private long podsRestart = Time.NEVER;
    private boolean skewed;
    private List<Policy> variants = List.of();

    Scenario(String name, String about) {
        this.name = name;
        this.about = about;
    }

    /** How long credentials live. */
    Scenario life(long time) {
        this.life = time;
        return this;
    }

    /** How long is measured. */
    Scenario measured(long time) {
        this.measured = time;
        return this;
    }

    /** EKS Auth is in trouble from the beginning on; it grants so many requests a second and pod. */
    Scenario trouble(Trouble.Kind kind, long length, double ratePerPod) {
        troubles.add(new Trouble(kind, 0, length, ratePerPod));
        return healed(length);
    }

    /** The agents restart, a tenth of them at a time. */
    Scenario agentsRestart(long at, long length) {
        this.agentsRestart = at;
        return healed(at + length);
    }

    /** All pods restart at once. */
    Scenario podsRestart(long at, long length) {
        this.podsRestart = at;
        return healed(at + length);
    }

    /** One node in fifty has a clock that is fast, another one that is slow. */
    Scenario skewed() {
        this.skewed = true;
        return this;
    }

    /** It is played with these as well, because they make a difference. */
    Scenario variants(List<Policy> policies) {
        this.variants = policies;
        return this;
    }

    private Scenario healed(long at) {
        this.healed = at;
        return this;
    }

    String name() {
        return name;
    }

    String about() {
        return about;
    }

    /** The troubles, for so many pods. */
    List<Trouble> troubles(long from, int pods) {
        return troubles.stream()
                .map(trouble ->
                        new Trouble(trouble.kind(), from + trouble.from(), from + trouble.to(), trouble.rate() * pods))
                .toList();
    }

    long life() {
        return life;
    }

    long measured() {
        return measured;
    }

    boolean hasTrouble() {
        return healed != Time.NEVER;
    }

    long healed() {
        return healed;
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
