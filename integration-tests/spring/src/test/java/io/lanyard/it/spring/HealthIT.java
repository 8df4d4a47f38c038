// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the HTTP status of the health endpoint in an application that starts during an outage. */
class HealthIT {

    private final Running running = new Running();

    HealthIT() throws IOException {}

    @AfterEach
    void close() {
        running.close();
    }

    @Test
    void an_outage_at_start_up_does_not_change_aggregate_and_readiness() throws Exception {
        startInAnOutage();

        assertThat(running.get("/actuator/health").status()).isEqualTo(200);
        assertThat(running.get("/objects/1001").status()).isEqualTo(500);
        assertThat(running.get("/actuator/health/lanyard").body())
                .contains("\"status\":\"UNKNOWN\"", "\"failure\":\"UNREACHABLE\"");
        assertThat(running.get("/actuator/health/lanyard").status()).isEqualTo(200);
        assertThat(running.get("/actuator/health").status()).isEqualTo(200);
        assertThat(running.get("/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(running.get("/actuator/health/liveness").status()).isEqualTo(200);
    }

    @Test
    void by_opt_in_an_outage_fails_aggregate_and_readiness_until_it_ends() throws Exception {
        startInAnOutage("lanyard.health.fail-on-outage=true");

        assertThat(running.get("/actuator/health").status()).isEqualTo(200);
        assertThat(running.get("/objects/1001").status()).isEqualTo(500);
        assertThat(running.get("/actuator/health/lanyard").body()).contains("\"status\":\"DOWN\"");
        assertThat(running.get("/actuator/health").status()).isEqualTo(503);
        assertThat(running.get("/actuator/health/readiness").status()).isEqualTo(503);
        assertThat(running.get("/actuator/health/liveness").status()).isEqualTo(200);

        running.agent.restart();
        await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> running.get("/objects/1001").status() == 200);
        assertThat(running.get("/actuator/health").status()).isEqualTo(200);
        assertThat(running.get("/actuator/health/readiness").status()).isEqualTo(200);
    }

    private void startInAnOutage(String... properties) {
        running.agent.stop();
        String[] all = Arrays.copyOf(properties, properties.length + 1);
        all[properties.length] = "lanyard.container.startup-patience=0s";
        running.start(all);
    }
}
