// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.benchmarks.report.Result;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts each kind of JVM once, and checks which classes Lanyard loads. */
@Timeout(120)
class ColdMainTest {
    @Test
    void each_start_is_measured_and_lanyard_loads_no_avoidable_class(@TempDir Path out) throws Exception {
        List<Result> results = ColdMain.measure(1, out);

        for (Starter starter : Starter.values()) {
            assertThat(results)
                    .filteredOn(result -> result.contestant().equals(starter.title()))
                    .extracting(Result::measure)
                    .contains("wall time", "CPU time", "classes loaded, not shared");
        }
        assertThat(Arrays.asList(out.toFile().list())).hasSize(Starter.values().length);
        assertThat(out.resolve("classes-lanyard-chain.txt"))
                .content()
                .contains("io.lanyard.container.CredentialsLoader")
                .doesNotContain("jackson", "java.lang.runtime.ObjectMethods");
    }
}
