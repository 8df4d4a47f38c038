// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

/** Our reader against a library's. */
class JsonProperties {

    private static final ObjectMapper JACKSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @Property
    void what_a_library_writes_is_read_back(@ForAll("objects") Map<String, Object> object) throws IOException {
        assertThat(Json.object(JACKSON.writeValueAsBytes(object))).isEqualTo(object);
    }

    @Property(tries = 20_000)
    void what_is_nearly_json_is_read_or_refused_as_a_library_does(
            @ForAll("objects") Map<String, Object> object,
            @ForAll @IntRange(max = 10_000) int where,
            @ForAll("pieces") String piece,
            @ForAll @IntRange(max = 2) int removed)
            throws IOException {
        String text = JACKSON.writeValueAsString(object);
        int from = where % (text.length() + 1);
        String changed = text.substring(0, from) + piece + text.substring(Math.min(text.length(), from + removed));

        assertThat(ours(changed)).as(changed).isEqualTo(theirs(changed));
    }

    @Example
    void escapes_and_white_space_are_read() throws IOException {
        assertThat(Json.object(bytes(" {\t\"a\\u00e9\\\"\\/\\b\\f\\n\\r\\t\" :\r\n[ 1 , -0.5e+1 , true , null ] } ")))
                .containsExactly(Map.entry("a\u00e9\"/\b\f\n\r\t", Arrays.asList(1L, -5.0, true, null)));
    }

    @Example
    void a_byte_order_mark_is_passed_over() throws IOException {
        assertThat(Json.object(bytes("\ufeff{}"))).isEmpty();
    }

    @Example
    void what_is_nested_too_deeply_is_refused() throws IOException {
        String deep = "{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}";
        String deeper = "{\"a\":" + "[".repeat(65) + "]".repeat(65) + "}";

        assertThat(Json.object(bytes(deep))).containsOnlyKeys("a");
        assertThatThrownBy(() -> Json.object(bytes(deeper))).isInstanceOf(IOException.class);
    }

    @Example
    void bytes_that_are_not_utf_8_are_refused() {
        assertThatThrownBy(() -> Json.object(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}))
                .isInstanceOf(IOException.class);
    }

    @Example
    void a_failure_quotes_nothing() {
        assertThatThrownBy(() -> Json.object(bytes("{\"SecretAccessKey\":\"CANARY\"")))
                .hasMessageNotContainingAny("CANARY", "Secret")
                .hasMessageContaining("character 27 of 27");
    }

    @Provide
    Arbitrary<String> pieces() {
        return Arbitraries.of(
                "",
                "\"",
                "\\",
                "{",
                "}",
                "[",
                "]",
                ",",
                ":",
                " ",
                "\n",
                "0",
                "1",
                "-",
                ".",
                "e",
                "E",
                "+",
                "null",
                "true",
                "false",
                "tru",
                "\\u12",
                "\\u00e4",
                "\\x",
                "\u0001",
                "\ud83d\ude00",
                "\"a\":1,",
                ",\"a\":1",
                "'");
    }

    @Provide
    Arbitrary<Map<String, Object>> objects() {
        Arbitrary<String> text =
                Arbitraries.strings().withChars("abAB \"\\/\u00e9\n\u20ac").ofMaxLength(4);
        Arbitrary<Object> scalar = Arbitraries.oneOf(
                text.asGeneric(),
                Arbitraries.longs().between(-99_999_999_999L, 99_999_999_999L).asGeneric(),
                Arbitraries.doubles().between(-1e9, 1e9).ofScale(3).asGeneric(),
                Arbitraries.of(true, false).asGeneric());
        Arbitrary<Object> value = Arbitraries.lazyOf(
                () -> scalar,
                () -> scalar,
                () -> scalar.list().ofMaxSize(3).asGeneric(),
                () -> Arbitraries.maps(text, scalar).ofMaxSize(3).asGeneric());
        return Arbitraries.maps(text, value).ofMaxSize(4);
    }

    private static @Nullable Object ours(String text) {
        try {
            return Json.object(bytes(text));
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable Object theirs(String text) throws IOException {
        try {
            JsonNode node = JACKSON.readTree(bytes(text));
            return node.isObject() ? plain(node) : null;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    private static @Nullable Object plain(JsonNode node) {
        if (node.isObject()) {
            Map<String, @Nullable Object> fields = new LinkedHashMap<>();
            node.properties().forEach(field -> fields.put(field.getKey(), plain(field.getValue())));
            return fields;
        }
        if (node.isArray()) {
            List<@Nullable Object> elements = new ArrayList<>();
            node.forEach(element -> elements.add(plain(element)));
            return elements;
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isNumber()) {
            boolean isLong = node.isIntegralNumber() && node.asText().length() <= 18;
            return isLong ? (Object) node.longValue() : (Object) node.doubleValue();
        }
        return node.isNull() ? null : node.textValue();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
