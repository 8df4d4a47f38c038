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
    /** As {@code lanyard demo} announces. */
    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void theDemoSucceedsInLessThanAMinute() {
        long start = System.nanoTime();
        assertThat(demo(Sabotage.NONE)).as(screen()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LIMIT);
        assertThat(screen())
                .contains("rejected: 403 InvalidAccessKeyId", "rejected: 403 SignatureDoesNotMatch")
                .containsPattern("calls failed +0")
                .containsPattern("token rotations +2")
                .containsPattern("Pod Identity added +in use: AKIADEMOOLDLONGTERM0")
                .containsPattern("shadowed +container +ASIA.*assumed-role/orders/")
                .containsPattern("old keys removed +in use: ASIA")
                .containsPattern("  OK  ");
        assertThat(screen()).as("no secret and no token").doesNotContain("CANARY", "eyJ");
        assertThat(screen()).as("no escape sequence").doesNotContain("\033");
    }

    @ParameterizedTest
    @CsvSource({
        "AGENT_DIES, calls failed: ",
        "EARLY_REVOCATION, calls failed: ",
        "OPEN_DOOR, unknown key: accepted",
        "NO_ROTATION, token rotations: 0",
        "KEYS_REVOKED_EARLY, calls failed: ",
        "NO_ASSOCIATION, safe to remove keys: no",
    })
    void theDemoFailsIfTheClusterMisbehaves(Sabotage sabotage, String failure) {
        long start = System.nanoTime();
        assertThat(demo(sabotage)).as(screen()).isFalse();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(LIMIT);
        assertThat(screen()).contains("FAILED", failure);
        assertThat(screen()).as("no secret and no token").doesNotContain("CANARY", "eyJ");
    }

    @Test
    void theSpringDemoFailsWithTheOutputOfAnExampleThatDoesNotStart() {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);

        assertThat(new SpringDemo(new Screen(stream, false, false, true), Path.of("missing.jar")).run())
                .isFalse();
        assertThat(screen()).contains("FAILED", "did not start", "missing.jar");
    }

    private boolean demo(Sabotage sabotage) {
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        return new Demo(new Screen(stream, false, false, true), sabotage).run();
    }

    private String screen() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
