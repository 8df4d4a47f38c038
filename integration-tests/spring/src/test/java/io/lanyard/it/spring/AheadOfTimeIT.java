// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testkit.IssuedCredentials;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.aot.AotDetector;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;

/** Tests the application after ahead-of-time processing, which fixes its beans and not its credentials. */
class AheadOfTimeIT {

    private final Running running = new Running();

    AheadOfTimeIT() throws IOException {}

    @BeforeEach
    void enableAheadOfTime() {
        System.setProperty(AotDetector.AOT_ENABLED, "true");
    }

    @AfterEach
    void close() {
        System.clearProperty(AotDetector.AOT_ENABLED);
        running.close();
    }

    @Test
    void the_application_has_the_pods_credentials() throws Exception {
        ConfigurableApplicationContext application =
                running.start("spring.config.import=aws-secretsmanager:shop", "lanyard.first-load=fail-fast");

        assertThat(isFromAheadOfTimeProcessing(application.getBeanFactory())).isTrue();
        assertThat(running.get("/objects/1001").status()).isEqualTo(200);
        assertThat(running.get("/imported/greeting").body()).isEqualTo("hello");
        assertThat(running.get("/actuator/health").body()).contains("\"lanyard\"");
        assertThat(running.get("/actuator/lanyard").body()).contains("\"inUse\":\"container\"");
        assertThat(running.get("/actuator/metrics/lanyard.credentials.load").status())
                .isEqualTo(200);
    }

    @Test
    void static_keys_set_at_run_time_are_used() throws Exception {
        running.aws.admit(new IssuedCredentials(
                "AKIASTATIC",
                "CANARY",
                "",
                "111122223333",
                Instant.now().plus(Duration.ofHours(1)),
                "arn:aws:iam::111122223333:user/static",
                null));
        running.start(
                "spring.cloud.aws.credentials.access-key=AKIASTATIC", "spring.cloud.aws.credentials.secret-key=CANARY");

        assertThat(running.get("/objects/1001").status()).isEqualTo(200);
        assertThat(running.aws.served()).containsExactly("s3 AKIASTATIC");
        assertThat(running.get("/actuator/lanyard").body()).contains("\"inUse\":\"spring-cloud-aws\"");
        assertThat(running.agent.requests()).isEmpty();
    }

    /** Returns whether the context is processed: it then has no post-processor for configuration classes. */
    private static boolean isFromAheadOfTimeProcessing(ConfigurableListableBeanFactory beans) {
        return !beans.containsBeanDefinition(
                "org.springframework.context.annotation.internalConfigurationAnnotationProcessor");
    }
}
