// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Schedules the scenarios so that a limited number is busy at the same time. A scenario is busy while its JVMs start and
 * while its callers call; in between it costs nothing.
 */
final class Plan {
    private final int atOnce;
    private final Map<Integer, Integer> busy = new HashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    /**
     * A scenario and its start.
     *
     * @param scenario the scenario
     * @param start the time since the start of the run
     */
    record Entry(Scenario scenario, Duration start) {}

    private Plan(int atOnce) {
        this.atOnce = atOnce;
    }

    /** Schedules first those that run alone, one after another, then those whose calls start latest. */
    static List<Entry> of(List<Scenario> scenarios, int atOnce) {
        Plan plan = new Plan(atOnce);
        scenarios.stream().filter(Scenario::isAlone).forEach(scenario -> plan.place(scenario, atOnce));
        scenarios.stream()
                .filter(scenario -> !scenario.isAlone())
                .sorted(Comparator.comparing(Scenario::from).reversed())
                .forEach(scenario -> plan.place(scenario, 1));
        plan.entries.sort(Comparator.comparing(Entry::start));
        return List.copyOf(plan.entries);
    }

    /** Returns the total duration without the time until new credentials after an outage, which is not known. */
    static Duration length(List<Entry> plan) {
        return plan.stream()
                .map(entry ->
                        entry.start().plus(Scenario.START).plus(entry.scenario().to()))
                .max(Comparator.naturalOrder())
                .orElse(Duration.ZERO);
    }

    private void place(Scenario scenario, int weight) {
        List<Integer> seconds = busySeconds(scenario);
        int start = 0;
        while (!fits(seconds, start, weight)) {
            start++;
        }
        for (int second : seconds) {
            busy.merge(start + second, weight, Integer::sum);
        }
        entries.add(new Entry(scenario, Duration.ofSeconds(start)));
    }

    private boolean fits(List<Integer> seconds, int start, int weight) {
        return seconds.stream().allMatch(second -> busy.getOrDefault(start + second, 0) + weight <= atOnce);
    }

    private static List<Integer> busySeconds(Scenario scenario) {
        int ready = (int) Scenario.START.toSeconds();
        List<Integer> seconds = new ArrayList<>();
        for (int second = 0; second < ready; second++) {
            seconds.add(second);
        }
        int from = ready + (int) scenario.from().toSeconds();
        int to = ready + (int) scenario.to().plusMillis(1_999).toSeconds();
        for (int second = Math.max(ready, from); second < to; second++) {
            seconds.add(second);
        }
        return seconds;
    }
}
