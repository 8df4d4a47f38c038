// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The class path of an application with Lanyard and the SDK, without the benchmarks' libraries. */
final class ClassPath {
    private ClassPath() {}

    /**
     * Returns the class path in Maven's order, which matters because classes are searched jar by jar. The build writes it
     * to a file; outside a checkout it is the class path of this process.
     */
    static String ofAnApplication() throws IOException {
        String checkout = System.getProperty("lanyard.checkout");
        if (checkout == null) {
            return System.getProperty("java.class.path");
        }
        Path target = Path.of(checkout, "benchmarks", "target");
        List<String> entries = new ArrayList<>();
        entries.add(target.resolve("classes").toString());
        for (String jar : Files.readString(target.resolve("application-classpath"))
                .strip()
                .split(File.pathSeparator, -1)) {
            entries.add(
                    target.resolve("lib").resolve(Path.of(jar).getFileName()).toString());
        }
        return String.join(File.pathSeparator, entries);
    }
}
