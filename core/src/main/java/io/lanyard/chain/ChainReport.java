// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.SettingSeen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Which source of a chain gives the credentials, which do not, and why; free of secrets.
 *
 * @param links the sources in their order
 * @param probed whether those that are not in use were asked for this report
 */
public record ChainReport(List<LinkReport> links, boolean probed) {

    /**
     * A report.
     *
     * @param links the sources in their order
     * @param probed whether those that are not in use were asked for it
     */
    public ChainReport {
        links = List.copyOf(links);
    }

    /**
     * The source in use.
     *
     * @return the source; empty before the first resolve, and when none could be chosen
     */
    public Optional<LinkReport> inUse() {
        return links.stream().filter(link -> link.state() == LinkState.IN_USE).findFirst();
    }

    /**
     * The source at a slot.
     *
     * @param slot the slot
     * @return what there is to say of it; empty when the chain has no such slot
     */
    public Optional<LinkReport> link(Slot slot) {
        return links.stream().filter(link -> link.slot().equals(slot)).findFirst();
    }

    /** A table in text: a line for each source, and below it, indented, what is known of it. */
    @Override
    public String toString() {
        int state = width(links.stream().map(link -> link.state().toString()).toList());
        int slot = width(links.stream().map(link -> link.slot().name()).toList());
        StringBuilder table = new StringBuilder();
        for (LinkReport link : links) {
            List<String> lines = lines(link);
            table.append(padded(link.state().toString(), state))
                    .append("  ")
                    .append(padded(link.slot().name(), slot))
                    .append("  ")
                    .append(lines.isEmpty() ? "" : lines.get(0));
            for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
                table.append('\n').append(" ".repeat(state + slot + 4)).append(line);
            }
            table.append('\n');
        }
        return table.toString().lines().map(String::stripTrailing).collect(Collectors.joining("\n"));
    }

    private List<String> lines(LinkReport link) {
        List<String> lines = new ArrayList<>();
        link.identity().ifPresent(who -> lines.add(who.toString()));
        link.probed().ifPresent(who -> {
            lines.add((link.state() == LinkState.IN_USE ? "the probe returned " : "would provide ") + who);
            if (who.arn().isEmpty()) {
                lines.add("its role is unknown: software.amazon.awssdk:sts is not on the class path, or AWS STS did not"
                        + " answer");
            }
        });
        if (!link.reason().isEmpty()) {
            lines.add(link.reason());
        }
        link.description().endpoint().ifPresent(endpoint -> lines.add("endpoint " + endpoint));
        link.description().token().ifPresent(token -> lines.add("token of " + token));
        link.description().tokenProblem().ifPresent(lines::add);
        link.failure().ifPresent(why -> lines.add("failed: " + why));
        link.remedy().ifPresent(how -> lines.add("remedy: " + how));
        if (!link.settings().isEmpty()) {
            lines.add("settings: "
                    + link.settings().stream().map(SettingSeen::toString).collect(Collectors.joining(", ")));
        }
        return lines;
    }

    private static int width(List<String> texts) {
        return texts.stream().mapToInt(String::length).max().orElse(0);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
