// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Tests that what the documents name exists: pages, headings, modules, profiles and tests. */
class DocumentsTest {

    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ +(.*)$", Pattern.MULTILINE);
    private static final Pattern MAVEN = Pattern.compile("\\bmvn [^`|#\\n]*");

    @Test
    void the_index_names_each_page_of_the_folder() throws Exception {
        Map<String, String> texts = Documents.texts(Pom.ROOT);
        Set<String> pages = texts.keySet().stream()
                .filter(page -> page.startsWith("docs/") && !page.equals("docs/README.md"))
                .map(page -> page.substring("docs/".length()))
                .collect(Collectors.toSet());

        assertThat(pages).hasSizeGreaterThan(4);
        assertThat(links(texts.getOrDefault("docs/README.md", ""))).containsAll(pages);
    }

    @Test
    void each_link_within_the_checkout_leads_to_a_file_and_to_a_heading() throws Exception {
        Map<String, String> texts = Documents.texts(Pom.ROOT);
        List<String> broken = new ArrayList<>();
        texts.forEach((document, text) -> {
            for (String link : links(text)) {
                if (!link.matches("[a-z]+:.*") && !leadsSomewhere(texts, document, link)) {
                    broken.add(document + ": " + link);
                }
            }
        });
        assertThat(broken).isEmpty();
    }

    private static boolean leadsSomewhere(Map<String, String> texts, String document, String link) {
        String[] parts = link.split("#", 2);
        Path file = parts[0].isEmpty()
                ? Path.of(document)
                : Path.of("/" + document).resolveSibling(parts[0]).normalize();
        String relative = file.toString().replaceFirst("^/", "");
        return Files.exists(Pom.ROOT.resolve(relative))
                && (parts.length == 1
                        || anchors(texts.getOrDefault(relative, "")).contains(parts[1]));
    }

    private static Set<String> anchors(String text) {
        Set<String> anchors = new HashSet<>();
        Matcher heading = HEADING.matcher(Documents.withoutSnippets(text));
        while (heading.find()) {
            anchors.add(heading.group(1)
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                    .replace(' ', '-'));
        }
        return anchors;
    }

    private static List<String> links(String text) {
        return LINK.matcher(Documents.withoutSnippets(text))
                .results()
                .map(link -> link.group(1))
                .toList();
    }

    @Test
    void each_module_in_a_maven_command_exists() throws Exception {
        assertThat(words("-pl ?'?([\\w./,!-]+)'?"))
                .hasSizeGreaterThan(4)
                .allSatisfy(module -> assertThat(
                                Pom.ROOT.resolve(module.replace("!", "")).resolve("pom.xml"))
                        .exists());
    }

    @Test
    void each_test_in_a_maven_command_exists() throws Exception {
        Set<String> sources;
        try (Stream<Path> files = Files.walk(Pom.ROOT)) {
            sources = files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
        assertThat(words("-D(?:it\\.)?(?:test|fuzz\\.target)=([\\w,]+)"))
                .hasSizeGreaterThan(2)
                .allSatisfy(test -> assertThat(sources).contains(test + ".java"));
    }

    @Test
    void each_profile_in_a_maven_command_exists_and_the_guide_for_contributors_has_them_all() throws Exception {
        Set<String> profiles = new TreeSet<>(Pom.parent().texts("/project/profiles/profile/id"));
        for (Pom pom : Pom.all()) {
            profiles.addAll(pom.texts("/project/profiles/profile/id"));
        }
        assertThat(profiles).hasSizeGreaterThan(5);
        assertThat(profiles).containsAll(words("-P ?([\\w,-]+)"));
        String guide = Documents.texts(Pom.ROOT).getOrDefault("CONTRIBUTING.md", "");
        assertThat(profiles).allSatisfy(profile -> assertThat(guide).contains("`" + profile + "`"));
    }

    /** Returns what the group of a pattern finds in the Maven commands of all documents, split at commas. */
    private static Set<String> words(String pattern) throws Exception {
        Set<String> words = new TreeSet<>();
        BiConsumer<String, String> each = (document, text) -> {
            Matcher command = MAVEN.matcher(text);
            while (command.find()) {
                Pattern.compile(" " + pattern)
                        .matcher(command.group())
                        .results()
                        .forEach(word -> words.addAll(List.of(word.group(1).split(","))));
            }
        };
        Documents.texts(Pom.ROOT).forEach(each);
        return words;
    }
}
