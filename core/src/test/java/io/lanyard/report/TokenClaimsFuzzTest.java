// SPDX-License-Identifier: Apache-2.0
package io.lanyard.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.lanyard.testsupport.Jwt;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** Any token is decoded without a failure, and is not given away. */
class TokenClaimsFuzzTest {

    @FuzzTest(maxDuration = "60s")
    void any_claims_are_told_in_few_words_or_not_at_all(byte[] claims) {
        String token = "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(claims) + "." + Jwt.SIGNATURE;
        String told = TokenClaims.decode(token).toString();

        assertThat(told).hasSizeLessThan(3_000).doesNotContain(Jwt.SIGNATURE);
        assertThat(told.chars()).noneMatch(Character::isISOControl);
        // as it came, without a frame
        Optional<TokenClaims> unframed = TokenClaims.decode(new String(claims, StandardCharsets.ISO_8859_1));
        assertThat(unframed.toString()).hasSizeLessThan(3_000);
    }
}
