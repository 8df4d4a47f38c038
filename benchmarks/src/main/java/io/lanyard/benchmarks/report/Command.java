// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.io.IOException;
import java.util.List;

/** Runs a benchmark as a command of {@code lanyard-bench}. */
public final class Command {

    /** The benchmark itself. */
    @FunctionalInterface
    public interface Work {
        /** Measures, writes the files and prints the results. Returns whether all goals or requirements are met. */
        boolean run(Options options) throws IOException, InterruptedException;
    }

    private Command() {}

    /**
     * Parses the command line, runs the benchmark and exits the JVM: with 0 if all goals or requirements are met, with 1
     * if not, with 2 if the command line is wrong.
     */
    public static void run(String name, String usage, String[] args, Work work)
            throws IOException, InterruptedException {
        System.setProperty("java.awt.headless", "true");
        int status;
        try {
            Options options = Options.parse(List.of(args), name);
            if (options.help()) {
                System.out.print(usage);
                status = 0;
            } else {
                status = work.run(options) ? 0 : 1;
            }
        } catch (Options.UsageException e) {
            System.err.println("lanyard-bench " + name + ": " + e.getMessage() + "\n\n" + usage);
            status = 2;
        }
        System.exit(status);
    }
}
