// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lanyard.FailureKind;
import io.lanyard.benchmarks.fleet.Trouble.Kind;
import io.lanyard.benchmarks.report.Text;
import io.lanyard.refresh.Backoff;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FleetTest {
    private static final Scenario DAY = new Scenario("day", "").measured(24 * Time.HOUR);
    private static final Scenario OUTAGE =
            new Scenario("outage", "").trouble(Kind.HANGS, 30 * Time.MINUTE, 0).measured(2 * Time.HOUR);
    private static final Scenario TARGET_ROLE_OUTAGE = new Scenario("target-role", "")
            .life(59 * Time.MINUTE)
            .trouble(Kind.HANGS, 30 * Time.MINUTE, 0)
            .measured(2 * Time.HOUR);
    private static final long SEED = 3;

    private static Figures figures(Scenario scenario, Policy policy, int pods) {
        return new Fleet(scenario, policy, pods, SEED).run().figures();
    }

    private static String csv(Policy policy, long seed) {
        return Text.csv(Report.rows(List.of(new Fleet(OUTAGE, policy, 50, seed).run())));
    }

    @Test
    void the_same_seed_gives_the_same_figures_and_another_one_others() {
        for (Policy policy : Policy.CONTESTANTS) {
            assertThat(csv(policy, 1)).isEqualTo(csv(policy, 1)).isNotEqualTo(csv(policy, 2));
        }
    }

    @Test
    void in_a_steady_day_a_pod_asks_when_its_last_hour_begins() {
        Figures figures = figures(DAY, Policy.LANYARD, 10);
        // what the agent gives has three to six hours left, so that a refresh comes after two to five
        assertThat(figures.agents().total()).isBetween(10 * 24 / 5L, 10 * 24 / 2L);
        assertThat(figures.bereftSeconds()).isZero();
        assertThat(figures.waitingCalls()).isZero();
    }

    @Test
    void in_a_steady_day_the_agents_renew_every_three_hours_whoever_asks_them() {
        for (Policy policy : Policy.CONTESTANTS) {
            double renewals = 100 * 24 / 3.0;
            double rotations = 100 * 24 / 19.2;
            long total = figures(DAY, policy, 100).eksAuth().total();
            // old tokens are renewed until they end
            assertThat((double) total).isBetween(renewals, renewals + 4 * rotations);
        }
    }

    @Test
    void with_lanyard_half_an_hour_of_outage_leaves_nobody_without_credentials() {
        Figures figures = figures(OUTAGE, Policy.LANYARD, 200);
        assertThat(figures.bereftSeconds()).isZero();
        assertThat(figures.failedCalls() + figures.endedCalls()).isZero();
        assertThat(figures.allFreshSeconds()).isBetween(1.0, 60.0);
    }

    @Test
    void credentials_of_59_minutes_end_in_an_outage_and_lanyard_has_new_ones_within_a_minute() {
        Figures figures = figures(TARGET_ROLE_OUTAGE, Policy.LANYARD, 200);
        assertThat(figures.bereftPods().minutes()[29]).isBetween(80.0, 120.0);
        assertThat(figures.failedCalls()).isZero();
        assertThat(figures.endedCalls()).isCloseTo(figures.bereftSeconds(), within(0.1 * figures.bereftSeconds()));
        assertThat(figures.allFreshSeconds()).isBetween(1.0, 65.0);
        assertThat(figures.bereftPods().minutes()[32]).isZero();
    }

    @Test
    void the_sdk_throws_where_the_announced_rules_give_what_has_ended() {
        Figures released = figures(TARGET_ROLE_OUTAGE, Policy.RELEASED, 100);
        assertThat(released.failedCalls()).isGreaterThan(1_000);
        assertThat(released.endedCalls()).isZero();
        Figures announced = figures(TARGET_ROLE_OUTAGE, Policy.ANNOUNCED, 100);
        assertThat(announced.failedCalls()).isZero();
        assertThat(announced.endedCalls()).isGreaterThan(1_000);
    }

    @Test
    void by_the_announced_rules_recovery_takes_minutes() {
        assertThat(figures(TARGET_ROLE_OUTAGE, Policy.ANNOUNCED, 100).allFreshSeconds())
                .isBetween(300.0, 620.0);
    }

    @Test
    void the_sdk_waits_eleven_seconds_at_the_longest_five_for_the_lock_and_six_without() {
        assertThat(figures(TARGET_ROLE_OUTAGE, Policy.RELEASED, 100).longestWaitSeconds())
                .isCloseTo(11, within(0.1));
    }

    @Test
    void a_restart_of_the_agents_is_over_for_lanyard_five_seconds_after_the_last_one() {
        Scenario restart =
                new Scenario("restart", "").agentsRestart(0, 10 * Time.MINUTE).measured(Time.HOUR);
        Figures figures = figures(restart, Policy.LANYARD, 500);
        assertThat(figures.bereftSeconds()).isZero();
        assertThat(figures.allFreshSeconds()).isLessThanOrEqualTo(5);
    }

    @Test
    void processes_that_restart_are_without_credentials_until_they_have_asked() {
        Scenario restart =
                new Scenario("restart", "").podsRestart(0, Time.MINUTE).measured(10 * Time.MINUTE);
        for (Policy policy : Policy.CONTESTANTS) {
            Figures figures = figures(restart, policy, 50);
            assertThat(figures.bereftSeconds()).isPositive();
            assertThat(figures.waitingCalls()).isGreaterThanOrEqualTo(50);
            assertThat(figures.bereftPods().minutes()[9]).isZero();
        }
    }

    @Test
    void a_slow_clock_keeps_the_sdk_on_credentials_that_have_ended() {
        Scenario skew = new Scenario("skew", "").skewed().measured(24 * Time.HOUR);
        assertThat(figures(skew, Policy.RELEASED, 1_000).endedCalls()).isPositive();
        assertThat(figures(skew, Policy.LANYARD, 1_000).endedCalls()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 50, 300})
    void a_longest_pause_is_what_lanyards_own_is_stretched_to(int seconds) {
        Backoff capped = Policy.backoff(seconds);
        Duration cap = Duration.ofSeconds(seconds);
        assertThat(capped.pause(FailureKind.UPSTREAM, 20, Duration.ofHours(1), 0.9999999))
                .isBetween(cap.multipliedBy(99).dividedBy(100), cap);
        assertThat(capped.pause(FailureKind.UPSTREAM, 20, Duration.ZERO, 0)).isEqualTo(cap.dividedBy(2));
        assertThat(capped.pause(FailureKind.UPSTREAM, 20, Duration.ofSeconds(8), 0.5))
                .isLessThanOrEqualTo(Duration.ofSeconds(4));
        assertThat(capped.pause(FailureKind.LOCAL, 20, Duration.ofHours(1), 0.5))
                .isEqualTo(Backoff.standard().pause(FailureKind.LOCAL, 20, Duration.ofHours(1), 0.5));
    }
}
