// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTest {
    private static final List<Result> RESULTS = List.of(
            new Result("a call", "time", "ns", "first", Sample.of(20, 10, 30)),
            new Result("a call", "time", "ns", "second", Sample.of(80)),
            new Result("a call", "allocation", "B", "first", Sample.of(0)),
            new Result("a call", "allocation", "B", "second", Sample.of(24)),
            new Result("another", "time", "ns", "first", Sample.of(1_234.56)));

    @Test
    void ratios_compare_the_medians_of_results_that_both_have() {
        assertThat(Result.ratios(RESULTS, "first", "second")).isEqualTo("""
                first : second              ratio
                a call          time        0.25  20.0  : 80.0  ns
                a call          allocation  0.00     0  : 24.0   B
                """);
    }

    @Test
    void the_table_has_the_quantiles() {
        assertThat(Result.table(RESULTS.subList(0, 2))).isEqualTo("""
                                      median   min   p25   p75   max  runs  unit
                a call  time  first     20.0  10.0  15.0  25.0  30.0     3    ns
                              second    80.0  80.0  80.0  80.0  80.0     1    ns
                """);
    }

    @Test
    void rows_are_formatted_as_csv_and_json() {
        List<List<String>> rows = Result.rows(RESULTS.subList(4, 5));

        assertThat(Text.csv(rows)).isEqualTo("""
                subject,measure,unit,contestant,median,min,p25,p75,max,runs
                another,time,ns,first,1234.560,1234.560,1234.560,1234.560,1234.560,1
                """);
        assertThat(Text.json(rows))
                .contains("\"subject\" : \"another\"", "\"median\" : 1234.560", "\"runs\" : 1")
                .startsWith("[ {");
    }

    @Test
    void a_missing_result_has_no_median() {
        assertThat(Result.median(RESULTS, "a call", "time", "second")).contains(80.0);
        assertThat(Result.median(RESULTS, "another", "time", "second")).isEmpty();
    }

    @Test
    void a_goal_is_met_up_to_its_limit() {
        assertThat(Goal.lines(List.of(new Goal("half", 0.5, 0.5), new Goal("less", 0.51, 0.5))))
                .isEqualTo("""
                met      0.50, goal 0.50: half
                MISSED   0.51, goal 0.50: less
                """);
    }

    @Test
    void the_chart_is_svg() {
        String svg = Bars.svg("title", "note", RESULTS.subList(0, 2), List.of("first", "second"));

        assertThat(svg).contains("<svg").hasSizeGreaterThan(2_000);
    }
}
