// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import io.lanyard.diagnose.Check;
import io.lanyard.diagnose.Diagnosis;
import io.lanyard.diagnose.Finding;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Help.Ansi;

/** Shows checks and findings as text: a line for each check, then each finding with its remedy. */
final class Report {

    /** Where the explanation of a finding stands; the id is the anchor. */
    static final String PAGE = "docs/doctor.md#";

    private static final int NARROWEST = 40;

    /** With less room beside the name of a check, its detail stands below. */
    private static final int LEAST_DETAIL = 44;

    private final Ansi ansi;
    private final int width;
    private final StringBuilder text = new StringBuilder();

    /**
     * Creates a report.
     *
     * @param ansi whether the output has colours
     * @param width the columns of the terminal; 0 when lines are not wrapped
     */
    Report(Ansi ansi, int width) {
        this.ansi = ansi;
        this.width = width == 0 ? Integer.MAX_VALUE : Math.max(NARROWEST, width);
    }

    Report diagnosis(Diagnosis diagnosis) {
        int widest = diagnosis.checks().stream()
                .mapToInt(check -> check.name().length())
                .max()
                .orElse(0);
        for (Check check : diagnosis.checks()) {
            String status = check.status().toString();
            String before = status + " ".repeat(12 - status.length()) + check.name()
                    + " ".repeat(widest - check.name().length()) + "  ";
            boolean below = width - before.length() < LEAST_DETAIL;
            String indent = " ".repeat(below ? 4 : before.length());
            List<String> lines = wrapped(check.detail(), width - indent.length());
            text.append(colour(check.status(), status))
                    .append((below ? before.stripTrailing() + '\n' + indent : before).substring(status.length()));
            text.append(String.join('\n' + indent, lines)).append('\n');
        }
        return findings(diagnosis.findings());
    }

    Report findings(List<Finding> findings) {
        for (Finding finding : findings) {
            text.append('\n');
            block("", Ansi.Style.bold, stopped(finding.statement()));
            block("  ", null, "Fix: " + stopped(finding.remedy()));
            finding.paste()
                    .lines()
                    .forEach(line -> text.append("    ").append(line).append('\n')); // never wrapped: it is pasted
            text.append("  ").append(PAGE).append(finding.id()).append('\n');
        }
        return this;
    }

    private static String stopped(String sentence) {
        return sentence.endsWith(".") ? sentence : sentence + ".";
    }

    Report line(String line) {
        block("", null, line);
        return this;
    }

    private void block(String indent, Ansi.@org.jspecify.annotations.Nullable Style style, String sentence) {
        for (String line : wrapped(sentence, width - indent.length())) {
            text.append(indent)
                    .append(
                            style == null || !ansi.enabled()
                                    ? line
                                    : Ansi.Style.on(style) + line + Ansi.Style.off(style))
                    .append('\n');
        }
    }

    private String colour(Check.Status status, String word) {
        if (!ansi.enabled()) {
            return word;
        }
        Ansi.Style style = switch (status) {
            case OK -> Ansi.Style.fg_green;
            case WARNING -> Ansi.Style.fg_yellow;
            case PROBLEM -> Ansi.Style.fg_red;
            case NOT_CHECKED -> Ansi.Style.faint;
        };
        return Ansi.Style.on(style) + word + Ansi.Style.off(style);
    }

    /** Breaks at spaces; a word that is longer than the width stays whole. */
    static List<String> wrapped(String sentence, int width) {
        int limit = Math.max(20, width);
        List<String> lines = new ArrayList<>();
        for (String paragraph : sentence.split("\n", -1)) {
            String left = paragraph.strip();
            while (left.length() > limit) {
                int end = left.lastIndexOf(' ', limit);
                end = end <= 0 ? left.indexOf(' ') : end;
                if (end < 0) {
                    break;
                }
                lines.add(left.substring(0, end));
                left = left.substring(end + 1);
            }
            lines.add(left);
        }
        return lines;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
