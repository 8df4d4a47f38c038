// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Counts the open sockets of a process from outside, because the process may have no descriptor left. */
final class Sockets {
    /** The result without {@code /proc}, or if the process has exited. */
    static final int UNKNOWN = -1;

    private Sockets() {}

    static int open(long process) {
        int sockets = 0;
        try (DirectoryStream<Path> descriptors =
                Files.newDirectoryStream(Path.of("/proc", Long.toString(process), "fd"))) {
            for (Path descriptor : descriptors) {
                sockets += isSocket(descriptor) ? 1 : 0;
            }
        } catch (IOException e) {
            return UNKNOWN;
        }
        return sockets;
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // closed in the meantime
        }
    }
}
