// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an editor shows of the properties. */
class ConfigurationMetadataTest {

    @ParameterizedTest
    @ValueSource(strings = {"groups", "properties"})
    void each_has_a_description(String kind) throws IOException {
        JsonNode all = metadata().get(kind);

        assertThat(all)
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(item -> assertThat(item.path("description").asText())
                        .as(item.get("name").asText())
                        .endsWith("."));
    }

    private static JsonNode metadata() throws IOException {
        try (InputStream metadata = Objects.requireNonNull(
                LanyardProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json"))) {
            return new ObjectMapper().readTree(metadata);
        }
    }
}
