// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.MalformedResponseException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which answers are understood and which are refused. In the texts {@code |} is CR LF and {@code ~} a lone LF. */
class SocketTransportAnswersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|content-length:2||{}trailing",
                "HTTP/1.1 200 OK|Content-Length: 2|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|Content-Length:\t2 ||{}",
                "HTTP/1.1 200|Content-Length: 002||{}",
                "HTTP/1.0 200 OK|Connection: close||{}",
                "HTTP/1.0 200 OK|Content-Length: 2||{}",
                "HTTP/1.1 200 OK||{}",
                "HTTP/1.1 200 OK~Content-Length: 2~~{}",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: Chunked||1|{|1|}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||0000002|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2;name=value|{}|0;last|Trailer: x||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2 |{}|0||",
                "HTTP/1.1 200 OK|Content-Encoding: identity|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|X-Empty:|Content-Length: 2||{}",
            })
    void this_is_understood(String answer) throws Exception {
        AgentResponse response = read(answer);

        assertThat(response.status()).isEqualTo(200);
        assertThat(new String(response.body(), StandardCharsets.ISO_8859_1)).isEqualTo("{}");
        assertThat(response.truncated()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // no HTTP/1.x
                "HTTP/2 200 OK||",
                "HTTP/1.2 200 OK|Content-Length: 2||{}",
                "http/1.1 200 OK|Content-Length: 2||{}",
                "HTTP/1.1  200 OK|Content-Length: 2||{}",
                "HTTP/1.1 2000 OK|Content-Length: 2||{}",
                "HTTP/1.1 20x OK|Content-Length: 2||{}",
                "HTTP/1.1 -20 OK|Content-Length: 2||{}",
                "HTTP/1.1 099 OK|Content-Length: 2||{}",
                "HTTP/1.1 600 OK|Content-Length: 2||{}",
                "|HTTP/1.1 200 OK|Content-Length: 2||{}",
                "ICY 200 OK|Content-Length: 2||{}",
                // an interim answer was never asked for
                "HTTP/1.1 100 Continue||HTTP/1.1 200 OK|Content-Length: 2||{}",
                "HTTP/1.1 103 Early Hints|Link: x||HTTP/1.1 200 OK|Content-Length: 2||{}",
                "HTTP/1.1 101 Switching Protocols||{}",
                // a length that is said twice
                "HTTP/1.1 200 OK|Content-Length: 2|Transfer-Encoding: chunked||2|{}|0||",
                "HTTP/1.1 200 OK|Content-Length: 2|Content-Length: 3||{}x",
                "HTTP/1.1 200 OK|Content-Length: 2, 2||{}",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked|Transfer-Encoding: identity||2|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: gzip, chunked||2|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: identity||{}",
                "HTTP/1.0 200 OK|Transfer-Encoding: chunked||2|{}|0||",
                // a length that is none
                "HTTP/1.1 200 OK|Content-Length: -2||{}",
                "HTTP/1.1 200 OK|Content-Length: +2||{}",
                "HTTP/1.1 200 OK|Content-Length: 0x2||{}",
                "HTTP/1.1 200 OK|Content-Length:||{}",
                "HTTP/1.1 200 OK|Content-Length: 2 2||{}",
                "HTTP/1.1 200 OK|Content-Length: 9999999999999999999||{}",
                "HTTP/1.1 200 OK|Content-Length: \u0662||{}",
                // a chunk that is none
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked|||{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||-2|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||+2|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||0x2|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2 2|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||g|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||;x|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||00000002|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||ffffffff|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||1|{}|0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|{}0||",
                "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|{}|0|no header||",
                // a header that is none
                "HTTP/1.1 200 OK|: no name|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|no colon|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|Content-Length : 2||{}",
                "HTTP/1.1 200 OK| folded: 1|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|X: a|\tfolded|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|\u00e4: 1|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|a(b): 1|Content-Length: 2||{}",
                // characters that are not of a head
                "HTTP/1.1 200 OK|X: a\u0000b|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|X: a\u001bb|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|X: a\rb|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|X: a\r|Content-Length: 2||{}",
                // a body in another coding than the one asked for
                "HTTP/1.1 200 OK|Content-Encoding: gzip|Content-Length: 2||{}",
                "HTTP/1.1 200 OK|Content-Encoding: br|Content-Length: 2||{}",
            })
    void this_is_refused(String answer) {
        assertThatThrownBy(() -> read(answer)).isInstanceOf(MalformedResponseException.class);
    }

    @ParameterizedTest
    @CsvSource({"204, 0", "304, 0", "205, 2", "301, 2", "404, 2", "599, 2"})
    void a_status_without_a_body_has_none(int status, int bytes) throws Exception {
        AgentResponse response = read("HTTP/1.1 " + status + " x|Content-Length: 2||{}");

        assertThat(response.status()).isEqualTo(status);
        assertThat(response.body()).hasSize(bytes);
        assertThat(response.truncated()).isFalse();
    }

    @Test
    void a_head_may_have_32_kib_and_no_more() throws Exception {
        String start = "HTTP/1.1 200 OK";
        int room = 32 * 1024 - start.length();

        assertThat(read(start + "|X: " + "x".repeat(room - 4) + "||{}").status())
                .isEqualTo(200);
        assertThatThrownBy(() -> read(start + "|X: " + "x".repeat(room - 3) + "||{}"))
                .isInstanceOf(MalformedResponseException.class)
                .hasMessageContaining("too long");
        assertThatThrownBy(() -> read("H".repeat(40_000))).isInstanceOf(MalformedResponseException.class);
        assertThatThrownBy(() -> read(start + "|X: y".repeat(20_000) + "||{}"))
                .isInstanceOf(MalformedResponseException.class);
    }

    @Test
    void a_length_of_eighteen_digits_is_a_body_that_is_too_long() throws Exception {
        assertThat(read("HTTP/1.1 200 OK|Content-Length: " + "9".repeat(18) + "||" + "x".repeat(2_000))
                        .truncated())
                .isTrue();
    }

    @Test
    void a_chunk_line_and_trailers_are_bounded_too() {
        String start = "HTTP/1.1 200 OK|Transfer-Encoding: chunked||";

        assertThatThrownBy(() -> read(start + "2;" + "x".repeat(2_000) + "|{}|0||"))
                .isInstanceOf(MalformedResponseException.class);
        assertThatThrownBy(() -> read(start + "2|{}|0|" + "X: y|".repeat(20_000) + "|"))
                .isInstanceOf(MalformedResponseException.class);
    }

    @Test
    void header_names_are_found_in_any_case_and_values_are_stripped() throws Exception {
        AgentResponse response = read("HTTP/1.1 503 x|rEtRy-AfTeR: \t 7 \t||");

        assertThat(response.header("Retry-After")).contains("7");
        assertThat(response.header("retry-after")).contains("7");
        assertThat(response.header("absent")).isEmpty();
    }

    @Test
    void no_text_of_a_response_shows_its_body() throws Exception {
        assertThat(read("HTTP/1.1 200 OK|X-Secret: CANARY||{CANARY}").toString())
                .isEqualTo("AgentResponse(200)");
    }

    private static AgentResponse read(String answer) throws IOException {
        String wire = answer.replace("|", "\r\n").replace("~", "\n");
        return ResponseReader.read(new ByteArrayInputStream(wire.getBytes(StandardCharsets.ISO_8859_1)), 1024);
    }
}
