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

    private static final String SERVER_SIDE = "only the AWS API knows when the association was created";
    private static final String PASTED = "recognized in the text that is given to doctor --explain-denied";
    private static final String CLASS_PATH = "depends on the class path of the process that is diagnosed";
    private static final String NO_CHECK = "for a reader of the catalogue: no check finds it yet";

    /** A constant, but none of {@link io.lanyard.Category}; or an id in quotes or brackets. */
    private static final Pattern NAME =
            Pattern.compile("(?<!Category\\.)\\b([A-Z][A-Z0-9_]{3,})\\b|[\"\\[]([a-z][a-z0-9-]{3,})[\"\\]]");

    /** Problems that no test produces. */
    private static final Map<Problem, String> LEFT_OUT = Map.ofEntries(
            entry(Problem.POD_OLDER_THAN_ASSOCIATION, SERVER_SIDE),
            entry(Problem.POD_MISSED_BY_WEBHOOK, SERVER_SIDE),
            entry(Problem.CREDENTIALS_UNCHANGED, NO_CHECK),
            entry(Problem.OTHER_IDENTITY, NO_CHECK),
            entry(Problem.PROXY_WITHOUT_EXCEPTION, NO_CHECK),
            entry(Problem.TOKEN_RENEWAL_OVERDUE, NO_CHECK),
            entry(Problem.NO_HTTP_CLIENT, CLASS_PATH),
            entry(Problem.SDK_VERSIONS_MIXED, CLASS_PATH),
            entry(Problem.SSO_MODULE_MISSING, CLASS_PATH),
            entry(Problem.STS_MODULE_MISSING, CLASS_PATH),
            entry(Problem.CLIENT_TIMEOUT_TOO_SHORT, PASTED),
            entry(Problem.SDK_TOO_OLD_FOR_POD_IDENTITY, PASTED),
            entry(Problem.SDK_V1_NEEDS_IPV6_MODE, PASTED),
            entry(Problem.TOKEN_FILE_IN_SANDBOX, PASTED),
            entry(Problem.IDENTITY_OF_NODE, PASTED),
            entry(Problem.IDENTITY_OF_POD_IDENTITY, PASTED),
            entry(Problem.IDENTITY_OF_WEB_IDENTITY, PASTED),
            entry(Problem.IDENTITY_OF_USER, PASTED),
            entry(Problem.IDENTITY_OF_TASK, PASTED),
            entry(Problem.IDENTITY_OF_OTHER_ROLE, PASTED),
            entry(Problem.PERMISSION_MISSING, PASTED),
            entry(Problem.PERMISSION_DENIED, PASTED),
            entry(Problem.OTHER_IDENTITY_IN_JVM, PASTED),
            entry(Problem.MSK_PRINCIPAL_CHANGES, PASTED),
            entry(Problem.TAG_SESSION_DENIED, PASTED),
            entry(Problem.EXTERNAL_ID_MISSING, PASTED),
            entry(Problem.SESSION_TAGS_TOO_LARGE, PASTED),
            entry(Problem.ROLE_CHAINING_ONE_HOUR, PASTED),
            entry(Problem.CREDENTIALS_COPIED_BY_APPLICATION, PASTED),
            entry(Problem.ECS_CANNOT_ASSUME_ROLE, PASTED),
            entry(Problem.INSTANCE_METADATA_HOP_LIMIT, PASTED),
            entry(Problem.ECS_FELL_THROUGH_TO_INSTANCE_METADATA, PASTED),
            entry(Problem.SDK_V1_CREDENTIAL_SOURCE, PASTED),
            entry(Problem.SSO_LOGIN_EXPIRED, PASTED));

    @Test
    void every_problem_is_produced_by_a_test_or_left_out_with_a_reason() throws IOException {
        Set<String> named = namedInTests();
        List<Problem> missing = Stream.of(Problem.values())
                .filter(problem -> !named.contains(problem.name()) && !named.contains(problem.id()))
                .filter(problem -> !LEFT_OUT.containsKey(problem))
                .toList();

        assertThat(missing).as("no test produces these, and no reason is given").isEmpty();
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
