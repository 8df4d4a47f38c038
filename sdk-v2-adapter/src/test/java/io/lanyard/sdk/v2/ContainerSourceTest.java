// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.chain.Availability;
import io.lanyard.chain.SourceState;
import io.lanyard.report.SettingSeen;
import io.lanyard.spi.Environment;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerSourceTest {

    private static final String FULL_URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private static final String TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

    private static ContainerSource source(Map<String, String> variables) {
        Environment environment = Pod.environment(variables);
        return LanyardContainerCredentialsProvider.builder()
                .container(options -> options.environment(environment))
                .build()
                .source()
                .in(environment);
    }

    @Test
    void a_uri_makes_it_configured() {
        assertThat(source(Map.of(FULL_URI, "http://127.0.0.1/")).availability()).isEqualTo(Availability.configured());
    }

    @Test
    void a_token_file_without_a_uri_is_incomplete_with_a_remedy() {
        Availability detection = source(
                        Map.of(TOKEN_FILE, "/token", FULL_URI, " ", "KUBERNETES_SERVICE_HOST", "10.0.0.1"))
                .availability();

        assertThat(detection.state()).isEqualTo(SourceState.INCOMPLETE);
        assertThat(detection.reason()).contains(TOKEN_FILE + " is set", FULL_URI + " is blank");
        assertThat(detection.remedy().orElseThrow()).contains("set " + FULL_URI);
    }

    @Test
    void a_blank_uri_is_not_configured_and_the_reason_says_so() {
        Availability detection = source(Map.of(FULL_URI, "", "KUBERNETES_SERVICE_HOST", "10.0.0.1"))
                .availability();

        assertThat(detection.state()).isEqualTo(SourceState.NOT_CONFIGURED);
        assertThat(detection.reason()).contains(FULL_URI + " is blank");
        assertThat(detection.remedy().orElseThrow()).contains("association");
    }

    @Test
    void nothing_set_is_not_configured() {
        assertThat(source(Map.of()).availability()).isEqualTo(Availability.notConfigured(""));
    }

    @Test
    void a_blank_setting_of_another_source_is_described_as_blank_too() {
        assertThat(SdkSetting.ROLE_ARN.seen(Pod.environment(Map.of("AWS_ROLE_ARN", " "))))
                .isEqualTo(new SettingSeen("AWS_ROLE_ARN", SettingSeen.State.BLANK));
    }
}
