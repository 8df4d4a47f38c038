// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Prints the outcome of the conformance test on the build's own output; nothing when that test did not run. */
public final class ConformanceLine {

    private ConformanceLine() {}

    public static void main(String[] arguments) throws IOException {
        Path file = Path.of(arguments[0]);
        if (Files.exists(file)) {
            System.out.print(Files.readString(file));
        }
    }
}
