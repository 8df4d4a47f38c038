// SPDX-License-Identifier: Apache-2.0
package io.lanyard.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testsupport.Jwt;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A token is decoded without a failure and without being given away. */
class TokenClaimsProperties {

    private static final int LONGEST_REPORT = 3_000;

    @Property
    void no_text_makes_the_decoder_throw(@ForAll String text) {
        check(text, TokenClaims.decode(text));
    }

    @Property(tries = 5_000)
    void whatever_the_claims_are_neither_the_signature_nor_the_token_is_told(@ForAll("claims") String claims) {
        String token = Jwt.of(claims);
        check(token, TokenClaims.decode(token));
    }

    private static void check(String token, Optional<TokenClaims> claims) {
        String told = claims.toString();
        assertThat(told).hasSizeLessThan(LONGEST_REPORT);
        assertThat(told.chars()).noneMatch(Character::isISOControl);
        for (String part : token.split("\\.", -1)) {
            assertThat(part.length() < 12 || !told.contains(part)).isTrue();
        }
    }

    /** Objects of claims with values of all shapes; some are broken off. */
    @Provide
    Arbitrary<String> claims() {
        Arbitrary<String> names = Arbitraries.of("aud", "exp", "sub", "kubernetes.io", "pod", "name", "x");
        Arbitrary<String> leaves = Arbitraries.oneOf(
                Arbitraries.of("null", "true", "-1", "1e9", "1e99", "9223372036854775807", "\"\\u0000\\uD800\""),
                Arbitraries.longs().map(Object::toString),
                Arbitraries.strings().ofMaxLength(400).map(TokenClaimsProperties::quoted),
                Arbitraries.strings().alpha().ofMaxLength(5).map(text -> "\"system:serviceaccount:" + text + ":b\""));
        Arbitrary<String> values = Arbitraries.recursive(
                () -> leaves,
                inner -> Arbitraries.oneOf(
                        inner,
                        inner.list().ofMaxSize(3).map(list -> "[" + String.join(",", list) + "]"),
                        object(names, inner)),
                0,
                3);
        return Combinators.combine(object(names, values), Arbitraries.integers().between(0, 3))
                .as((json, cut) -> json.substring(0, json.length() - Math.min(json.length(), cut)));
    }

    private static Arbitrary<String> object(Arbitrary<String> names, Arbitrary<String> values) {
        return Combinators.combine(names, values)
                .as((name, value) -> quoted(name) + ":" + value)
                .list()
                .ofMaxSize(5)
                .map(fields -> "{" + String.join(",", fields) + "}");
    }

    private static String quoted(String text) {
        StringBuilder json = new StringBuilder("\"");
        text.chars().forEach(c -> json.append(String.format("\\u%04x", c)));
        return json.append('"').toString();
    }
}
