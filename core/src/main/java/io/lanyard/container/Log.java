// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import java.lang.System.Logger.Level;

/** The library's log. Looked up when there is something to say, for finding a logger costs a start-up dearly. */
final class Log {

    private Log() {}

    static void warn(String message) {
        System.getLogger("io.lanyard").log(Level.WARNING, message);
    }
}
