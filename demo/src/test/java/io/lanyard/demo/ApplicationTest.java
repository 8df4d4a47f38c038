// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.demo.Application.Line;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ApplicationTest {
    @Test
    void aLineIsParsed() {
        Event.Said said = Objects.requireNonNull(Line.parse(Line.READ.text("orders/1.json", "33")));
        assertThat(said.line()).isEqualTo(Line.READ);
        assertThat(said.fields()).containsExactly("orders/1.json", "33");
    }

    @Test
    void aMessageWithSeveralLinesIsOneField() {
        Event.Said said = Objects.requireNonNull(Line.parse(Line.FAILED.text("it\tbroke\n\tbadly")));
        assertThat(said.fields()).containsExactly("it broke badly");
    }

    @Test
    void aLineOfAnotherOriginIsIgnored() {
        assertThat(Line.parse("Picked up JAVA_TOOL_OPTIONS: -Xint")).isNull();
    }
}
