// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal;

import java.lang.System.Logger.Level;

/**
 * The library's log. The logger is looked up only when there is something to say, because that is one of the slower steps
 * of a start-up. A log that throws harms nothing: credentials do not depend on it.
 */
public final class Log {

    private Log() {}

    /**
     * Logs something that is worth knowing once.
     *
     * @param message the message, with cleaned texts
     */
    public static void info(String message) {
        log(Level.INFO, message);
    }

    /**
     * Logs something that a person should look at.
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
