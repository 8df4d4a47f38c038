// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/** What the output may look like: colours and width follow the terminal; a pipe gets plain text. */
final class Terminal {

    private static final int USUAL_WIDTH = 80;

    private Terminal() {}

    /** Whether the output has colours: on a terminal, unless {@code NO_COLOR} is set. */
    static Ansi ansi() {
        return Ansi.AUTO.enabled() ? Ansi.ON : Ansi.OFF;
    }

    /** The columns of the terminal; 0 when the output is no terminal, whose lines are not wrapped. */
    static int width() {
        String columns = System.getenv("COLUMNS");
        int known = number(columns);
        return known > 0 ? known : isTerminal() ? USUAL_WIDTH : 0;
    }

    /** Since JDK 22 there is a console without a terminal. */
    @SuppressWarnings("SystemConsoleNull") // below 22 that is the question
    static boolean isTerminal() {
        java.io.Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) java.io.Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    private static int number(@Nullable String text) {
        try {
            return text == null ? 0 : Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
