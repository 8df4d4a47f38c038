// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.cold;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The class path that an application has which uses Lanyard and the SDK, and nothing of the benchmarks. */
final class ClassPath {
    private ClassPath() {}

    /**
     * In the order in which Maven puts it, which counts: a class is looked for in one jar after the other. The build
     * writes it down; outside a checkout it is this process's own.
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
