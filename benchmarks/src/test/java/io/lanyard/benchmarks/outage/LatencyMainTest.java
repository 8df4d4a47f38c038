// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LatencyMainTest {
    private static final Scenario SCENARIO = new Scenario("slow", "").callers(1, Duration.ofMillis(1));

    private static Outcome outcome(Histogram latencies) {
        Figures figures =
                new Figures(latencies.getTotalCount(), 3, 0, 0, 0, 0, 0, 0, 0, -1, "", Histograms.text(latencies));
        return new Outcome(SCENARIO, Contestant.SDK, figures, 1, 0, 0, 0, "");
    }

    @Test
    void percentiles_survive_encoding() {
        Histogram latencies = Histograms.empty();
        for (int i = 1; i <= 100_000; i++) {
            latencies.recordValue(i * 10L);
        }
        Histogram read = Histograms.parse(Histograms.text(latencies));

        assertThat((double) read.getValueAtPercentile(99.99)).isCloseTo(999_900, within(10_000.0));
        assertThat(read.getTotalCount()).isEqualTo(100_000);
    }

    @Test
    void a_blocked_call_counts_for_the_calls_that_its_caller_could_not_make() {
        Histogram latencies = Histograms.empty();
        latencies.recordValueWithCount(Duration.ofNanos(1_000).toNanos(), 999);
        latencies.recordValue(Duration.ofSeconds(1).toNanos());

        List<String> row = LatencyMain.rows(List.of(outcome(latencies)), true).get(1);

        // half of the time the caller was blocked, which counts as a thousand calls of up to a second
        assertThat(row.subList(0, 4)).containsExactly("slow", "AWS SDK", "1000", "3");
        assertThat(row.get(LatencyMain.PERCENTILES.indexOf(90.0) + 4)).isIn("799 ms", "800 ms", "803 ms", "805 ms");
    }

    @Test
    void rows_without_units_are_in_microseconds() {
        Histogram latencies = Histograms.empty();
        latencies.recordValueWithCount(2_000, 1_000);

        List<List<String>> rows = LatencyMain.rows(List.of(outcome(latencies)), false);

        assertThat(rows.get(0))
                .containsExactly(
                        "scenario",
                        "contestant",
                        "calls",
                        "failed",
                        "p50_us",
                        "p90_us",
                        "p99_us",
                        "p99.9_us",
                        "p99.99_us",
                        "slowest_us");
        assertThat(rows.get(1).get(4)).startsWith("2.0");
    }

    @Test
    void the_chart_has_a_panel_for_the_scenario() {
        Histogram latencies = Histograms.empty();
        latencies.recordValueWithCount(2_000, 1_000);

        assertThat(LatencyChart.svg(List.of(outcome(latencies)), "note"))
                .contains("<svg")
                .hasSizeGreaterThan(2_000);
    }
}
