// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TimelineTest {

    private static final String ROLE = "arn:aws:iam::111122223333:role/Cart";

    private final EksCluster cluster = EksCluster.start();
    private Pod pod;

    @BeforeEach
    void sendTwoRequestsWithARotationInBetween() throws IOException {
        cluster.associate("shop", "cart", ROLE);
        pod = cluster.runPod("shop", "cart");
        cluster.agent().faults().next(Fault.status(503));
        get();
        pod.tokenFile().rotate();
        get();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void a_timeline_lists_requests_calls_and_issued_credentials() {
        Timeline timeline = Timeline.of(cluster);

        timeline.hasRequests(2).hasAnswered(503, 200).hasTokens(2).hasIdentitiesOf(ROLE);
        assertThat(timeline.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("GET /v1/credentials, token ", "-> 503"),
                        line -> assertThat(line).contains("GET /v1/credentials, token ", "-> 200"),
                        line -> assertThat(line).contains("EKS Auth: CREDENTIALS, token "),
                        line -> assertThat(line)
                                .startsWith("IssuedCredentials[ASIA")
                                .contains(ROLE));
        assertThat(timeline.toString()).doesNotContain("CANARY", "eyJ");
    }

    @Test
    void a_failed_check_shows_the_whole_timeline() {
        Timeline timeline = Timeline.of(cluster);

        assertThatThrownBy(() -> timeline.hasRequests(1))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("expected 1 requests, but there were 2", "-> 503", "-> 200");
        assertThatThrownBy(() -> timeline.hasAnswered(200)).hasMessageContaining("they were [503, 200]");
        assertThatThrownBy(() -> timeline.hasTokens(1)).hasMessageContaining("expected 1 tokens");
        assertThatThrownBy(() -> timeline.hasIdentitiesOf()).hasMessageContaining(ROLE);
    }

    @Test
    void a_timeline_does_not_contain_later_requests() throws IOException {
        Timeline before = Timeline.of(cluster);

        get();

        before.hasRequests(2);
        Timeline.of(cluster).hasRequests(3);
    }

    @Test
    void timelines_of_several_servers_can_be_combined() {
        try (StsService sts = StsService.start()) {
            assertThat(Timeline.of(cluster).with(sts).requests()).hasSize(2);
            assertThat(Timeline.of(sts)).hasToString("no requests");
        }
    }

    private void get() throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) cluster.agent().credentialsUri().toURL().openConnection();
        connection.setRequestProperty(
                "Authorization", Files.readString(pod.tokenFile().path()));
        connection.getResponseCode();
    }
}
