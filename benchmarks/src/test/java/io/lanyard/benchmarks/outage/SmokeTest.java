// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the laboratory with real JVMs for a second and checks that it measures. */
@Timeout(60)
class SmokeTest {
    @Test
    void each_contestant_is_measured(@TempDir Path logs) throws Exception {
        Scenario second = Scenarios.healthy(Duration.ofSeconds(1))
                .callers(4, Duration.ofMillis(5))
                .settling(Duration.ZERO);
        List<Outcome> outcomes = Laboratory.play(List.of(second), 1, logs);
        assertThat(outcomes).extracting(Outcome::contestant).containsExactly(Contestant.values());
        assertThat(outcomes).allSatisfy(outcome -> {
            assertThat(outcome.error()).isEmpty();
            assertThat(outcome.figures()).isNotNull().satisfies(figures -> {
                assertThat(figures.calls()).isPositive();
                assertThat(figures.failures()).isZero();
            });
            assertThat(outcome.requests()).isPositive();
        });
    }
}
