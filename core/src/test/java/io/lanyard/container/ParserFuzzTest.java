// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.lanyard.ContainerCredentials;
import io.lanyard.spi.MalformedResponseException;
import java.util.List;

/** Any body is a set of credentials, states an error, or is refused. */
class ParserFuzzTest {

    @FuzzTest(maxDuration = "60s")
    void any_body_is_credentials_or_refused(byte[] body) {
        ContainerCredentials credentials;
        try {
            CredentialsParser parser = CredentialsParser.read(body, List.of());
            ErrorAnswer error = parser.error();
            if (error != null) {
                assertThat(String.valueOf(error.code())).hasSizeLessThanOrEqualTo(64);
                return;
            }
            credentials = parser.credentials();
        } catch (MalformedResponseException e) {
            assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(200);
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
