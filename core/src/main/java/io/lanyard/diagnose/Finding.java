// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import java.util.Locale;
import java.util.Objects;

/**
 * A problem that was found, with the names that are known filled in. Holds no secret.
 *
 * @param problem the entry of the catalogue
 * @param facts the names that are known
 */
public record Finding(Problem problem, Facts facts) {

    /**
     * Creates a finding.
     *
     * @param problem the entry of the catalogue
     * @param facts the names that are known
     */
    public Finding {
        Objects.requireNonNull(problem, "problem");
        Objects.requireNonNull(facts, "facts");
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
     * Returns what is wrong.
     *
     * @return one sentence
     */
    public String statement() {
        return facts.fill(problem.statement());
    }

    /**
     * Returns how to fix it.
     *
     * @return one line
     */
    public String remedy() {
        return facts.fill(problem.remedy());
    }

    /**
     * Returns what is wrong and how to fix it, for places that show one line beside what happened.
     *
     * @return the statement and the remedy, in one line
     */
    public String advice() {
        String statement = statement();
        // an acronym or the name of a setting keeps its case
        boolean sentence = statement.length() > 1 && !Character.isUpperCase(statement.charAt(1));
        String start = sentence ? statement.substring(0, 1).toLowerCase(Locale.ROOT) : statement.substring(0, 1);
        return start + statement.substring(1) + "; " + remedy();
    }

    /**
     * Returns what can be pasted: commands, a policy or a manifest.
     *
     * @return some lines; empty where the remedy says all
     */
    public String paste() {
        return facts.fill(problem.paste());
    }

    @Override
    public String toString() {
        return statement() + ". Remedy: " + remedy() + " [" + id() + "]";
    }
}
