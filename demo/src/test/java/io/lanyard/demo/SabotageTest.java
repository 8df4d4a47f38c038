// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SabotageTest {
    @ParameterizedTest
    @EnumSource
    void eachFaultIsFoundByItsName(Sabotage sabotage) {
        assertThat(Sabotage.named(sabotage.text())).isEqualTo(sabotage);
    }

    @Test
    void noFaultIsTheDefault() {
        assertThat(Sabotage.named(null)).isEqualTo(Sabotage.NONE);
        assertThat(Sabotage.named(" ")).isEqualTo(Sabotage.NONE);
        assertThatThrownBy(() -> Sabotage.named("typhoon")).hasMessageContaining("agent-dies");
    }

    @Test
    void anUnknownArgumentIsRejected() {
        assertThat(Demo.run(List.of("--color"))).isEqualTo(2);
    }
}
