// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.HttpURLConnection;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The examples of the README. */
class ReadmeTest {
    @Test
    void an_outage_ends() throws Exception {
        try (var agent = EksPodIdentityAgent.start();
                var token = ServiceAccountTokenFile.create("shop", "cart")) {
            agent.associate("shop", "cart", "arn:aws:iam::111122223333:role/Cart");
            agent.faults().next(Fault.status(503));
            for (int expected : new int[] {503, 200}) {
                var connection =
                        (HttpURLConnection) agent.credentialsUri().toURL().openConnection();
                connection.setRequestProperty("Authorization", Files.readString(token.path()));
                assertThat(connection.getResponseCode()).isEqualTo(expected);
            }
            assertThat(agent.issued()).hasSize(1);
        }
    }

    @Test
    void two_sources_are_ready_for_a_chain() {
        try (var tokenFile = ServiceAccountTokenFile.create("shop", "cart");
                var metadata = InstanceMetadataService.start("arn:aws:iam::111122223333:role/Node");
                var sts = StsService.start()) {
            sts.allow("arn:aws:iam::111122223333:role/Cart", "shop", "cart");
            metadata.onIssued(sts::register);
            var irsa = sts.environmentFor("arn:aws:iam::111122223333:role/Cart", tokenFile.path());
            var node = metadata.environment();
            assertThat(irsa)
                    .containsOnlyKeys(
                            "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_REGION", "AWS_ENDPOINT_URL_STS");
            assertThat(node).containsOnlyKeys("AWS_EC2_METADATA_SERVICE_ENDPOINT");
        }
    }
}
