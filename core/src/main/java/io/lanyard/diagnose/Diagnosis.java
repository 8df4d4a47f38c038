// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import java.util.ArrayList;
import java.util.List;

/**
 * The checks that were made in one process, in order. Holds no secret.
 *
 * @param checks the checks
 * @param facts the names that became known
 */
public record Diagnosis(List<Check> checks, Facts facts) {

    /**
     * Creates a diagnosis.
     *
     * @param checks the checks, in order
     * @param facts the names that became known
     */
    public Diagnosis {
        checks = List.copyOf(checks);
    }

    /**
     * Returns this diagnosis with more checks.
     *
     * @param more the further checks
     * @return a new diagnosis
     */
    public Diagnosis and(List<Check> more) {
        List<Check> all = new ArrayList<>(checks);
        all.addAll(more);
        return new Diagnosis(all, facts);
    }

    /**
     * Returns every finding once, in the order of the checks.
     *
     * @return the findings
     */
    public List<Finding> findings() {
        return checks.stream()
                .flatMap(check -> check.findings().stream())
                .distinct()
                .toList();
    }

    /**
     * Returns whether a check found a problem. Warnings do not count.
     *
     * @return true when there is one
     */
    public boolean hasProblem() {
        return checks.stream().anyMatch(check -> check.status() == Check.Status.PROBLEM);
    }
}
