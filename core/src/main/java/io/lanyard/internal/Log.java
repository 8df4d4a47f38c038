// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal;

import java.lang.System.Logger.Level;

/**
 * Writes the library's log. The logger is looked up at the first line, because the look-up is one of the slower steps
 * of a start-up. What the log throws is ignored: credentials do not depend on it.
 */
public final class Log {

    private Log() {}

    /**
     * Logs something once that is worth knowing.
     *
     * @param message the message, with cleaned texts
     */
    public static void info(String message) {
        log(Level.INFO, message);
    }

    /**
     * Logs something that needs attention.
     *
     * @param message the message, with cleaned texts
     */
    public static void warn(String message) {
        log(Level.WARNING, message);
    }

    private static void log(Level level, String message) {
        try {
            System.getLogger("io.lanyard").log(level, message);
        } catch (RuntimeException | Error e) { // a handler of the application, for example, whose disk is full
        }
    }
}
