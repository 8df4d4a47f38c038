// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The processor time of the processes that this one has started and seen end. */
final class ChildCpu {
    private static final Path STAT = Path.of("/proc/self/stat");

    /** Linux counts it in hundredths of a second for all programs, whatever its own clock. */
    private static final int MILLIS = 10;

    private static final int USER = 13;
    private static final int SYSTEM = 14;

    private ChildCpu() {}

    /** Milliseconds; NaN where there is no Linux to tell. */
    static double millis() {
        try {
            return millis(Files.readString(STAT));
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** The name in brackets may hold anything, so the fields are counted from its end. */
    static double millis(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM])) * (double) MILLIS;
    }
}
