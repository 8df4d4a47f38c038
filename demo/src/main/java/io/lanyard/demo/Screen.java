// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Prints the demo: numbered chapters, checks with a tick or a cross, and a status line at the bottom.
 *
 * <p>It remembers each failed check. Colours, the status line and characters beyond ASCII are used only if the output
 * supports them. Not thread-safe.
 */
final class Screen {
    private static final int LABEL = 20;

    private final PrintStream out;
    private final boolean color;
    private final boolean live;
    private final boolean unicode;
    private final List<String> failures = new ArrayList<>();
    private boolean statusShown;

    /**
     * Creates a screen.
     *
     * @param color whether to print colours
     * @param live whether a line can be overwritten
     * @param unicode whether to print characters beyond ASCII
     */
    Screen(PrintStream out, boolean color, boolean live, boolean unicode) {
        this.out = out;
        this.color = color;
        this.live = live;
        this.unicode = unicode;
    }

    /** Returns a screen on stdout; without colours if it is no terminal, with {@code NO_COLOR}, or on request. */
    static Screen ofStdout(Map<String, String> environment, boolean noColor) {
        Charset charset = nativeCharset();
        boolean terminal = isTerminal() && !"dumb".equals(environment.get("TERM"));
        String variable = environment.get("NO_COLOR");
        boolean color = terminal && !noColor && (variable == null || variable.isEmpty());
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, charset);
        return new Screen(out, color, terminal, charset.equals(StandardCharsets.UTF_8));
    }

    private static Charset nativeCharset() {
        String name = System.getProperty("stdout.encoding", System.getProperty("native.encoding"));
        return name != null && Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.US_ASCII;
    }

    /** Up to Java 21 there is a console only on a terminal; from 22 on always, with a method that says whether it is one. */
    @SuppressWarnings("SystemConsoleNull") // null is the answer up to Java 21
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null || Runtime.version().feature() < 22) {
            return console != null;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    void title(String text, String subtitle) {
        line("");
        line("  " + bold(text) + "  " + dim(subtitle));
    }

    void chapter(int number, String title) {
        line("");
        line("  " + bold(number + "  " + title));
    }

    void note(String text) {
        line("     " + dim(text));
    }

    /** Prints part of the set-up, which is not checked. */
    void fact(String label, String detail) {
        line("     " + dim(unicode ? "·" : "-") + " " + pad(label, LABEL) + detail);
    }

    /** Prints a check with a tick or a cross. Returns {@code passed}. */
    boolean check(boolean passed, String label, String detail) {
        line("     " + sign(passed) + " " + pad(label, LABEL) + detail);
        if (!passed) {
            failures.add(label + ": " + detail);
        }
        return passed;
    }

    /** Prints a number of the summary with a tick or a cross. */
    void count(boolean passed, String label, int number, String remark) {
        line("     " + sign(passed) + " " + pad(label, 24) + String.format(Locale.ROOT, "%5d", number)
                + (remark.isEmpty() ? "" : "   " + (passed ? dim(remark) : remark)));
        if (!passed) {
            failures.add(label + ": " + number + (remark.isEmpty() ? "" : " (" + remark + ")"));
        }
    }

    /** Prints an event with its time in seconds. */
    void event(double seconds, String what, String detail) {
        line("     " + dim(String.format(Locale.ROOT, "%5.1f s", seconds)) + "  " + pad(what, LABEL) + detail);
    }

    /** Prints an event that should not happen. */
    void fault(double seconds, String what, String detail) {
        line("     " + dim(String.format(Locale.ROOT, "%5.1f s", seconds)) + "  " + red(pad(what, LABEL)) + detail);
    }

    /** Replaces the status line, if the output can show one. */
    void status(String text) {
        if (live) {
            out.print("\r\033[2K     " + dim(text));
            out.flush();
            statusShown = true;
        }
    }

    /** Removes the status line. */
    void clearStatus() {
        if (statusShown) {
            out.print("\r\033[2K");
            out.flush();
            statusShown = false;
        }
    }

    /** Prints the result. Returns whether all checks passed. */
    boolean verdict(String summary) {
        line("");
        if (failures.isEmpty()) {
            line("  " + green(bold("OK")) + "  " + summary);
        } else {
            line("  " + red(bold("FAILED")) + "  failed checks:");
            for (String failure : failures) {
                line("     " + sign(false) + " " + failure);
            }
        }
        line("");
        return failures.isEmpty();
    }

    /** Returns whether all checks have passed so far. */
    boolean isGood() {
        return failures.isEmpty();
    }

    String arrow() {
        return unicode ? "→" : "->";
    }

    String ellipsis() {
        return unicode ? "…" : "...";
    }

    String dot() {
        return unicode ? " · " : ", ";
    }

    /** Highlights an access key id, which may be shown. A secret or a token never is. */
    String key(@Nullable String accessKeyId) {
        return accessKeyId == null ? "?" : color ? "\033[36m" + accessKeyId + "\033[0m" : accessKeyId;
    }

    private void line(String text) {
        clearStatus();
        out.println(text);
    }

    private String sign(boolean passed) {
        if (unicode) {
            return passed ? green("✓") : red("✗");
        }
        return passed ? green("+") : red("x");
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }

    private String bold(String text) {
        return paint("1", text);
    }

    private String dim(String text) {
        return paint("2", text);
    }

    private String green(String text) {
        return paint("32", text);
    }

    private String red(String text) {
        return paint("31", text);
    }

    private String paint(String code, String text) {
        return color ? "\033[" + code + "m" + text + "\033[0m" : text;
    }
}
