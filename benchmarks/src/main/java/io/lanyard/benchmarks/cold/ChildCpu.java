// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads the CPU time of all child processes that have exited. */
final class ChildCpu {
    private static final Path STAT = Path.of("/proc/self/stat");

    /** Linux reports hundredths of a second to all programs, whatever the kernel's clock rate. */
    private static final int MILLIS = 10;

    private static final int USER = 13;
    private static final int SYSTEM = 14;

    private ChildCpu() {}

    /** Returns milliseconds; NaN on systems without {@code /proc}. */
    static double millis() {
        try {
            return millis(Files.readString(STAT));
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** The process name in brackets may contain any character, so fields are counted from its end. */
    static double millis(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM])) * (double) MILLIS;
    }
}
