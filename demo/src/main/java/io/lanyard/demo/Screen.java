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
 * What a person reads: numbered chapters, a tick or a cross before each fact, and a line that lives at the bottom.
 *
 * <p>Remembers each fact that was not so. Colours, the living line and the signs beyond ASCII are there only where the
 * output can show them. Used by one thread.
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
     * A screen.
     *
     * @param color whether to send colours
     * @param live whether a line can be written over
     * @param unicode whether there are more signs than ASCII's
     */
    Screen(PrintStream out, boolean color, boolean live, boolean unicode) {
        this.out = out;
        this.color = color;
        this.live = live;
        this.unicode = unicode;
    }

    /** The screen that stdout is: plain when it is no terminal, when {@code NO_COLOR} is set, or when told so. */
    static Screen ofStdout(Map<String, String> environment, boolean noColor) {
        Charset charset = nativeCharset();
        boolean terminal = isTerminal() && !"dumb".equals(environment.get("TERM"));
        String wish = environment.get("NO_COLOR");
        boolean color = terminal && !noColor && (wish == null || wish.isEmpty());
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, charset);
        return new Screen(out, color, terminal, charset.equals(StandardCharsets.UTF_8));
    }

    private static Charset nativeCharset() {
        String name = System.getProperty("stdout.encoding", System.getProperty("native.encoding"));
        return name != null && Charset.isSupported(name) ? Charset.forName(name) : StandardCharsets.US_ASCII;
    }

    /** Until 21 there is a console only on a terminal; from 22 on there is always one, which can be asked. */
    @SuppressWarnings("SystemConsoleNull") // that is the question here
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

    void title(String text, String aside) {
        line("");
        line("  " + bold(text) + "  " + dim(aside));
    }

    void chapter(int number, String title) {
        line("");
        line("  " + bold(number + "  " + title));
    }

    void note(String text) {
        line("     " + dim(text));
    }

    /** What was set up, and needs no proof. */
    void fact(String label, String detail) {
        line("     " + dim(unicode ? "·" : "-") + " " + pad(label, LABEL) + detail);
    }

    /** A fact, and whether it is so. Returns {@code so}. */
    boolean check(boolean so, String label, String detail) {
        line("     " + sign(so) + " " + pad(label, LABEL) + detail);
        if (!so) {
            failures.add(label + ": " + detail);
        }
        return so;
    }

    /** A number of the summary, with what it has to be if that is not plain. */
    void count(boolean so, String label, int number, String remark) {
        line("     " + sign(so) + " " + pad(label, 24) + String.format(Locale.ROOT, "%5d", number)
                + (remark.isEmpty() ? "" : "   " + (so ? dim(remark) : remark)));
        if (!so) {
            failures.add(label + ": " + number + (remark.isEmpty() ? "" : " (" + remark + ")"));
        }
    }

    /** Something that happened, at a number of seconds. */
    void event(double seconds, String what, String detail) {
        line("     " + dim(String.format(Locale.ROOT, "%5.1f s", seconds)) + "  " + pad(what, LABEL) + detail);
    }

    /** Something that should not have happened. */
    void fault(double seconds, String what, String detail) {
        line("     " + dim(String.format(Locale.ROOT, "%5.1f s", seconds)) + "  " + red(pad(what, LABEL)) + detail);
    }

    /** Writes the living line anew, where there can be one. */
    void status(String text) {
        if (live) {
            out.print("\r\033[2K     " + dim(text));
            out.flush();
            statusShown = true;
        }
    }

    /** Takes the living line away. */
    void clearStatus() {
        if (statusShown) {
            out.print("\r\033[2K");
            out.flush();
            statusShown = false;
        }
    }

    /** Ends with the verdict. Returns whether all was so. */
    boolean verdict(String summary) {
        line("");
        if (failures.isEmpty()) {
            line("  " + green(bold("OK")) + "  " + summary);
        } else {
            line("  " + red(bold("NOT OK")) + "  this was not so:");
            for (String failure : failures) {
                line("     " + sign(false) + " " + failure);
            }
        }
        line("");
        return failures.isEmpty();
    }

    /** Whether all was so till now. */
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

    /** An access key id, set off. It may be shown; a secret or a token never is. */
    String key(@Nullable String accessKeyId) {
        return accessKeyId == null ? "?" : color ? "\033[36m" + accessKeyId + "\033[0m" : accessKeyId;
    }

    private void line(String text) {
        clearStatus();
        out.println(text);
    }

    private String sign(boolean so) {
        if (unicode) {
            return so ? green("✓") : red("✗");
        }
        return so ? green("+") : red("x");
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
