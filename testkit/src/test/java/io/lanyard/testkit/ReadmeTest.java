// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.testkit.iam.IamRole;
import io.lanyard.testkit.iam.PodIdentityAssociation;
import io.lanyard.testkit.junit.CredentialsTest;
import io.lanyard.testkit.junit.PodIdentity;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;

/** The examples of the README. */
@CredentialsTest
class ReadmeTest {
    @Test
    void the_cart_recovers_from_an_outage(
            @PodIdentity(namespace = "shop", serviceAccount = "cart", role = "arn:aws:iam::111122223333:role/Cart")
                    Pod pod,
            EksCluster cluster) {
        cluster.agent().faults().next(Fault.status(503));
        Cart cart = new Cart(pod.environment()); // your application, with what the webhook injects
        assertThat(cart.credentials()).isEqualTo("unavailable");
        assertThat(cart.credentials()).startsWith("ASIA");
        Timeline.of(cluster).hasAnswered(503, 200).hasTokens(1).hasIdentitiesOf("arn:aws:iam::111122223333:role/Cart");
    }

    private record Cart(Map<String, String> environment) {
        String credentials() {
            try {
                return get(environment).replaceAll(".*\"AccessKeyId\":\"(\\w+)\".*", "$1");
            } catch (IOException e) {
                return "unavailable";
            }
        }
    }

    @Test
    void the_agent_recovers_from_an_outage() throws Exception {
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
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void sts_and_instance_metadata_serve_a_chain() {
        try (var tokenFile = ServiceAccountTokenFile.createForSts("shop", "cart");
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
            try (var properties = SdkProperties.set(irsa);
                    var sdk = WebIdentityTokenFileCredentialsProvider.create()) {
                assertThat(properties).isNotNull();
                assertThat(sdk.resolveCredentials().accessKeyId())
                        .isEqualTo(sts.issued().get(0).accessKeyId());
            }
        }
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void the_sdks_provider_resolves_as_a_pod(Pod pod, EksCluster cluster) {
        try (var properties = SdkProperties.set(pod.environment());
                var sdk = ContainerCredentialsProvider.builder().build()) {
            assertThat(properties).isNotNull();
            assertThat(sdk.resolveCredentials().accessKeyId())
                    .isEqualTo(cluster.agent().issued().get(0).accessKeyId());
        }
    }

    @Test
    void a_pod_recovers_from_a_rotation_a_throttling_and_a_broken_agent() throws Exception {
        String trustPolicy = """
                {"Statement": {"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
                 "Action": ["sts:AssumeRole", "sts:TagSession"]}}
                """;
        TestClock clock = TestClock.at(Instant.parse("2026-11-22T12:00:00Z"));
        try (var cluster = EksCluster.builder()
                .clock(clock)
                .associationDelay(Duration.ofSeconds(7))
                .start()) {
            IamRole role = IamRole.of("arn:aws:iam::111122223333:role/Cart", trustPolicy);
            cluster.associate(PodIdentityAssociation.of("shop", "cart", role));
            clock.advance(Duration.ofSeconds(7));
            Pod pod = cluster.runPod("shop", "cart");
            String first = get(pod);

            clock.advance(Duration.ofHours(20));
            cluster.eksAuth().answerWith(EksAuthAnswer.THROTTLED);
            cluster.agent().faults().next(Fault.status(503));

            assertThatThrownBy(() -> get(pod)).hasMessageContaining("503");
            assertThatThrownBy(() -> get(pod)).hasMessageContaining("429");
            cluster.eksAuth().clear();
            assertThat(get(pod)).contains("AccessKeyId").isNotEqualTo(first);
        }
    }

    private static String get(Pod pod) throws IOException {
        return get(pod.environment());
    }

    private static String get(Map<String, String> environment) throws IOException {
        var connection = URI.create(environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
                .toURL()
                .openConnection();
        connection.setRequestProperty(
                "Authorization", Files.readString(Path.of(environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"))));
        return new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
