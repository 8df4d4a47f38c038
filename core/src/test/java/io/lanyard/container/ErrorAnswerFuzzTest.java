// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Any error body is read without a failure, and never gives the token away. */
class ErrorAnswerFuzzTest {

    private static final String TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.c2ln";

    @FuzzTest(maxDuration = "60s")
    void any_body_is_read_and_gives_no_token_away(byte[] body) {
        ErrorAnswer answer = ErrorAnswer.read(body, List.of(TOKEN));

        assertThat(answer.message()).hasSizeLessThanOrEqualTo(512);
        assertThat(String.valueOf(answer.code())).hasSizeLessThanOrEqualTo(128);
        assertThat(String.valueOf(answer.requestId())).hasSizeLessThanOrEqualTo(128);
        String all = answer.message() + "\n" + answer.code() + "\n" + answer.requestId();
        for (int i = 0; i + 12 <= TOKEN.length(); i++) {
            assertThat(all).doesNotContain(TOKEN.substring(i, i + 12));
        }
        assertThat(answer.message().chars()).noneMatch(Character::isISOControl);
    }
}
