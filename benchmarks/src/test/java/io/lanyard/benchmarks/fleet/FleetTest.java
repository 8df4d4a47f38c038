// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lanyard.FailureKind;
import io.lanyard.benchmarks.fleet.Fault.Kind;
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
            new Scenario("outage", "").fault(Kind.HANGS, 30 * Time.MINUTE, 0).measured(2 * Time.HOUR);
    private static final Scenario TARGET_ROLE_OUTAGE = new Scenario("target-role", "")
            .lifetime(59 * Time.MINUTE)
            .fault(Kind.HANGS, 30 * Time.MINUTE, 0)
            .measured(2 * Time.HOUR);
    private static final long SEED = 3;

    private static Figures figures(Scenario scenario, Policy policy, int pods) {
        return new Fleet(scenario, policy, pods, SEED).run().figures();
    }

    private static String csv(Policy policy, long seed) {
        return Text.csv(Report.rows(List.of(new Fleet(OUTAGE, policy, 50, seed).run())));
    }

    @Test
    void equal_seeds_give_equal_figures_and_different_seeds_different_ones() {
        for (Policy policy : Policy.CONTESTANTS) {
            assertThat(csv(policy, 1)).isEqualTo(csv(policy, 1)).isNotEqualTo(csv(policy, 2));
        }
    }

    @Test
    void in_a_steady_state_a_pod_refreshes_every_two_to_five_hours() {
        Figures figures = figures(DAY, Policy.LANYARD, 10);
        // the agent returns credentials that expire in three to six hours, so a refresh follows after two to five
        assertThat(figures.agents().total()).isBetween(10 * 24 / 5L, 10 * 24 / 2L);
        assertThat(figures.podSecondsWithoutCredentials()).isZero();
        assertThat(figures.waitingCalls()).isZero();
    }

    @Test
    void in_a_steady_state_the_agents_renew_every_three_hours_with_every_policy() {
        for (Policy policy : Policy.CONTESTANTS) {
            double renewals = 100 * 24 / 3.0;
            double rotations = 100 * 24 / 19.2;
            long total = figures(DAY, policy, 100).eksAuth().total();
            // entries of old tokens are renewed until the tokens expire
            assertThat((double) total).isBetween(renewals, renewals + 4 * rotations);
        }
    }

    @Test
    void lanyard_survives_an_outage_of_half_an_hour() {
        Figures figures = figures(OUTAGE, Policy.LANYARD, 200);
        assertThat(figures.podSecondsWithoutCredentials()).isZero();
        assertThat(figures.failedCalls() + figures.expiredCalls()).isZero();
        assertThat(figures.allFreshSeconds()).isBetween(1.0, 60.0);
    }

    @Test
    void credentials_of_59_minutes_expire_in_an_outage_and_lanyard_recovers_within_a_minute_after_it() {
        Figures figures = figures(TARGET_ROLE_OUTAGE, Policy.LANYARD, 200);
        assertThat(figures.podsWithoutCredentials().minutes()[29]).isBetween(80.0, 120.0);
        assertThat(figures.failedCalls()).isZero();
        assertThat(figures.expiredCalls())
                .isCloseTo(
                        figures.podSecondsWithoutCredentials(), within(0.1 * figures.podSecondsWithoutCredentials()));
        assertThat(figures.allFreshSeconds()).isBetween(1.0, 65.0);
        assertThat(figures.podsWithoutCredentials().minutes()[32]).isZero();
    }

    @Test
    void the_released_rules_throw_where_the_announced_rules_serve_expired_credentials() {
        Figures released = figures(TARGET_ROLE_OUTAGE, Policy.RELEASED, 100);
        assertThat(released.failedCalls()).isGreaterThan(1_000);
        assertThat(released.expiredCalls()).isZero();
        Figures announced = figures(TARGET_ROLE_OUTAGE, Policy.ANNOUNCED, 100);
        assertThat(announced.failedCalls()).isZero();
        assertThat(announced.expiredCalls()).isGreaterThan(1_000);
    }

    @Test
    void recovery_takes_minutes_with_the_announced_rules() {
        assertThat(figures(TARGET_ROLE_OUTAGE, Policy.ANNOUNCED, 100).allFreshSeconds())
                .isBetween(300.0, 620.0);
    }

    @Test
    void a_call_of_the_sdk_waits_at_most_five_seconds_for_the_lock_and_six_for_the_agent() {
        assertThat(figures(TARGET_ROLE_OUTAGE, Policy.RELEASED, 100).longestWaitSeconds())
                .isCloseTo(11, within(0.1));
    }

    @Test
    void lanyard_recovers_within_five_seconds_after_the_agents_restart() {
        Scenario restart =
                new Scenario("restart", "").agentsRestart(0, 10 * Time.MINUTE).measured(Time.HOUR);
        Figures figures = figures(restart, Policy.LANYARD, 500);
        assertThat(figures.podSecondsWithoutCredentials()).isZero();
        assertThat(figures.allFreshSeconds()).isLessThanOrEqualTo(5);
    }

    @Test
    void restarted_pods_have_no_credentials_until_their_first_load() {
        Scenario restart =
                new Scenario("restart", "").podsRestart(0, Time.MINUTE).measured(10 * Time.MINUTE);
        for (Policy policy : Policy.CONTESTANTS) {
            Figures figures = figures(restart, policy, 50);
            assertThat(figures.podSecondsWithoutCredentials()).isPositive();
            assertThat(figures.waitingCalls()).isGreaterThanOrEqualTo(50);
            assertThat(figures.podsWithoutCredentials().minutes()[9]).isZero();
        }
    }

    @Test
    void restarted_pods_recover_although_eks_auth_throttles_their_first_loads() {
        Scenario restart =
                new Scenario("restart", "").podsRestart(0, Time.SECOND).measured(10 * Time.MINUTE);
        for (Policy policy : Policy.CONTESTANTS) {
            assertThat(figures(restart, policy, 300).allFreshSeconds())
                    .as(policy.title())
                    .isBetween(20.0, 120.0);
        }
    }

    @Test
    void the_sdk_serves_expired_credentials_with_a_slow_clock() {
        Scenario skew = new Scenario("skew", "").skewed().measured(24 * Time.HOUR);
        assertThat(figures(skew, Policy.RELEASED, 1_000).expiredCalls()).isPositive();
        assertThat(figures(skew, Policy.LANYARD, 1_000).expiredCalls()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 50, 300})
    void the_back_off_of_lanyard_is_scaled_to_another_limit(int seconds) {
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
