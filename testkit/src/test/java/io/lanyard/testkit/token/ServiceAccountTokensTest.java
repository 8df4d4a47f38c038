// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.token;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testkit.internal.go.GoJson;
import io.lanyard.testkit.internal.go.Jwt;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class ServiceAccountTokensTest {
    private static final Instant NOW = Instant.parse("2026-11-22T05:00:00Z");
    private final ServiceAccountTokens tokens = ServiceAccountTokens.create().withClock(InstantSource.fixed(NOW));

    @Test
    void the_signature_verifies_with_the_public_key() throws Exception {
        String[] parts = tokens.issue("shop", "cart").split("\\.", -1);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initVerify(tokens.publicKey());
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    }

    @Test
    void an_issuer_recognizes_its_own_tokens() {
        ServiceAccountTokens other = ServiceAccountTokens.ofNewCluster(InstantSource.fixed(NOW), "us-west-2");
        String token = tokens.issue("shop", "cart");
        assertThat(tokens.hasIssued(token)).isTrue();
        assertThat(other.hasIssued(token)).isFalse();
        assertThat(tokens.hasIssued(token.substring(0, token.lastIndexOf('.') + 1)))
                .isFalse();
        assertThat(tokens.hasIssued("no token")).isFalse();
    }

    @Test
    void the_header_names_algorithm_and_key() throws Exception {
        assertThat(part(tokens.issue("shop", "cart"), 0))
                .containsOnly(Map.entry("alg", "RS256"), Map.entry("kid", tokens.keyId()));
        assertThat(tokens.keyId()).matches("[0-9a-f]{40}");
    }

    @Test
    void the_claims_are_those_of_a_projected_token() throws Exception {
        Map<String, Object> claims = part(tokens.withRegion("eu-west-1").issue("shop", "cart"), 1);
        assertThat(claims.keySet()).containsExactly("aud", "exp", "iat", "iss", "jti", "kubernetes.io", "nbf", "sub");
        assertThat(claims)
                .containsEntry("aud", List.of("pods.eks.amazonaws.com"))
                .containsEntry("sub", "system:serviceaccount:shop:cart");
        assertThat(claims.get("iss"))
                .asString()
                .matches("https://oidc\\.eks\\.eu-west-1\\.amazonaws\\.com/id/[0-9A-F]{32}");
        assertThat(seconds(claims, "iat")).isEqualTo(NOW.getEpochSecond());
        assertThat(seconds(claims, "nbf")).isEqualTo(NOW.getEpochSecond());
        assertThat(seconds(claims, "exp")).isEqualTo(NOW.getEpochSecond() + 86_400);
        assertThat(claims.get("jti")).asString().matches("[0-9a-f-]{36}");
        assertThat(claims.get("kubernetes.io"))
                .asInstanceOf(InstanceOfAssertFactories.map(String.class, Object.class))
                .containsOnlyKeys("namespace", "node", "pod", "serviceaccount")
                .containsEntry("namespace", "shop");
    }

    @Test
    void each_token_is_different() {
        assertThat(tokens.issue("shop", "cart")).isNotEqualTo(tokens.issue("shop", "cart"));
    }

    @Test
    void the_times_can_be_set() throws Exception {
        assertThat(seconds(part(tokens.issue("a", "b", Duration.ofMinutes(10)), 1), "exp"))
                .isEqualTo(NOW.getEpochSecond() + 600);
        assertThat(seconds(part(tokens.issueExpired("a", "b", Duration.ofMinutes(1)), 1), "exp"))
                .isEqualTo(NOW.getEpochSecond() - 60);
        assertThat(seconds(
                        part(
                                tokens.token("a", "b")
                                        .notBefore(Duration.ofSeconds(5))
                                        .issue(),
                                1),
                        "nbf"))
                .isEqualTo(NOW.getEpochSecond() + 5);
    }

    @Test
    void audience_pod_and_binding_can_be_set() throws Exception {
        String token = tokens.token("a", "b")
                .audience("sts.amazonaws.com")
                .notBoundToPod()
                .issue();
        assertThat(part(token, 1)).containsEntry("aud", List.of("sts.amazonaws.com"));
        assertThat(Jwt.parse(token).pod("uid")).isNull();
        assertThat(part(tokens.token("a", "b").pod("b-0").issue(), 1).get("kubernetes.io"))
                .asString()
                .contains("name=b-0");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> part(String token, int index) throws GoJson.SyntaxException {
        byte[] json = Base64.getUrlDecoder().decode(token.split("\\.", -1)[index]);
        Object value = GoJson.parse(new String(json, StandardCharsets.UTF_8));
        assertThat(value).isInstanceOf(Map.class);
        return value == null ? Map.of() : (Map<String, Object>) value;
    }

    private static long seconds(Map<String, Object> claims, String name) {
        return claims.get(name) instanceof Number number ? number.longValue() : -1;
    }
}
