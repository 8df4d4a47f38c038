// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.diagnose.Check;
import io.lanyard.diagnose.Diagnosis;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Help.Ansi;

class ReportTest {

    private static final Diagnosis DIAGNOSIS = new Diagnosis(
            List.of(
                    Check.of("settings", "AWS_CONTAINER_CREDENTIALS_FULL_URI and a good many other words", List.of()),
                    Check.of("token", "is missing", List.of(Problem.NO_ASSOCIATION.with(Facts.none())))),
            Facts.none());

    @ParameterizedTest
    @ValueSource(ints = {50, 80, 120})
    void no_line_is_wider_than_the_terminal_but_what_is_pasted(int width) {
        String text = new Report(Ansi.OFF, width).diagnosis(DIAGNOSIS).toString();

        List<String> pasted = DIAGNOSIS
                .findings()
                .get(0)
                .paste()
                .lines()
                .map(line -> "    " + line)
                .toList();
        assertThat(text.lines().filter(line -> !pasted.contains(line)))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(width));
    }

    @Test
    void a_pipe_gets_neither_colours_nor_breaks() {
        String text = new Report(Ansi.OFF, 0).diagnosis(DIAGNOSIS).toString();

        assertThat(text).doesNotContain("\033");
        assertThat(text.lines().findFirst())
                .contains("ok          settings  AWS_CONTAINER_CREDENTIALS_FULL_URI and a good many other words");
    }

    @Test
    void a_terminal_gets_colours() {
        assertThat(new Report(Ansi.ON, 80).diagnosis(DIAGNOSIS).toString()).contains("\033[31mproblem");
    }
}
