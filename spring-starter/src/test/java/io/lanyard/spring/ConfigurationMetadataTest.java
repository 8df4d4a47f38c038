// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.json.JsonParserFactory;

/** What an editor shows of the properties. */
class ConfigurationMetadataTest {

    @ParameterizedTest
    @ValueSource(strings = {"groups", "properties"})
    void each_has_a_description(String kind) throws IOException {
        List<?> all = (List<?>) Objects.requireNonNull(metadata().get(kind));

        assertThat(all)
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(item -> assertThat(String.valueOf(((Map<?, ?>) item).get("description")))
                        .as(item.toString())
                        .endsWith("."));
    }

    private static Map<String, Object> metadata() throws IOException {
        try (InputStream metadata = Objects.requireNonNull(
                LanyardProperties.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json"))) {
            return JsonParserFactory.getJsonParser()
                    .parseMap(new String(metadata.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
