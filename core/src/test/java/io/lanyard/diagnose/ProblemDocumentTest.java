// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The sections of docs/doctor.md are those of the catalogue. What stands above them is written by hand.
 *
 * <p>To write them anew: {@code mvn -pl core -am test -Dtest=ProblemDocumentTest -Ddoctor.document=write
 * -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class ProblemDocumentTest {

    private static final Path DOCUMENT = Path.of("").toAbsolutePath().resolveSibling("docs/doctor.md");
    private static final String MARK =
            "<!-- Generated from io.lanyard.diagnose.Problem by ProblemDocumentTest, which says how. Do not edit. -->\n";

    @Test
    void the_document_has_a_section_for_each_problem() throws IOException {
        String present = Files.readString(DOCUMENT);
        int mark = present.indexOf(MARK);
        assertThat(mark).as("%s in %s", MARK, DOCUMENT).isNotNegative();
        String expected = present.substring(0, mark + MARK.length()) + sections();

        if ("write".equals(System.getProperty("doctor.document"))) {
            Files.writeString(DOCUMENT, expected);
        } else {
            assertThat(present.equals(expected))
                    .as("%s is out of date; with -Ddoctor.document=write this test writes it", DOCUMENT)
                    .isTrue();
        }
    }

    private static String sections() {
        StringBuilder text = new StringBuilder();
        for (Problem.Area area : Problem.Area.values()) {
            text.append("\n## ").append(area.title()).append('\n');
            Stream.of(Problem.values())
                    .filter(problem -> problem.area() == area)
                    .forEach(problem -> text.append(section(problem)));
        }
        return text.toString();
    }

    private static String section(Problem problem) {
        Finding finding = problem.with(Facts.none());
        String paste = finding.paste();
        return "\n### " + problem.id() + "\n\n"
                + finding.statement() + ".\n\n"
                + (problem.severity() == Severity.INFO ? "What to do: " : "Fix: ") + finding.remedy() + ".\n"
                + (paste.isEmpty() ? "" : "\n```" + language(paste) + "\n" + paste + "```\n");
    }

    private static String language(String paste) {
        String first = paste.lines().collect(Collectors.toList()).get(0);
        if (first.startsWith("{")) {
            return "json";
        }
        return first.matches("(aws|kubectl|eksctl|ln|export|#) ?.*") ? "sh" : "text";
    }
}
