// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The options of a benchmark.
 *
 * @param help whether to print the usage only
 * @param list whether to print the scenarios only
 * @param quick whether to run the short version
 * @param out the directory of the output files
 * @param names the selected scenarios; empty for all
 */
public record Options(boolean help, boolean list, boolean quick, Path out, Set<String> names) {

    /** The command line is wrong. */
    static final class UsageException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    /** Parses a command line. By default, the output directory has the name of the benchmark. */
    static Options parse(List<String> args, String benchmark) {
        boolean help = false;
        boolean list = false;
        boolean quick = false;
        Path out = Path.of(System.getProperty("lanyard.checkout", ""), "benchmarks", "target", benchmark);
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            switch (arg) {
                case "--help", "-h" -> help = true;
                case "--list" -> list = true;
                case "--quick" -> quick = true;
                case "--scenario", "--out" -> {
                    if (++i == args.size()) {
                        throw new UsageException(arg + " needs a value");
                    }
                    if (arg.equals("--out")) {
                        out = Path.of(args.get(i));
                    } else {
                        names.add(args.get(i));
                    }
                }
                default -> throw new UsageException("unknown option: " + arg);
            }
        }
        return new Options(help, list, quick, out, names);
    }

    /** Returns the selected ones of these scenarios, whose {@code toString} is their name. */
    public <S> List<S> chosen(List<S> all) {
        if (names.isEmpty()) {
            return all;
        }
        List<S> chosen = all.stream()
                .filter(scenario -> names.contains(scenario.toString()))
                .toList();
        if (chosen.size() < names.size()) {
            Set<String> unknown = new LinkedHashSet<>(names);
            chosen.forEach(scenario -> unknown.remove(scenario.toString()));
            throw new UsageException("unknown scenario: " + String.join(", ", unknown) + "; --list prints all");
        }
        return chosen;
    }
}
