// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.lanyard.ContainerCredentials;
import java.util.List;

/** Any body is a set of credentials, an error by its own word, or unusable. */
class ParserFuzzTest {

    @FuzzTest(maxDuration = "60s")
    void any_body_is_credentials_or_refused(byte[] body) {
        ContainerCredentials credentials;
        try {
            credentials = CredentialsParser.parse(body, List.of());
        } catch (CredentialsParser.UnusableBodyException e) {
            assertThat(e.reason()).isNotBlank().hasSizeLessThan(200);
            return;
        } catch (CredentialsParser.ServiceErrorException e) {
            assertThat(String.valueOf(e.answer().code())).hasSizeLessThanOrEqualTo(64);
            return;
        }
        assertThat(credentials.accessKeyId()).isNotBlank();
        assertThat(credentials.secretAccessKey()).isNotBlank();
        assertThat(credentials.sessionToken().orElse("x")).isNotBlank();
        assertThat(credentials.secretAccessKey().chars()).noneMatch(Character::isISOControl);
        assertThat(credentials.sessionToken().orElse("x").chars()).noneMatch(Character::isISOControl);
        assertThat(credentials.accessKeyId().chars()).noneMatch(Character::isISOControl);
    }
}
