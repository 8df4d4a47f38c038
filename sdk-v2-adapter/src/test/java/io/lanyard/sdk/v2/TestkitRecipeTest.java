// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testkit.EksCluster;
import io.lanyard.testkit.junit.CredentialsTest;
import org.junit.jupiter.api.Test;

/** The recipe of the testkit's README for a provider of ours. */
@CredentialsTest
class TestkitRecipeTest {

    @Test
    void a_provider_resolves_as_a_pod_of_the_testkit(io.lanyard.testkit.Pod pod, EksCluster cluster) {
        var environment = pod.environment();
        try (var lanyard = LanyardContainerCredentialsProvider.builder()
                .container(source -> source.fullUri(environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
                        .tokenFile(environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")))
                .build()) {

            assertThat(lanyard.resolveCredentials().accessKeyId())
                    .isEqualTo(cluster.agent().issued().get(0).accessKeyId());
        }
    }
}
