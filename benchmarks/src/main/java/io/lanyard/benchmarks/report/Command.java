// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.io.IOException;
import java.util.List;

/** A benchmark as a command of {@code lanyard-bench}. */
public final class Command {

    /** What it does. */
    @FunctionalInterface
    public interface Work {
        /**
         * Measures, saves and prints.
         *
         * @param options what was asked for
         * @return whether all went as it should
         * @throws IOException when the files cannot be written, or a process failed
         * @throws InterruptedException when the thread is interrupted
         */
        boolean run(Options options) throws IOException, InterruptedException;
    }

    private Command() {}

    /**
     * Reads the command line, does the work, and ends the JVM: with 0 if all went as it should, with 1 if not, with 2 if
     * it was called wrongly.
     *
     * @param name of the benchmark
     * @param usage how it is called
     * @param args the arguments
     * @param work what it does
     * @throws IOException when the work does
     * @throws InterruptedException when the work does
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
