// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.util.List;
import java.util.Locale;

/**
 * What is to be reached.
 *
 * @param text in words
 * @param is what was measured
 * @param most what it may be
 */
public record Goal(String text, double is, double most) {

    /**
     * Whether it was reached.
     *
     * @return true when it was
     */
    public boolean isMet() {
        return is <= most;
    }

    /**
     * The goals as lines for people.
     *
     * @param goals all of them
     * @return a line each
     */
    public static String lines(List<Goal> goals) {
        StringBuilder lines = new StringBuilder();
        for (Goal goal : goals) {
            lines.append(String.format(
                    Locale.ROOT,
                    "%-8s %.2f, goal %.2f: %s%n",
                    goal.isMet() ? "met" : "MISSED",
                    goal.is,
                    goal.most,
                    goal.text));
        }
        return lines.toString();
    }
}
