// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a benchmark was asked for.
 *
 * @param help how it is called
 * @param list its scenarios, and nothing else
 * @param quick the short version
 * @param out where files go
 * @param names the scenarios that were named; all when none was
 */
public record Options(boolean help, boolean list, boolean quick, Path out, Set<String> names) {

    /** It was called wrongly. */
    public static final class UsageException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    /**
     * Reads a command line.
     *
     * @param args the arguments
     * @param benchmark whose, also the name of the folder where files go by default
     * @return the options
     * @throws UsageException when they make no sense
     */
    public static Options parse(List<String> args, String benchmark) {
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
                        throw new UsageException(arg + " wants a value");
                    }
                    if (arg.equals("--out")) {
                        out = Path.of(args.get(i));
                    } else {
                        names.add(args.get(i));
                    }
                }
                default -> throw new UsageException("what is " + arg + "?");
            }
        }
        return new Options(help, list, quick, out, names);
    }

    /**
     * The scenarios that were asked for.
     *
     * @param all all that there are, each showing its name as text
     * @param <S> the scenario's type
     * @return those that were named, or all of them
     * @throws UsageException when one that was named does not exist
     */
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
            throw new UsageException("no scenario " + unknown + "; --list names them");
        }
        return chosen;
    }
}
