// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.hot;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.benchmarks.report.Goal;
import io.lanyard.benchmarks.report.Result;
import io.lanyard.benchmarks.report.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

class HotMainTest {
    @Test
    void lanyard_has_goals_for_time_and_allocation() {
        List<Goal> goals = HotMain.goals(List.of(
                new Result("a call", "time", "ns", "Lanyard", Sample.of(30)),
                new Result("a call", "allocation", "B", "Lanyard", Sample.of(16)),
                new Result("a call", "time", "ns", "AWS SDK", Sample.of(90)),
                new Result("a call", "allocation", "B", "AWS SDK", Sample.of(24)),
                new Result("a call", "time", "ns", "limit", Sample.of(15))));

        assertThat(goals)
                .containsExactly(
                        new Goal("time / the SDK's, a call", 30 / 90.0, 0.5),
                        new Goal("time / the limit, a call", 2, 1.5),
                        new Goal("bytes, a call", 16, 0.5));
    }
}
