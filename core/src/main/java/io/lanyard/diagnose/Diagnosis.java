// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import java.util.List;

/**
 * The checks that were made in one process, in order. Holds no secret.
 *
 * @param checks the checks
 */
public record Diagnosis(List<Check> checks) {

    /**
     * Creates a diagnosis.
     *
     * @param checks the checks, in order
     */
    public Diagnosis {
        checks = List.copyOf(checks);
    }

    /**
     * Returns every finding, in the order of the checks.
     *
     * @return the findings
     */
    public List<Finding> findings() {
        return checks.stream().flatMap(check -> check.findings().stream()).toList();
    }

    /**
     * Returns whether a check found a problem. Warnings are none.
     *
     * @return true when there is one
     */
    public boolean hasProblem() {
        return checks.stream().anyMatch(check -> check.status() == Check.Status.PROBLEM);
    }
}
