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
    void twoCallsAndARotationBetween() throws IOException {
        cluster.associate("shop", "cart", ROLE);
        pod = cluster.runPod("shop", "cart");
        cluster.agent().faults().next(Fault.status(503));
        ask();
        pod.tokenFile().rotate();
        ask();
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void it_tells_what_was_asked_and_answered_and_whose_identity_was_made() {
        Timeline timeline = Timeline.of(cluster);

        timeline.hasRequests(2).hasAnswered(503, 200).hasTokens(2).hasIdentitiesOf(ROLE);
        assertThat(timeline.toString().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("GET /v1/credentials, token ", "-> 503"),
                        line -> assertThat(line).contains("GET /v1/credentials, token ", "-> 200"),
                        line -> assertThat(line).contains("EKS Auth: CREDENTIALS, token "),
                        line -> assertThat(line)
                                .startsWith("made IssuedCredentials[ASIA")
                                .contains(ROLE));
        assertThat(timeline.toString()).doesNotContain("CANARY", "eyJ");
    }

    @Test
    void what_was_expected_and_is_not_so_is_told_with_all_that_was() {
        Timeline timeline = Timeline.of(cluster);

        assertThatThrownBy(() -> timeline.hasRequests(1))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("expected 1 requests, and there were 2", "-> 503", "-> 200");
        assertThatThrownBy(() -> timeline.hasAnswered(200)).hasMessageContaining("it was [503, 200]");
        assertThatThrownBy(() -> timeline.hasTokens(1)).hasMessageContaining("expected 1 tokens");
        assertThatThrownBy(() -> timeline.hasIdentitiesOf()).hasMessageContaining(ROLE);
    }

    @Test
    void what_happens_later_is_in_a_later_one() throws IOException {
        Timeline before = Timeline.of(cluster);

        ask();

        before.hasRequests(2);
        Timeline.of(cluster).hasRequests(3);
    }

    @Test
    void several_servers_make_one_timeline() {
        try (StsService sts = StsService.start()) {
            assertThat(Timeline.of(cluster).with(sts).requests()).hasSize(2);
            assertThat(Timeline.of(sts)).hasToString("nothing");
        }
    }

    private void ask() throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) cluster.agent().credentialsUri().toURL().openConnection();
        connection.setRequestProperty(
                "Authorization", Files.readString(pod.tokenFile().path()));
        connection.getResponseCode();
    }
}
