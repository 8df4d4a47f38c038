// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

import java.util.List;

/**
 * The classes that a JVM has loaded, by its own log.
 *
 * @param shared from the archive that the JDK brings: nearly for nothing
 * @param jdk from the JDK's modules, or made at run time for lambdas and the like
 * @param sdk of the AWS SDK and what it depends on
 * @param lanyard of Lanyard
 */
record LoadedClasses(int shared, int jdk, int sdk, int lanyard) {

    /**
     * Reads what {@code -Xlog:class+load} has written: {@code [0.071s][info][class,load] a.b.C source: where}.
     *
     * @param log its lines
     */
    static LoadedClasses of(List<String> log) {
        int shared = 0;
        int jdk = 0;
        int sdk = 0;
        int lanyard = 0;
        for (String line : log) {
            int source = line.indexOf(" source: ");
            if (source < 0) {
                continue;
            }
            String name = line.substring(line.lastIndexOf(' ', source - 1) + 1, source);
            if (line.startsWith("shared objects file", source + " source: ".length())) {
                shared++;
            } else if (name.startsWith("io.lanyard.")) {
                lanyard += name.startsWith("io.lanyard.benchmarks.") ? 0 : 1; // the start itself is nobody's
            } else if (line.contains("source: file:") || name.startsWith("software.amazon.awssdk.")) {
                sdk++;
            } else {
                jdk++;
            }
        }
        return new LoadedClasses(shared, jdk, sdk, lanyard);
    }

    /** All but those of the archive. */
    int dear() {
        return jdk + sdk + lanyard;
    }
}
