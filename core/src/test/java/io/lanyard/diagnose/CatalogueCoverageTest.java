// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every problem of the catalogue is produced by a test, in core or in another module, or is listed here with the reason.
 * A test counts when it names the problem, as a constant of {@link Problem} or by its id.
 */
class CatalogueCoverageTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().resolveSibling("");

    private static final String SERVER_SIDE = "only the API server knows that the webhook did not answer";
    private static final String NO_CHECK = "for a reader of the catalogue: no check finds it yet";

    /** A constant, but none of {@link io.lanyard.Category}; or an id in quotes or brackets. */
    private static final Pattern NAME =
            Pattern.compile("(?<!Category\\.)\\b([A-Z][A-Z0-9_]{3,})\\b|[\"\\[]([a-z][a-z0-9-]{3,})[\"\\]]");

    /** Problems that no test produces. */
    private static final Map<Problem, String> LEFT_OUT = Map.ofEntries(
            entry(Problem.POD_MISSED_BY_WEBHOOK, SERVER_SIDE),
            entry(Problem.OTHER_IDENTITY, NO_CHECK),
            entry(Problem.PROXY_WITHOUT_EXCEPTION, NO_CHECK),
            entry(Problem.TOKEN_RENEWAL_OVERDUE, NO_CHECK));

    @Test
    void every_problem_is_produced_by_a_test_or_left_out_with_a_reason() throws IOException {
        Set<String> named = namedInTests();
        List<Problem> missing = Stream.of(Problem.values())
                .filter(problem -> !named.contains(problem.name()) && !named.contains(problem.id()))
                .filter(problem -> !LEFT_OUT.containsKey(problem))
                .toList();

        assertThat(missing).as("no test produces these, and no reason is given").isEmpty();
        assertThat(LEFT_OUT.keySet())
                .as("a test produces these: remove them from the list")
                .noneMatch(problem -> named.contains(problem.name()) || named.contains(problem.id()));
    }

    /** Constants and ids, of whatever kind. */
    private static Set<String> namedInTests() throws IOException {
        Set<String> named = new HashSet<>();
        for (String module : List.of("core", "sdk-v2-adapter", "spring-starter", "cli", "integration-tests")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module))) {
                for (Path file :
                        files.filter(CatalogueCoverageTest::isTestSource).toList()) {
                    NAME.matcher(Files.readString(file)).results().forEach(name -> {
                        named.add(name.group(1) == null ? name.group(2) : name.group(1));
                    });
                }
            }
        }
        return named;
    }

    private static boolean isTestSource(Path file) {
        return file.toString().contains("/src/test/java/")
                && file.toString().endsWith(".java")
                && !file.endsWith("CatalogueCoverageTest.java")
                && !file.endsWith("CatalogueTest.java");
    }
}
