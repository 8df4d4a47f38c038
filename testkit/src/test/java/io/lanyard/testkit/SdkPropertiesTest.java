// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import software.amazon.awssdk.core.SdkSystemSetting;

@ResourceLock(Resources.SYSTEM_PROPERTIES)
class SdkPropertiesTest {

    @Test
    void each_variable_maps_to_the_property_that_the_sdk_reads() {
        for (SdkSystemSetting setting : SdkSystemSetting.values()) {
            Map<String, String> property = SdkProperties.of(Map.of(setting.environmentVariable(), "value"));
            if (!property.isEmpty()) {
                assertThat(property).containsExactly(Map.entry(setting.property(), "value"));
            }
        }
        assertThat(SdkProperties.of(Map.of(
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "1",
                        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "2",
                        "AWS_CONTAINER_SERVICE_ENDPOINT", "3",
                        "AWS_CONTAINER_AUTHORIZATION_TOKEN", "4",
                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "5",
                        "AWS_REGION", "6",
                        "AWS_ROLE_ARN", "7",
                        "AWS_WEB_IDENTITY_TOKEN_FILE", "8",
                        "AWS_ENDPOINT_URL_STS", "9",
                        "AWS_EC2_METADATA_SERVICE_ENDPOINT", "10")))
                .hasSize(10)
                .containsEntry("aws.endpointUrlSts", "9");
    }

    @Test
    void a_variable_without_a_property_is_left_out() {
        assertThat(SdkProperties.of(Map.of("AWS_STS_REGIONAL_ENDPOINTS", "regional")))
                .isEmpty();
    }

    @Test
    void closing_restores_the_previous_values() {
        System.setProperty("aws.region", "before");
        try {
            SdkProperties properties = SdkProperties.set(Map.of("AWS_REGION", "eu-west-1", "AWS_ROLE_ARN", "role"));
            assertThat(System.getProperty("aws.region")).isEqualTo("eu-west-1");
            assertThat(System.getProperty("aws.roleArn")).isEqualTo("role");

            properties.close();
            properties.close();

            assertThat(System.getProperty("aws.region")).isEqualTo("before");
            assertThat(System.getProperty("aws.roleArn")).isNull();
        } finally {
            System.clearProperty("aws.region");
        }
    }
}
