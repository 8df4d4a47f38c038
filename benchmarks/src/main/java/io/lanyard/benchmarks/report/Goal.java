// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.util.List;
import java.util.Locale;

/**
 * A measured value and its limit.
 *
 * @param text the description
 * @param actual the measured value
 * @param limit the largest value that meets the goal
 */
public record Goal(String text, double actual, double limit) {

    /** Returns whether the value is within the limit. */
    public boolean isMet() {
        return actual <= limit;
    }

    /** Returns one line of text for each goal. */
    public static String lines(List<Goal> goals) {
        StringBuilder lines = new StringBuilder();
        for (Goal goal : goals) {
            lines.append(String.format(
                    Locale.ROOT,
                    "%-8s %.2f, goal %.2f: %s%n",
                    goal.isMet() ? "met" : "MISSED",
                    goal.actual,
                    goal.limit,
                    goal.text));
        }
        return lines.toString();
    }
}
