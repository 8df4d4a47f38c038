// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import java.util.List;
import java.util.Locale;

/**
 * One check and its result. Holds no secret.
 *
 * @param name what was checked, for example {@code token file}
 * @param status the result
 * @param detail what was seen, or why it was not checked; one line
 * @param findings the problems that were found
 */
public record Check(String name, Status status, String detail, List<Finding> findings) {

    /**
     * Creates a check.
     *
     * @param name what was checked
     * @param status the result
     * @param detail what was seen, or why it was not checked
     * @param findings the problems that were found
     */
    public Check {
        findings = List.copyOf(findings);
    }

    /** The result of a check. */
    public enum Status {
        /** All is as it should be. */
        OK,
        /** Something is likely to fail later, or is not as it should be. */
        WARNING,
        /** Something is wrong. */
        PROBLEM,
        /** The check was not made; the detail has the reason. */
        NOT_CHECKED;

        /** Returns the status as it is shown, for example {@code not checked}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * Returns a check whose status follows from its findings.
     *
     * @param name what was checked
     * @param detail what was seen
     * @param findings the problems that were found; none means that all is well
     * @return the check
     */
    public static Check of(String name, String detail, List<Finding> findings) {
        Status status = Status.OK;
        for (Finding finding : findings) {
            if (finding.problem().severity() == Severity.PROBLEM) {
                status = Status.PROBLEM;
            } else if (finding.problem().severity() == Severity.WARNING && status == Status.OK) {
                status = Status.WARNING;
            }
        }
        return new Check(name, status, detail, findings);
    }

    /**
     * Returns a check that was not made.
     *
     * @param name what would have been checked
     * @param reason why it was not
     * @return the check
     */
    public static Check notChecked(String name, String reason) {
        return new Check(name, Status.NOT_CHECKED, reason, List.of());
    }
}
