// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.json.JsonParserFactory;

/** Tests the descriptions of the properties, which editors show. */
class ConfigurationMetadataTest {

    private static final Pattern ROW =
            Pattern.compile("^\\| `(lanyard\\.[a-z.-]+)` \\|.*\\| ([^|]+) \\|$", Pattern.MULTILINE);

    @ParameterizedTest
    @ValueSource(strings = {"groups", "properties"})
    void each_has_a_description(String kind) throws IOException {
        assertThat(all(kind))
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(item ->
                        assertThat(description(item)).as(item.toString()).endsWith("."));
    }

    @Test
    void each_property_has_the_sentence_of_the_configuration_page() throws IOException {
        Map<String, String> page = new TreeMap<>();
        ROW.matcher(configurationPage()).results().forEach(row -> page.put(row.group(1), withoutMarkup(row.group(2))));
        Map<String, String> metadata = new TreeMap<>();
        for (Map<?, ?> property : all("properties")) {
            String name = String.valueOf(property.get("name"));
            if (name.startsWith("lanyard.")) {
                metadata.put(name, description(property).replaceFirst(" Default (is|depends on) .*", ""));
            }
        }

        assertThat(page).hasSizeGreaterThan(20).isEqualTo(metadata);
    }

    /** Other modules run this test too, in their folders. */
    private static String configurationPage() throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve("docs/configuration.md"))) {
            folder = folder.getParent();
        }
        return Files.readString(Objects.requireNonNull(folder).resolve("docs/configuration.md"));
    }

    private static String withoutMarkup(String cell) {
        return cell.replace("`", "").replaceAll("\\[([^]]+)]\\([^)]+\\)", "$1");
    }

    private static String description(Map<?, ?> item) {
        return String.valueOf(item.get("description"));
    }

    private static List<Map<?, ?>> all(String kind) throws IOException {
        for (URL metadata : Collections.list(
                LanyardProperties.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream in = metadata.openStream()) {
                String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                if (text.contains("io.lanyard")) {
                    List<?> items = (List<?>) Objects.requireNonNull(
                            JsonParserFactory.getJsonParser().parseMap(text).get(kind));
                    return items.stream()
                            .<Map<?, ?>>map(item -> (Map<?, ?>) item)
                            .toList();
                }
            }
        }
        throw new IllegalStateException("no metadata of the starter on the class path");
    }
}
