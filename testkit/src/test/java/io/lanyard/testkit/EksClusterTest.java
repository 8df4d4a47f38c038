// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.list;

import io.lanyard.testkit.iam.IamRole;
import io.lanyard.testkit.iam.PodIdentityAssociation;
import io.lanyard.testkit.iam.PodIdentitySession;
import io.lanyard.testkit.internal.go.GoJson;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The path of a pod from its association to its credentials. */
@Timeout(60)
class EksClusterTest {
    private static final String ROLE = "arn:aws:iam::111122223333:role/Cart";
    private static final String TARGET = "arn:aws:iam::444455556666:role/Target";

    private final TestClock clock = TestClock.at(Instant.parse("2026-11-22T12:00:00Z"));
    private final EksCluster cluster = EksCluster.builder()
            .name("prod")
            .account("999900001111")
            .region("eu-west-1")
            .clock(clock)
            .associationDelay(Duration.ofSeconds(7))
            .start();

    @AfterEach
    void close() {
        cluster.close();
    }

    private void associated(PodIdentityAssociation association) {
        cluster.associate(association);
        clock.advance(Duration.ofSeconds(7));
    }

    private Pod pod() {
        associated(PodIdentityAssociation.of("shop", "cart", IamRole.trustingEks(ROLE)));
        return cluster.runPod("shop", "cart");
    }

    private String get(Pod pod) throws IOException {
        return get(Files.readString(pod.tokenFile().path()));
    }

