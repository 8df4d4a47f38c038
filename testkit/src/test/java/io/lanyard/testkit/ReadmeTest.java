// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.HttpURLConnection;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The example of the README. */
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
}
