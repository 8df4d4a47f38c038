// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScreenTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    @Test
    void aPlainScreenPrintsAsciiOnly() {
        Screen screen = new Screen(stream, false, false, false);
        everything(screen);
        assertThat(screen.verdict("all is well")).isTrue();
        assertThat(text()).matches("[\\x20-\\x7e\n\r]*");
        assertThat(text()).contains("OK  all is well").doesNotContain("counting");
    }

    @Test
    void theStatusLineIsRemovedBeforeTheNextLine() {
        Screen screen = new Screen(stream, true, true, true);
        everything(screen);
        assertThat(text()).contains("counting\033[0m\r\033[2K", "✓");
        int length = text().length();
        screen.clearStatus();
        assertThat(text()).hasSize(length);
    }

    @Test
    void theVerdictNamesEachFailedCheck() {
        Screen screen = new Screen(stream, false, false, true);
        screen.check(true, "sky", "blue");
        screen.check(false, "grass", "red");
        screen.count(false, "legs", 5, "of a dog");
        assertThat(screen.verdict("all is well")).isFalse();
        assertThat(text()).contains("✗ grass: red", "✗ legs: 5 (of a dog)").doesNotContain("all is well", "sky: blue");
    }

    @Test
    void stdoutHasNoColoursOnRequest() {
        assertThat(Screen.ofStdout(Map.of("NO_COLOR", "1"), false).key("ASIA")).isEqualTo("ASIA");
        assertThat(Screen.ofStdout(Map.of(), true).key("ASIA")).isEqualTo("ASIA");
    }

    private static void everything(Screen screen) {
        screen.title("title", "aside");
        screen.chapter(1, "chapter");
        screen.note("note" + screen.ellipsis() + screen.arrow() + screen.dot());
        screen.fact("fact", "as it is");
        screen.check(true, "check", "detail");
        screen.event(1.5, "event", screen.key("ASIA"));
        screen.fault(1.5, "fault", "detail");
        screen.status("counting");
        screen.count(true, "count", 3, "remark");
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
