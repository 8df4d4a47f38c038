// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Tests that the diagrams of docs/architecture.md match the POMs and core's classes.
 *
 * <p>The failure prints the diagram as it should be; copy it into the document.
 */
class ArchitectureDocumentTest {

    private static final String DOCUMENT = "docs/architecture.md";
    private static final Pattern PACKAGES = Pattern.compile("^ +(io\\.lanyard\\S*) +-> (io\\.lanyard\\S*) .*$");

    @Test
    void the_first_diagram_has_the_modules_and_what_their_code_uses() throws Exception {
        StringBuilder diagram = new StringBuilder("flowchart TD\n");
        subgraph(diagram, "published", true);
        subgraph(diagram, "never_published[never published]", false);
        dependencies(false).forEach(line -> diagram.append(line).append('\n'));

        assertDiagram(0, diagram.toString());
    }

    @Test
    void the_second_diagram_has_what_the_tests_of_the_modules_use() throws Exception {
        StringBuilder diagram = new StringBuilder("flowchart LR\n");
        dependencies(true).forEach(line -> diagram.append(line).append('\n'));

        assertDiagram(1, diagram.toString());
    }

    @Test
    void the_third_diagram_has_the_packages_of_core_and_what_they_use() throws Exception {
        StringBuilder diagram = new StringBuilder("flowchart TD\n");
        packages().forEach(line -> diagram.append(line).append('\n'));

        assertDiagram(2, diagram.toString());
    }

    private static void assertDiagram(int index, String expected) throws Exception {
        List<Documents.Snippet> diagrams = Documents.snippets(Pom.ROOT).stream()
                .filter(snippet -> snippet.document().equals(DOCUMENT))
                .filter(snippet -> snippet.language().equals("mermaid"))
                .toList();
        assertThat(diagrams).as("diagrams in " + DOCUMENT).hasSize(3);
        assertThat(diagrams.get(index).text().equals(expected))
                .as("Diagram %d of %s has to be:%n%n```mermaid%n%s```%n", index + 1, DOCUMENT, expected)
                .isTrue();
    }

    private static void subgraph(StringBuilder diagram, String title, boolean published) throws Exception {
        diagram.append("  subgraph ").append(title).append('\n');
        for (Pom pom : Pom.all()) {
            if (pom.isPublished() == published) {
                diagram.append("    ").append(pom.folder()).append('\n');
            }
        }
        diagram.append("  end\n");
    }

    /** The arrows between modules, from the dependencies of the test scope or from all the others. */
    private static Set<String> dependencies(boolean ofTests) throws Exception {
        Map<String, String> folders = new HashMap<>();
        for (Pom pom : Pom.all()) {
            folders.put(pom.artifactId(), pom.folder());
        }
        Set<String> arrows = new TreeSet<>();
        for (Pom pom : Pom.all()) {
            for (String artifactId : pom.texts("/project/dependencies/dependency/artifactId")) {
                String folder = folders.get(artifactId);
                if (folder != null && isOfTests(pom, artifactId) == ofTests) {
                    arrows.add("  " + pom.folder() + (ofTests ? " -.-> " : " --> ") + folder);
                }
            }
        }
        assertThat(arrows).hasSizeGreaterThan(3);
        return arrows;
    }

    private static boolean isOfTests(Pom pom, String artifactId) throws Exception {
        String scope = "dependencies/dependency[artifactId='" + artifactId + "']/scope";
        String own = pom.text("/project/" + scope).orElse("");
        String managed =
                Pom.parent().text("/project/dependencyManagement/" + scope).orElse("compile");
        return (own.isEmpty() ? managed : own).equals("test");
    }

    /** The arrows between the packages of core's compiled classes, as jdeps finds them. */
    private static Set<String> packages() {
        StringWriter out = new StringWriter();
        List<String> arguments = new ArrayList<>(List.of("-verbose:package", "-e", "io\\.lanyard.*"));
        arguments.add(Pom.ROOT.resolve("core/target/classes").toString());
        int status = ToolProvider.findFirst("jdeps")
                .orElseThrow()
                .run(new PrintWriter(out), new PrintWriter(out), arguments.toArray(String[]::new));
        assertThat(status).as(out.toString()).isZero();
        Set<String> arrows = new TreeSet<>();
        out.toString().lines().forEach(line -> {
            Matcher matcher = PACKAGES.matcher(line);
            // the module core has the name of its package and a line of its own
            if (matcher.matches() && !matcher.group(1).equals(matcher.group(2))) {
                arrows.add("  " + matcher.group(1) + " --> " + matcher.group(2));
            }
        });
        assertThat(arrows).as(out.toString()).hasSizeGreaterThan(5);
        return arrows;
    }
}
