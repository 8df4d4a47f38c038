// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import io.lanyard.CredentialsException;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A problem that was found, with the names that are known filled in. Holds no secret.
 *
 * @param problem the entry of the catalogue
 * @param statement what is wrong; one sentence without a full stop
 * @param remedy how to fix it; one line
 * @param paste what can be pasted: commands, a policy, a manifest; empty where there is nothing to paste
 */
public record Finding(Problem problem, String statement, String remedy, String paste) {

    /**
     * Creates a finding.
     *
     * @param problem the entry of the catalogue
     * @param statement what is wrong
     * @param remedy how to fix it
     * @param paste what can be pasted
     */
    public Finding {
        Objects.requireNonNull(problem, "problem");
    }

    /**
     * Returns a problem as found where these names are known.
     *
     * @param problem the entry of the catalogue
     * @param facts the names that are known
     * @return the finding
     */
    static Finding of(Problem problem, Facts facts) {
        return new Finding(
                problem, facts.fill(problem.statement()), facts.fill(problem.remedy()), facts.fill(problem.paste()));
    }

    /**
     * Returns the problem that a failure of Lanyard's names, in the failure's own words.
     *
     * @param failure the failure
     * @param facts further names, for what can be pasted
     * @return the finding; empty when the failure names no problem of the catalogue
     */
    public static Optional<Finding> in(CredentialsException failure, Facts facts) {
        return failure.finding()
                .flatMap(Problem::of)
                .map(problem -> new Finding(
                        problem,
                        failure.summary(),
                        failure.remedy().orElseGet(() -> facts.fill(problem.remedy())),
                        facts.fill(problem.paste())));
    }

    /**
     * Returns the stable id.
     *
     * @return for example {@code no-association}
     */
    public String id() {
        return problem.id();
    }

    /**
     * Returns what is wrong and how to fix it, for places that show one line beside what happened.
     *
     * @return the statement and the remedy, in one line
     */
    public String advice() {
        // an acronym or the name of a setting keeps its case
        boolean sentence = statement.length() > 1 && !Character.isUpperCase(statement.charAt(1));
        String start = sentence ? statement.substring(0, 1).toLowerCase(Locale.ROOT) : statement.substring(0, 1);
        return start + statement.substring(1) + "; " + remedy;
    }

    @Override
    public String toString() {
        return statement + ". Remedy: " + remedy + " [" + id() + "]";
    }
}
