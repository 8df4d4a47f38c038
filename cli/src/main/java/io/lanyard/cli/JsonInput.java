// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads what the AWS CLI prints. */
final class JsonInput {

    /** Far more than a policy or a list of associations has. */
    static final int LIMIT = 1 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .build();

    private JsonInput() {}

    /** Reads JSON, also in a JSON string or in URL encoding, as the API of IAM returns policies. */
    static JsonNode read(String text) {
        if (text.length() > LIMIT) {
            throw new UnreadableInputException("it is longer than " + LIMIT + " characters");
        }
        String json = text.strip();
        if (!json.isEmpty() && json.charAt(0) == '\ufeff') {
            json = json.substring(1).strip();
        }
        for (int depth = 0; depth < 3; depth++) {
            if (json.startsWith("%7B") || json.startsWith("%7b")) {
                json = decoded(json);
            }
            JsonNode node = parsed(json);
            if (!node.isTextual()) {
                return node;
            }
            json = node.asText().strip();
        }
        throw new UnreadableInputException("it is a string in a string");
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new UnreadableInputException("its URL encoding is not complete");
        }
    }

    private static JsonNode parsed(String json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (node == null || node.isMissingNode() || node.isNull()) {
                throw new UnreadableInputException("it is empty");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new UnreadableInputException(
                    e.getLocation() == null
                            ? "it is not JSON"
                            : "it is not JSON (line " + e.getLocation().getLineNr() + ")");
        }
    }

    static String pretty(JsonNode node) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON can be written", e);
        }
    }

    static JsonMapper mapper() {
        return MAPPER;
    }

    /** A name in a field, if it has the shape of such a name. */
    static Optional<String> name(JsonNode node, String field, Fact fact) {
        JsonNode value = node.path(field);
        return value.isTextual() ? Facts.none().with(fact, value.asText()).get(fact) : Optional.empty();
    }
}
