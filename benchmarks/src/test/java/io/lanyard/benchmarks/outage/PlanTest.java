// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.benchmarks.outage.Plan.Entry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static Scenario scenario(String name, int from, int to) {
        return new Scenario(name, "").calls(Duration.ofSeconds(from), Duration.ofSeconds(to));
    }

    private static List<String> starts(List<Entry> plan) {
        return plan.stream()
                .map(entry -> entry.scenario() + " " + entry.start().toSeconds())
                .toList();
    }

    @Test
    void a_scenario_that_runs_alone_runs_first() {
        List<Entry> plan = Plan.of(
                List.of(
                        scenario("a", 0, 5),
                        scenario("b", 0, 5),
                        scenario("healthy", 0, 10).alone()),
                2);
        assertThat(starts(plan)).containsExactly("healthy 0", "a 14", "b 14");
    }

    @Test
    void at_most_two_scenarios_are_busy_at_a_time() {
        List<Entry> plan = Plan.of(List.of(scenario("a", 0, 5), scenario("b", 0, 5), scenario("c", 0, 5)), 2);
        assertThat(starts(plan)).containsExactly("a 0", "b 0", "c 9");
        assertThat(Plan.length(plan)).isEqualTo(Duration.ofSeconds(9 + 3 + 5));
    }

    @Test
    void other_scenarios_are_busy_while_one_waits_for_its_calls() {
        List<Entry> plan = Plan.of(List.of(scenario("short", 0, 5), scenario("old", 75, 85)), 1);
        assertThat(starts(plan)).containsExactly("old 0", "short 3");
    }

    @Test
    void all_scenarios_take_less_than_ten_minutes_and_the_quick_ones_less_than_one() {
        // up to a minute until new credentials and ten seconds of settling are added
        assertThat(Plan.length(Plan.of(Scenarios.all(), 2))).isLessThan(Duration.ofMinutes(8));
        assertThat(Plan.length(Plan.of(Scenarios.quick(), 2))).isLessThan(Duration.ofSeconds(55));
    }
}
