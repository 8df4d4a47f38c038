// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Execution(ExecutionMode.CONCURRENT)
class DemoIT {
    /** The promise. */
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void theDemoIsTrueAndTakesLessThanAMinute() {
        long start = System.nanoTime();
        assertThat(demo(Sabotage.NONE)).as(screen()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LIMIT);
        assertThat(screen())
                .contains("refused: 403 InvalidAccessKeyId", "refused: 403 SignatureDoesNotMatch")
                .containsPattern("calls failed +0")
                .containsPattern("token rotations +2")
                .containsPattern("Pod Identity added +in use: AKIADEMOOLDLONGTERM0")
                .containsPattern("shadowed +container +ASIA.*assumed-role/orders/")
                .containsPattern("old keys withdrawn +in use: ASIA")
                .containsPattern("  OK  ");
        assertThat(screen()).as("no secret and no token").doesNotContain("CANARY", "eyJ");
        assertThat(screen()).as("no escape sequence").doesNotContain("\033");
    }

    @ParameterizedTest
    @CsvSource({
        "AGENT_DIES, calls failed: ",
        "EARLY_REVOCATION, calls failed: ",
        "OPEN_DOOR, unknown key: served",
        "NO_ROTATION, token rotations: 0",
        "KEYS_WITHDRAWN_EARLY, calls failed: ",
        "NO_ASSOCIATION, safe to withdraw: ",
    })
    void aClusterThatMisbehavesMakesTheDemoFail(Sabotage sabotage, String complaint) {
        long start = System.nanoTime();
        assertThat(demo(sabotage)).as(screen()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LIMIT);
        assertThat(screen()).contains("NOT OK", complaint);
        assertThat(screen()).as("no secret and no token").doesNotContain("CANARY", "eyJ");
    }

    @Test
    void anExampleThatDoesNotStartMakesItsDemoFailWithItsLastWords() {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);

        assertThat(new SpringDemo(new Screen(stream, false, false, true), Path.of("missing.jar")).run())
                .isFalse();
        assertThat(screen()).contains("NOT OK", "does not start", "missing.jar");
    }

    private boolean demo(Sabotage sabotage) {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new Demo(new Screen(stream, false, false, true), sabotage).run();
    }

    private String screen() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
