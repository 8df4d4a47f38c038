// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Resolves credentials from each server with the AWS SDK's own provider. */
@Timeout(60)
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ContainerCredentialsProviderTest {
    private static final String ROLE = "arn:aws:iam::111122223333:role/App";

    @ParameterizedTest
    @EnumSource
    void the_sdk_gets_credentials_from_every_preset(AgentPreset preset) throws Exception {
        try (PresetAgent agent = PresetAgent.start(preset, ROLE)) {
            assertSdkResolvesFrom(agent, agent.environment());
        }
    }

    @Test
    void the_sdk_gets_credentials_from_the_eks_agent() throws Exception {
        try (EksPodIdentityAgent agent = EksPodIdentityAgent.start();
                ServiceAccountTokenFile token = ServiceAccountTokenFile.create("shop", "cart")) {
            agent.associate("shop", "cart", ROLE);
            assertSdkResolvesFrom(agent, agent.environmentFor(token));
        }
    }

    @Test
    void the_sdk_gets_credentials_from_the_ecs_agent() throws Exception {
        try (EcsCredentialsAgent agent = EcsCredentialsAgent.start()) {
            assertSdkResolvesFrom(agent, agent.environmentFor(agent.task(ROLE)));
        }
    }

    private static void assertSdkResolvesFrom(CredentialsServer server, Map<String, String> environment)
            throws Exception {
        AwsSessionCredentials credentials = SdkSettings.with(environment, () -> (AwsSessionCredentials) resolve(1));
        IssuedCredentials issued = server.issued().get(0);
        assertThat(credentials.accessKeyId()).isEqualTo(issued.accessKeyId());
        assertThat(credentials.secretAccessKey()).isEqualTo(issued.secretAccessKey());
        assertThat(credentials.sessionToken()).isEqualTo(issued.sessionToken());
        assertThat(credentials.expirationTime()).contains(issued.expiration());
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void the_sdk_requests_keys_that_expired_in_the_year_1_at_every_call() throws Exception {
        try (PresetAgent agent = PresetAgent.start(AgentPreset.AWS_VAULT_NO_SESSION, ROLE)) {
            SdkSettings.with(agent.environment(), () -> resolve(3));
            assertThat(agent.requests()).hasSize(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_sdk_fails_after_six_attempts_for_a_5xx_and_otherwise_after_one(AgentPreset preset) {
        try (PresetAgent agent = PresetAgent.start(preset, ROLE)) {
            agent.refuse(true);
            assertThatThrownBy(() -> SdkSettings.with(agent.environment(), () -> resolve(1)))
                    .isInstanceOf(SdkClientException.class);
            int status = agent.requests().get(0).status();
            assertThat(agent.requests()).hasSize(status >= 500 ? 6 : 1);
            assertThat(agent.issued()).isEmpty();
        }
    }

    private static AwsCredentials resolve(int times) {
        try (var provider = ContainerCredentialsProvider.create()) {
            for (int i = 1; i < times; i++) {
                provider.resolveCredentials();
            }
            return provider.resolveCredentials();
        }
    }
}
