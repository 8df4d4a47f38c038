// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.report.SettingSeen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The report of a chain: which source provides the credentials, which do not, and why; without secrets.
 *
 * @param sources the sources in their order
 * @param probed whether they were probed for this report
 */
public record ChainReport(List<SourceReport> sources, boolean probed) {

    /**
     * Creates a report.
     *
     * @param sources the sources in their order
     * @param probed whether they were probed for this report
     */
    public ChainReport {
        sources = List.copyOf(sources);
    }

    /**
     * Returns the source in use.
     *
     * @return the source; empty before the first resolve, and when none was selected
     */
    public Optional<SourceReport> inUse() {
        return sources.stream()
                .filter(source -> source.state() == SourceState.IN_USE)
                .findFirst();
    }

    /**
     * Returns the report of a source.
     *
     * @param name its name
     * @return the report of it; empty when the chain has no source of that name
     */
    public Optional<SourceReport> source(SourceName name) {
        return sources.stream().filter(source -> source.name().equals(name)).findFirst();
    }

    /** Returns a table: a line for each source, with its details indented below. */
    @Override
    public String toString() {
        int state =
                width(sources.stream().map(source -> source.state().toString()).toList());
        int name = width(sources.stream().map(source -> source.name().name()).toList());
        StringBuilder table = new StringBuilder();
        for (SourceReport source : sources) {
            List<String> lines = lines(source);
            table.append(padded(source.state().toString(), state))
                    .append("  ")
                    .append(padded(source.name().name(), name))
                    .append("  ")
                    .append(lines.isEmpty() ? "" : lines.get(0));
            for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
                table.append('\n').append(" ".repeat(state + name + 4)).append(line);
            }
            table.append('\n');
        }
        return table.toString().lines().map(String::stripTrailing).collect(Collectors.joining("\n"));
    }

    private List<String> lines(SourceReport source) {
        List<String> lines = new ArrayList<>();
        source.identity().ifPresent(identity -> lines.add(identity.toString()));
        source.probed().ifPresent(identity -> {
            lines.add((source.state() == SourceState.IN_USE ? "the probe returned " : "would provide ") + identity);
            if (identity.arn().isEmpty()) {
                lines.add("its role is unknown: software.amazon.awssdk:sts is not on the class path, or AWS STS did not"
                        + " answer");
            }
        });
        if (!source.reason().isEmpty()) {
            lines.add(source.reason());
        }
        source.description().endpoint().ifPresent(endpoint -> lines.add("endpoint " + endpoint));
        source.description().token().ifPresent(token -> lines.add("token of " + token));
        source.description().tokenProblem().ifPresent(lines::add);
        source.failure().ifPresent(why -> lines.add("failed: " + why));
        source.remedy().ifPresent(how -> lines.add("remedy: " + how));
        if (!source.settings().isEmpty()) {
            lines.add("settings: "
                    + source.settings().stream().map(SettingSeen::toString).collect(Collectors.joining(", ")));
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
