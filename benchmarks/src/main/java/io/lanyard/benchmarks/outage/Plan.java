// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * When each scenario starts, so that only so many are busy at a time. While credentials grow old a scenario costs
 * nothing; it is busy when its JVMs start and while its callers call.
 */
final class Plan {
    private final int atOnce;
    private final Map<Integer, Integer> busy = new HashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    /**
     * A scenario and its start.
     *
     * @param scenario which
     * @param start counted from the start of all
     */
    record Entry(Scenario scenario, Duration start) {}

    private Plan(int atOnce) {
        this.atOnce = atOnce;
    }

    /** Those that must be alone first, one after the other; then those that grow old for longest. */
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

    /** How long it all takes, but for what nobody can know: how soon there are fresh credentials after an outage. */
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
