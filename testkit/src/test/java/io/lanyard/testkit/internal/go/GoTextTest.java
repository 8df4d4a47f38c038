// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.go;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The messages of Go's libraries in the agent's answers to malformed tokens. */
class GoTextTest {
    private static final String HEADER = encode("{\"alg\":\"RS256\"}");

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '~', textBlock = """
            ~~;        unexpected end of JSON input
            x;         invalid character 'x' looking for beginning of value
            {x;        invalid character 'x' looking for beginning of object key string
            {"a"x;     invalid character 'x' after object key
            {"a":1x;   invalid character 'x' after object key:value pair
            {"a":1,};  invalid character '}' looking for beginning of object key string
            [1x;       invalid character 'x' after array element
            [1,;       unexpected end of JSON input
            1 x;       invalid character 'x' after top-level value
            01;        invalid character '1' after top-level value
            trux;      invalid character 'x' in literal true (expecting 'e')
            nulx;      invalid character 'x' in literal null (expecting 'l')
            -x;        invalid character 'x' in numeric literal
            1.x;       invalid character 'x' after decimal point in numeric literal
            1ex;       invalid character 'x' in exponent of numeric literal
            "\\x;      invalid character 'x' in string escape code
            "\\u00gx;  invalid character 'g' in \\u hexadecimal character escape
            "\t";      invalid character '\\t' in string literal
            "\u0001";  invalid character '\\x01' in string literal
            \\;        invalid character '\\\\' looking for beginning of value
            ';         invalid character '\\'' looking for beginning of value
            """)
    void syntax_errors_have_the_messages_of_go(String json, String message) {
        assertThatThrownBy(() -> GoJson.parse(json))
                .isInstanceOf(GoJson.SyntaxException.class)
                .hasMessage(message);
    }

    @Test
    void json_is_read_and_written_as_in_go() throws Exception {
        assertThat(GoJson.parse(" {\"a\" : [ 1, -2.5e+1, true, false, null, {}, [] ], \"b\":\"\\u003c\\n/\"} "))
                .isEqualTo(Map.of(
                        "a",
                        Arrays.asList(
                                new BigDecimal("1"), new BigDecimal("-2.5e1"), true, false, null, Map.of(), List.of()),
                        "b",
                        "<\n/"));
        assertThat(GoJson.object("a", "<>&\"\\\n\r\t\b\f\u0001\u2028é", "b", 7))
                .isEqualTo("{\"a\":\"\\u003c\\u003e\\u0026\\\"\\\\\\n\\r\\t\\b\\f\\u0001\\u2028é\",\"b\":7}");
    }

    @Test
    void depth_is_bounded() {
        assertThatThrownBy(() -> GoJson.parse("[".repeat(100_000))).hasMessage("exceeded max depth");
    }

    @Test
    void malformed_tokens_have_the_messages_of_the_agent() {
        assertMalformed("a.b", "token is malformed: token contains an invalid number of segments");
        assertMalformed("a.b.c.d", "token is malformed: token contains an invalid number of segments");
        assertMalformed(
                HEADER + "x.e30.s",
                "token is malformed: could not base64 decode header: illegal base64 data at input byte 20");
        assertMalformed("..", "token is malformed: could not JSON decode header: unexpected end of JSON input");
        assertMalformed(
                HEADER + ".e30=.s",
                "token is malformed: could not base64 decode claim: illegal base64 data at input byte 3");
        assertMalformed(
                HEADER + "." + encode("nope") + ".s",
                "token is malformed: could not JSON decode claim: invalid character 'o' in literal null (expecting 'u')");
        assertMalformed(
                encode("[]") + ".e30.s",
                "token is malformed: could not JSON decode header: json: cannot unmarshal array into Go value of type"
                        + " map[string]interface {}");
        assertMalformed(
                HEADER + "." + encode("1") + ".s",
                "token is malformed: could not JSON decode claim: json: cannot unmarshal number into Go value of type"
                        + " jwt.RegisteredClaims");
        assertMalformed(encode("null") + ".e30.s", "token is unverifiable: signing method (alg) is unspecified");
        assertMalformed(
                encode("{\"alg\":\"X\"}") + ".e30.s", "token is unverifiable: signing method (alg) is unavailable");
    }

    @Test
    void times_are_checked_without_leeway() throws Exception {
        Jwt jwt = Jwt.parse(HEADER + "." + encode("{\"exp\":100.9,\"nbf\":200}") + ".");
        assertThat(jwt.timeFault(Instant.ofEpochSecond(99))).isEqualTo("token is not valid yet");
        assertThat(jwt.timeFault(Instant.ofEpochSecond(100))).isEqualTo("token is expired, token is not valid yet");
        assertThat(jwt.timeFault(Instant.ofEpochSecond(200))).isEqualTo("token is expired");
        assertThat(Jwt.parse(HEADER + ".e30.").timeFault(Instant.EPOCH)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/credentials, /v1/credentials",
        "//v1//credentials, /v1/credentials",
        "/v1/./x/../credentials/," + " /v1/credentials/",
        "/.., /",
        "'', /"
    })
    void paths_are_cleaned(String path, String clean) {
        assertThat(GoPath.clean(path)).isEqualTo(clean);
    }

    private static void assertMalformed(String token, String message) {
        assertThatThrownBy(() -> Jwt.parse(token))
                .isInstanceOf(Jwt.MalformedException.class)
                .hasMessage(message);
    }
}
