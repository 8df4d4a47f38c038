// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.lanyard.spi.AgentResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Any bytes are an answer or an {@link IOException}. */
class ResponseReaderFuzzTest {

    private static final int LIMIT = 1024;

    @FuzzTest(maxDuration = "60s")
    void any_bytes_are_an_answer_or_refused(byte[] wire) {
        AgentResponse response;
        try {
            response = ResponseReader.read(new ByteArrayInputStream(wire), LIMIT);
        } catch (IOException e) {
            assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(200);
            return;
        }
        assertThat(response.status()).isBetween(200, 599);
        assertThat(response.body()).hasSizeLessThanOrEqualTo(Math.min(LIMIT, wire.length));
        assertThat(response.truncated()).isIn(false, response.body().length == LIMIT);
    }
}
