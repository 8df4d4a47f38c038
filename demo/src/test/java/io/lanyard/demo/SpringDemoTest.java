// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SpringDemoTest {
    @Test
    void theApplicationAndItsActuatorListenOnLoopbackOnly() {
        assertThat(SpringDemo.arguments(URI.create("http://127.0.0.1:1")))
                .contains("--server.address=127.0.0.1", "--management.server.address=127.0.0.1");
    }

    @Test
    void theFirstPortIsOfTheApplicationAndTheSecondOfTheActuator() {
        PrintStream nowhere = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        SpringDemo demo = new SpringDemo(new Screen(nowhere, false, false, true), Path.of("missing.jar"));

        assertThat(demo.listen("Tomcat started on port 40001 (http) with context path '/'"))
                .isTrue();
        assertThat(demo.listen("something else")).isFalse();
        assertThat(demo.listen("Tomcat started on port 40002 (http) with context path '/'"))
                .isTrue();
        assertThat(demo.listen("Tomcat started on port 40003 (http) with context path '/'"))
                .isFalse();
    }
}
