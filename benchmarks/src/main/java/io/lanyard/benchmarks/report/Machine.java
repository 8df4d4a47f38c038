// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import software.amazon.awssdk.core.util.VersionInfo;

/** Describes the machine and the versions. */
public final class Machine {
    private Machine() {}

    /** Returns one line with the versions of the SDK and the JVM, the processors and the load average. */
    public static String line() {
        return String.format(
                Locale.ROOT,
                "AWS SDK for Java %s, Java %s, %s, %d processors (%s), load average %.1f",
                VersionInfo.SDK_VERSION,
                Runtime.version(),
                System.getProperty("os.name"),
                Runtime.getRuntime().availableProcessors(),
                processor(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}
