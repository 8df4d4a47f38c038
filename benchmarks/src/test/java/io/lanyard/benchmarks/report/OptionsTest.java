// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OptionsTest {
    private static final List<String> SCENARIOS = List.of("healthy", "restart-10s");

    private static Options options(String... args) {
        return Options.parse(List.of(args), "outage");
    }

    @Test
    void options_are_parsed() {
        assertThat(options("--quick", "--scenario", "healthy", "--out", "x"))
                .isEqualTo(new Options(false, false, true, Path.of("x"), Set.of("healthy")));
        assertThat(options().out())
                .hasToString(Path.of("benchmarks", "target", "outage").toString());
    }

    @Test
    void named_scenarios_are_chosen_and_all_by_default() {
        assertThat(options("--scenario", "restart-10s").chosen(SCENARIOS)).containsExactly("restart-10s");
        assertThat(options().chosen(SCENARIOS)).isEqualTo(SCENARIOS);
    }

    @Test
    void a_wrong_command_line_is_rejected() {
        assertThatThrownBy(() -> options("--out")).hasMessage("--out needs a value");
        assertThatThrownBy(() -> options("--fast")).hasMessage("unknown option: --fast");
        assertThatThrownBy(() -> options("--scenario", "sunshine").chosen(SCENARIOS))
                .hasMessage("unknown scenario: sunshine; --list prints all");
    }
}
