// SPDX-License-Identifier: Apache-2.0
package io.lanyard.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testsupport.Evidence;
import io.lanyard.testsupport.Jwt;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be told of a token without giving it away. */
class TokenClaimsTest {

    private static TokenClaims claims(String json) {
        return Evidence.seen("a token", TokenClaims.decode(Jwt.of(json)).orElseThrow());
    }

    @Test
    void a_projected_token_of_kubernetes_is_told_in_full() {
        TokenClaims claims = claims("""
                {"aud":["pods.eks.amazonaws.com"],"exp":1795428000,"iat":1795341600,
                 "iss":"https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789",
                 "kubernetes.io":{"namespace":"shop","node":{"name":"ip-10-0-0-1","uid":"1"},
                   "pod":{"name":"cart-7d4f","uid":"2"},"serviceaccount":{"name":"cart","uid":"3"}},
                 "nbf":1795341600,"sub":"system:serviceaccount:shop:cart"}""");
        assertThat(claims)
                .isEqualTo(new TokenClaims(
                        Optional.of("shop"),
                        Optional.of("cart"),
                        Optional.of("cart-7d4f"),
                        Optional.of("ip-10-0-0-1"),
                        List.of("pods.eks.amazonaws.com"),
                        Optional.of(Instant.parse("2026-11-23T10:00:00Z"))));
        assertThat(claims)
                .hasToString("shop/cart, pod cart-7d4f for pods.eks.amazonaws.com until 2026-11-23T10:00:00Z");
    }

    @Test
    void a_token_without_claims_is_a_token_all_the_same() {
        assertThat(claims("{}")).hasToString("?/? for no audience, which never expires");
    }

    @Test
    void an_audience_is_a_text_or_a_list_of_texts() {
        assertThat(claims("{\"aud\":\"sts.amazonaws.com\"}").audiences()).containsExactly("sts.amazonaws.com");
        assertThat(claims("{\"aud\":[\"a\",{\"b\":[\"c\"]},[\"d\"],7,null,\"e\"]}")
                        .audiences())
                .containsExactly("a", "e");
        assertThat(claims("{\"aud\":{\"a\":\"b\"},\"sub\":\"system:serviceaccount:shop:cart\"}"))
                .hasToString("shop/cart for no audience, which never expires");
    }

    @Test
    void a_subject_that_is_no_service_account_names_none() {
        for (String subject : List.of("\"alice\"", "\"system:serviceaccount:shop\"", "7", "{\"sub\":\"x\"}", "null")) {
            assertThat(claims("{\"sub\":" + subject + "}").serviceAccount()).isEmpty();
        }
    }

    @Test
    void claims_of_other_shapes_are_passed_over() {
        assertThat(claims("{\"exp\":\"soon\",\"kubernetes.io\":[1],\"x\":{\"sub\":\"system:serviceaccount:no:no\"}}"))
                .hasToString("?/? for no audience, which never expires");
        assertThat(claims("{\"kubernetes.io\":{\"pod\":7,\"node\":{\"name\":\"n\"}}}")
                        .pod())
                .isEmpty();
        assertThat(claims("{\"kubernetes.io\":{\"pod\":{\"name\":{\"a\":1},\"uid\":[2]}}}")
                        .pod())
                .isEmpty();
        assertThat(claims("{\"exp\":1.5e9}").expiration()).contains(Instant.ofEpochSecond(1_500_000_000));
    }

    @Test
    void a_claim_is_cut_and_has_no_control_characters_and_there_are_few_audiences() {
        String essay = "x\\n\\u0007y".concat("z".repeat(1_000));
        TokenClaims claims = claims("{\"aud\":[" + ("\"" + essay + "\",").repeat(99) + "\"last\"],"
                + "\"sub\":\"system:serviceaccount:" + essay + ":" + essay + "\","
                + "\"kubernetes.io\":{\"pod\":{\"name\":\"" + essay + "\"}}}");
        assertThat(claims.namespace().orElseThrow()).hasSize(256).startsWith("x  yz");
        assertThat(claims.pod().orElseThrow()).hasSize(256);
        assertThat(claims.audiences()).hasSize(8).allMatch(audience -> audience.length() == 256);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "opaque",
                "two.parts",
                "a.b.c.d",
                "a.!!!.c",
                "a..c",
                "a.e30",
                "Basic dXNlcjpwYXNz",
            })
    void a_token_of_another_kind_has_no_claims(String token) {
        assertThat(TokenClaims.decode(token)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "7",
                "",
                "{",
                "{\"aud\":[",
                "{\"aud\"",
                "{\"sub\":\"system:serviceaccount:shop",
                "{\"kubernetes.io\":{\"pod\":{\"name\"",
                "{\"sub\":\"a\",\"sub\":\"b\"}",
            })
    void what_is_broken_has_no_claims(String json) {
        assertThat(TokenClaims.decode(Jwt.of(json))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"9223372036854775807", "-9223372036854775808", "1e400", "99999999999999999999999"})
    void an_end_beyond_any_calendar_is_none(String end) {
        assertThat(claims("{\"exp\":" + end + ",\"aud\":\"sts.amazonaws.com\"}"))
                .hasToString("?/? for sts.amazonaws.com, which never expires");
    }

    @Test
    void a_line_break_after_the_token_does_not_matter() {
        assertThat(TokenClaims.decode(" " + Jwt.of("{}") + "\n")).isPresent();
    }
}
