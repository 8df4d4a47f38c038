// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.snippets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads the documents of the checkout and the code in them. */
final class Documents {

    private static final Pattern FENCE =
            Pattern.compile("^ *```(\\w*)\\n(.*?)^ *```", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Set<String> SKIPPED = Set.of("target", ".git", ".library", "node_modules");

    private Documents() {}

    /**
     * A fenced block of a document.
     *
     * @param document the document's path in the checkout
     * @param language the language after the fence, or empty
     * @param text the lines between the fences
     */
    record Snippet(String document, String language, String text) {
        boolean isDependency() {
            return language.equals("xml") && text.contains("<dependency>");
        }
    }

    /** Returns the texts of all documents, by their paths in the checkout. */
    static SortedMap<String, String> texts(Path root) throws IOException {
        SortedMap<String, String> texts = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> Stream.of(root.relativize(file).toString().split("/"))
                            .noneMatch(SKIPPED::contains))
                    .toList()) {
                texts.put(root.relativize(file).toString(), Files.readString(file));
            }
        }
        return texts;
    }

    /** Returns all blocks of all documents, in their order. */
    static List<Snippet> snippets(Path root) throws IOException {
        List<Snippet> snippets = new ArrayList<>();
        texts(root).forEach((document, text) -> {
            Matcher fence = FENCE.matcher(text);
            while (fence.find()) {
                snippets.add(new Snippet(document, fence.group(1), fence.group(2)));
            }
        });
        return snippets;
    }

    static String withoutSnippets(String text) {
        return FENCE.matcher(text).replaceAll("");
    }

    /** Returns the README's first program as a class: its imports, and the rest as the body of {@code main}. */
    static String firstProgram(List<Snippet> snippets) {
        String program = snippets.stream()
                .filter(snippet -> snippet.document().equals("README.md"))
                .filter(snippet -> snippet.language().equals("java"))
                .findFirst()
                .orElseThrow()
                .text();
        StringBuilder imports = new StringBuilder();
        StringBuilder body = new StringBuilder();
        program.lines()
                .forEach(line -> (line.startsWith("import ") ? imports : body)
                        .append(line)
                        .append('\n'));
        return imports + "public class Program { public static void main(String[] arguments) throws Exception {\n"
                + body + "}}\n";
    }
}