    private String get(String token) throws IOException {
        return RawClient.exchange(
                cluster.agent().port(),
                "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + token + "\r\n\r\n");
    }

    private IssuedCredentials lastIssued() {
        List<IssuedCredentials> issued = cluster.agent().issued();
        return issued.get(issued.size() - 1);
    }

    private PodIdentitySession lastSession() {
        return Objects.requireNonNull(lastIssued().session());
    }

    @Test
    void the_webhook_sets_five_variables_if_an_association_is_visible() throws Exception {
        Pod pod = pod();
        assertThat(pod.environment())
                .containsExactly(
                        Map.entry("AWS_STS_REGIONAL_ENDPOINTS", "regional"),
                        Map.entry("AWS_DEFAULT_REGION", "eu-west-1"),
                        Map.entry("AWS_REGION", "eu-west-1"),
                        Map.entry(
                                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                cluster.agent().credentialsUri().toString()),
                        Map.entry(
                                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                pod.tokenFile().path().toString()));
        assertThat(get(pod)).startsWith("HTTP/1.1 200").contains("\"AccountId\":\"111122223333\"");
    }

    @Test
    void a_pod_created_before_its_association_is_visible_receives_no_token() {
        cluster.associate("shop", "cart", ROLE);
        clock.advance(Duration.ofMillis(6_999));
        Pod early = cluster.runPod("shop", "cart");
        clock.advance(Duration.ofMillis(1));
        assertThat(early.environment()).isEmpty();
        assertThatThrownBy(early::tokenFile)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no association was visible");
        assertThat(cluster.runPod("shop", "cart").environment()).isNotEmpty();
    }

    @Test
    void a_new_lifetime_applies_to_the_next_answer() throws Exception {
        Pod pod = pod();
        get(pod);
        cluster.agent().credentialLifetime(Duration.ofMinutes(20));

        get(pod);

        assertThat(lastIssued().expiration()).isEqualTo(clock.instant().plus(Duration.ofMinutes(20)));
        cluster.agent().padSessionToken(5000);
        get(pod);
        assertThat(lastIssued().sessionToken()).hasSizeGreaterThan(5000);
        get(pod);
        assertThat(cluster.agent().issued()).hasSize(3);
    }

    @Test
    void a_deleted_association_stays_visible_for_the_delay() throws Exception {
        Pod pod = pod();
        cluster.agent().cache(false);
        cluster.disassociate("shop", "cart");
        assertThat(get(pod)).startsWith("HTTP/1.1 200");
        clock.advance(Duration.ofSeconds(7));
        assertThat(get(pod))
                .startsWith("HTTP/1.1 404")
                .contains("(ResourceNotFoundException): No association found for service account shop/cart in cluster"
                        + " prod, fault: client");
        assertThat(cluster.runPod("shop", "cart").environment()).isEmpty();
    }

    @Test
    void a_session_has_six_tags_and_a_name_of_eks() throws Exception {
        Pod pod = pod();
        String id = cluster.associate("shop", "cart", ROLE);
        clock.advance(Duration.ofSeconds(7));
        get(pod);
        PodIdentitySession session = lastSession();
        assertThat(session.tags())
                .containsExactly(
                        Map.entry("eks-cluster-arn", "arn:aws:eks:eu-west-1:999900001111:cluster/prod"),
                        Map.entry("eks-cluster-name", "prod"),
                        Map.entry("kubernetes-namespace", "shop"),
                        Map.entry("kubernetes-service-account", "cart"),
                        Map.entry("kubernetes-pod-name", pod.name()),
                        Map.entry("kubernetes-pod-uid", pod.uid()));
        assertThat(cluster.arn()).isEqualTo(session.tags().get("eks-cluster-arn"));
        assertThat(session.roleSessionName()).hasSize(64).matches("eks-prod-cart-5d8f7c9b6d-[0-9a-f]{2}-[0-9a-f-]{36}");
        assertThat(session.associationId()).isEqualTo(id).matches("a-[0-9a-f]{17}");
        assertThat(session.policy()).isNull();
        assertThat(lastIssued().roleArn()).isEqualTo(ROLE);
        assertThat(lastIssued().toString()).contains(session.roleSessionName()).doesNotContain("CANARY");
    }

    @Test
    void an_association_has_session_tags_or_a_policy() throws Exception {
        PodIdentityAssociation tagged = PodIdentityAssociation.of("shop", "cart", IamRole.trustingEks(ROLE))
                .withPolicy("{\"Version\":\"2012-10-17\",\"Statement\":[]}");
        assertThatThrownBy(() -> cluster.associate(tagged))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("withoutSessionTags()");
        assertThatThrownBy(() -> tagged.withPolicy("[]")).isInstanceOf(IllegalArgumentException.class);
        associated(tagged.withoutSessionTags());
        get(cluster.runPod("shop", "cart"));
        assertThat(lastSession().tags()).isEmpty();
        assertThat(lastSession().policy()).isEqualTo(tagged.policy());
    }

    @Test
    void a_pod_receives_a_target_role_that_trusts_its_role() throws Exception {
        IamRole target = IamRole.trustingRole(TARGET, "arn:aws:iam::111122223333:role/Other");
        associated(PodIdentityAssociation.of("shop", "cart", IamRole.trustingEks(ROLE))
                .withTargetRole(target));
        Pod pod = cluster.runPod("shop", "cart");
        assertThat(get(pod)).startsWith("HTTP/1.1 400").contains("EKS does not have permissions to assume");
        target.trustPolicy("""
                {"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:*",
                 "Condition": {"StringEquals": {
                   "sts:ExternalId": "eu-west-1/999900001111/prod/shop/cart",
                   "aws:RequestTag/kubernetes-service-account": "cart"},
                  "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Cart"}}}}
                """);
        assertThat(get(pod)).startsWith("HTTP/1.1 200").contains("\"AccountId\":\"444455556666\"");
        assertThat(lastIssued().roleArn()).isEqualTo(TARGET);
        assertThat(lastIssued().expiration()).isEqualTo(clock.instant().plus(Duration.ofMinutes(59)));
        assertThat(lastSession().tags()).hasSize(6);
    }

    @Test
    void a_role_is_refused_until_its_policy_trusts_eks() throws Exception {
        IamRole role = IamRole.of(ROLE, """
                {"Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
                 "Action": "sts:AssumeRole"}]}
                """);
        associated(PodIdentityAssociation.of("shop", "cart", role));
        Pod pod = cluster.runPod("shop", "cart");
        assertThat(get(pod)).startsWith("HTTP/1.1 400").contains("(AccessDeniedException)");
        role.trustPolicy("""
                {"Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
                 "Action": ["sts:AssumeRole", "sts:TagSession"],
                 "Condition": {"StringEquals": {
                    "aws:RequestTag/kubernetes-namespace": ["shop", "till"],
                    "aws:SourceAccount": "999900001111"},
                  "ArnEquals": {"aws:SourceArn": "arn:aws:eks:eu-west-1:999900001111:cluster/prod"}}}]}
                """);
        assertThat(get(pod)).startsWith("HTTP/1.1 200");
    }

    @Test
    void deleting_a_pod_invalidates_its_token_and_deletes_its_file() throws Exception {
        Pod pod = pod();
        Pod other = cluster.runPod("shop", "cart");
        String token = Files.readString(pod.tokenFile().path());
        pod.close();
        pod.close();
        assertThat(pod.tokenFile().path()).doesNotExist();
        assertThat(get(token)).startsWith("HTTP/1.1 400").contains("(InvalidTokenException): Unable to verify token");
        assertThat(get(other)).startsWith("HTTP/1.1 200");
    }

    @Test
    void forged_tokens_and_tokens_of_another_cluster_are_invalid() throws Exception {
        Pod pod = pod();
        String own = Files.readString(pod.tokenFile().path());
        String[] parts = own.split("\\.", -1);
        String foreign = ServiceAccountTokens.create().withClock(clock).issue("shop", "cart");
        for (String token : List.of(
                foreign,
                foreign.substring(0, foreign.lastIndexOf('.') + 1) + parts[2],
                parts[0] + "." + parts[1] + ".",
                parts[0] + "." + parts[1] + ".!")) {
            assertThat(get(token)).startsWith("HTTP/1.1 400").contains("(InvalidTokenException)");
        }
        assertThat(get(own)).startsWith("HTTP/1.1 200");
        assertThat(get(cluster.tokens().issue("shop", "cart"))).startsWith("HTTP/1.1 200");
    }

    @Test
    void kubelet_replaces_a_token_at_80_percent_of_its_lifetime() throws Exception {
        Pod pod = pod();
        String first = Files.readString(pod.tokenFile().path());
        clock.advance(Duration.ofMinutes(19 * 60 + 12).minusMillis(1));
        assertThat(pod.tokenFile().path()).hasContent(first);
        clock.advance(Duration.ofMillis(1));
        String second = Files.readString(pod.tokenFile().path());
        assertThat(second).isNotEqualTo(first);
        assertThat(get(first)).startsWith("HTTP/1.1 200");
        clock.advance(Duration.ofMinutes(4 * 60 + 48));
        assertThat(get(first)).startsWith("HTTP/1.1 400").contains("token is expired");
        assertThat(get(pod)).startsWith("HTTP/1.1 200");
        assertThat(pod.tokenFile().path()).hasContent(second);
    }

    @Test
    void a_token_is_due_by_its_own_age_or_if_it_is_from_the_future() throws Exception {
        Pod pod = pod();
        clock.advance(Duration.ofHours(10));
        pod.tokenFile().rotate();
        String rotated = Files.readString(pod.tokenFile().path());
        clock.advance(Duration.ofHours(19));
        assertThat(pod.tokenFile().path()).hasContent(rotated);
        clock.advance(Duration.ofHours(-20));
        assertThat(Files.readString(pod.tokenFile().path())).isNotEqualTo(rotated);
    }

    @Test
    void with_another_clock_kubelet_acts_on_request() throws Exception {
        try (EksCluster other =
                EksCluster.builder().clock(clock.withZone(ZoneOffset.UTC)).start()) {
            other.associate("shop", "cart", ROLE);
            Path token = other.runPod("shop", "cart").tokenFile().path();
            String first = Files.readString(token);
            clock.advance(Duration.ofHours(20));
            assertThat(token).hasContent(first);
            other.kubeletSync();
            assertThat(Files.readString(token)).isNotEqualTo(first);
        }
    }

    @Test
    void the_published_key_verifies_the_tokens() throws Exception {
        Map<?, ?> configuration =
                published(cluster.apiServer() + "/.well-known/openid-configuration", "application/json");
        assertThat(configuration.get("issuer")).isEqualTo(cluster.tokens().issuer());
        assertThat(configuration.get("id_token_signing_alg_values_supported")).isEqualTo(List.of("RS256"));
        Map<?, ?> jwks = published(String.valueOf(configuration.get("jwks_uri")), "application/jwk-set+json");
        assertThat(jwks.get("keys"))
                .asInstanceOf(list(Map.class))
                .singleElement()
                .satisfies(key -> {
                    assertThat(key.get("kid")).isEqualTo(cluster.tokens().keyId());
                    String[] parts = cluster.tokens().issue("shop", "cart").split("\\.", -1);
                    Signature signature = Signature.getInstance("SHA256withRSA");
                    signature.initVerify(KeyFactory.getInstance("RSA")
                            .generatePublic(new RSAPublicKeySpec(number(key.get("n")), number(key.get("e")))));
                    signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
                    assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2])))
                            .isTrue();
                });
        assertThat(connect(cluster.apiServer() + "/api").getResponseCode()).isEqualTo(404);
    }

    private static BigInteger number(@Nullable Object base64) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(String.valueOf(base64)));
    }

    private static Map<?, ?> published(String uri, String type) throws Exception {
        HttpURLConnection connection = connect(uri);
        assertThat(connection.getContentType()).isEqualTo(type);
        String body = new String(connection.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return (Map<?, ?>) Objects.requireNonNull(GoJson.parse(body));
    }

    private static HttpURLConnection connect(String uri) throws IOException {
        return (HttpURLConnection) URI.create(uri).toURL().openConnection();
    }

    @Test
    void eks_auth_and_the_agent_fail_independently() throws Exception {
        Pod pod = pod();
        cluster.agent().faults().next(Fault.status(503));
        assertThat(get(pod)).startsWith("HTTP/1.1 503");
        assertThat(cluster.eksAuth().calls()).isEmpty();
        cluster.eksAuth().answerWith(EksAuthAnswer.THROTTLED);
        assertThat(get(pod)).startsWith("HTTP/1.1 429");
        cluster.agent().restart();
        assertThat(get(pod)).startsWith("HTTP/1.1 429");
        cluster.eksAuth().clear();
        assertThat(get(pod)).startsWith("HTTP/1.1 200");
        assertThat(get(pod)).startsWith("HTTP/1.1 200");
        assertThat(cluster.agent().requests()).hasSize(5);
        String tokenId = cluster.agent().requests().get(0).tokenId();
        assertThat(cluster.eksAuth().calls())
                .hasSize(7)
                .endsWith(new EksAuth.Call(clock.instant(), tokenId, EksAuthAnswer.CREDENTIALS));
    }

    @Test
    void two_nodes_share_eks_auth_but_no_cache() throws Exception {
        Pod pod = pod();
        get(pod);
        try (EksPodIdentityAgent second = EksPodIdentityAgent.builder()
                .clock(clock)
                .eksAuth(cluster.eksAuth())
                .start()) {
            String token = Files.readString(pod.tokenFile().path());
            assertThat(RawClient.exchange(
                            second.port(),
                            "GET /v1/credentials HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + token + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
        }
        assertThat(cluster.eksAuth().calls()).hasSize(2);
    }

    @Test
    void close_removes_pods_threads_and_clock_listeners() throws Exception {
        TestClock own = TestClock.at(clock.instant());
        EksCluster closed = EksCluster.builder().clock(own).start();
        closed.associate("shop", "cart", ROLE);
        Path volume = closed.runPod("shop", "cart").tokenFile().path().resolveSibling("");
        String ports = "-" + closed.agent().port() + "|-" + closed.apiServer().getPort();
        closed.close();
        closed.close();
        own.advance(Duration.ofDays(2));
        assertThat(volume).doesNotExist();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.matches(".*(" + ports + ").*"));
    }

    @Test
    void invalid_settings_are_rejected() {
        assertThatThrownBy(() -> EksCluster.builder().associationDelay(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cluster.eksAuth().delay(Duration.ofSeconds(-1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> cluster.associate("shop", "cart", "Cart"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EksCluster.builder()
                        .agent(node -> node.port(cluster.agent().port()))
                        .start())
                .isInstanceOf(UncheckedIOException.class);
    }
}
