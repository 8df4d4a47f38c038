// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.benchmarks.report.Text;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Scenario OUTAGE = new Scenario("outage", "nothing answers");

    private static Outcome outcome(Policy policy, double podSeconds, double failed, double fresh) {
        int[] quiet = new int[120];
        int[] busy = new int[120];
        busy[7] = 3_000;
        busy[70] = 500;
        return new Outcome(
                OUTAGE,
                policy,
                1_000,
                new Figures(
                        podSeconds,
                        failed,
                        20,
                        40,
                        12.5,
                        1,
                        new Series(busy, 0, 120),
                        new Series(busy, 60, 120),
                        new Series(quiet, 0, 120),
                        1.5,
                        fresh));
    }

    private static final List<Outcome> OUTCOMES = List.of(
            outcome(Policy.LANYARD, 0, 0, 48.8),
            outcome(Policy.RELEASED, 1_204, 1_300, 5.4),
            outcome(Policy.ANNOUNCED, 0, 0, Figures.NEVER));

    @Test
    void ratios_compare_lanyard_with_another_policy() {
        assertThat(Report.ratios(OUTCOMES, Policy.RELEASED)).isEqualTo("""
                        Lanyard : AWS SDK  pod-s without    unsuccessful              waited, s                  agents            EKS Auth            peak/min           all fresh, s
                        outage                 0 : 1.2 k     20 : 1.32 k  (1 : 66)  12.5 : 12.5  (1 : 1)  3.5 k : 3.5 k  (1 : 1)  500 : 500  (1 : 1)  500 : 500  (1 : 1)    48.8 : 5.4  (9.8 : 1)
                        """);
    }

    @Test
    void worse_results_of_lanyard_are_listed() {
        assertThat(Report.worse(OUTCOMES))
                .containsExactly("outage: all_fresh_seconds: 48.8 instead of 5.4 with AWS SDK");
    }

    @Test
    void the_csv_has_all_measures_of_each_outcome() {
        assertThat(Text.csv(Report.rows(OUTCOMES)).lines())
                .containsExactly(
                        "scenario,policy,pods,pod_seconds_without_credentials,failed_calls,expired_credentials_served,unsuccessful_calls,"
                                + "waiting_calls,waited_seconds,longest_wait_seconds,agents_total,agents_peak_second,"
                                + "agents_peak_minute,eks_auth_total,eks_auth_peak_second,eks_auth_peak_minute,"
                                + "fresh_99_percent_seconds,all_fresh_seconds",
                        "outage,lanyard,1000,0,0,20,20,40,12.5,1,3500,3000,3000,500,500,500,1.5,48.8",
                        "outage,sdk,1000,1204,1300,20,1320,40,12.5,1,3500,3000,3000,500,500,500,1.5,5.4",
                        "outage,announced,1000,0,0,20,20,40,12.5,1,3500,3000,3000,500,500,500,1.5,never");
    }

    @Test
    void the_json_says_never_without_recovery() {
        assertThat(Text.json(Report.rows(OUTCOMES)))
                .contains("\"policy\" : \"sdk\"", "\"waited_seconds\" : 12.5", "\"all_fresh_seconds\" : \"never\"");
    }

    @Test
    void the_table_has_a_row_for_each_policy() {
        assertThat(Report.table(OUTCOMES).lines()).hasSize(4).last().asString().contains("announced", "never");
    }

    @Test
    void the_charts_are_svg_with_titles() {
        assertThat(Chart.course(OUTCOMES)).contains("<svg", ">Lanyard<", ">outage: nothing answers<");
        assertThat(Chart.trade(List.of(OUTCOMES.subList(0, 2)))).contains("<svg", ">AWS SDK<", ">50 s<");
    }

    @Test
    void scenarios_have_unique_names() {
        assertThat(Scenarios.all()).extracting(Scenario::name).doesNotHaveDuplicates();
    }
}
