// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

import java.util.List;

/**
 * The numbers of classes that a JVM has loaded, from its log.
 *
 * @param shared classes from the JDK's archive, which load almost without cost
 * @param jdk classes from the JDK's modules, or generated at run time
 * @param sdk classes of the AWS SDK and its dependencies
 * @param lanyard classes of Lanyard
 */
record LoadedClasses(int shared, int jdk, int sdk, int lanyard) {

    /**
     * Parses the lines of {@code -Xlog:class+load}: {@code [0.071s][info][class,load] a.b.C source: where}.
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
                lanyard += name.startsWith("io.lanyard.benchmarks.") ? 0 : 1; // the main class is not counted
            } else if (line.contains("source: file:") || name.startsWith("software.amazon.awssdk.")) {
                sdk++;
            } else {
                jdk++;
            }
        }
        return new LoadedClasses(shared, jdk, sdk, lanyard);
    }

    /** Returns the number of classes that are not from the archive. */
    int notShared() {
        return jdk + sdk + lanyard;
    }
}
