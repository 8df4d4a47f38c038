// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Everything that the library says while it is tested: exceptions, log records, and what its objects call themselves.
 * It is written to {@code target/evidence}, where {@code CanaryScanIT} looks for secrets.
 *
 * <p>Safe for use by any thread. Log records and failures of tests come here by themselves (see {@link
 * EvidenceListener}); a test that catches an exception or makes an object hands it over.
 */
public final class Evidence {

    /** Stands at the beginning of every exception, so that they can be counted. */
    public static final String EXCEPTION = "### exception: ";

    /** Stands at the beginning of every log record. */
    public static final String SAID = "### said: ";

    private static final Path DIRECTORY = target().resolve("evidence");
    private static final Path FILE =
            DIRECTORY.resolve("evidence-" + ProcessHandle.current().pid() + ".log");

    private Evidence() {}

    /** The build directory of this module. */
    public static Path target() {
        return Path.of(System.getProperty("basedir", "")).resolve("target").toAbsolutePath();
    }

    /** Where the evidence is. */
    public static Path directory() {
        return DIRECTORY;
    }

    /** An exception, with all its causes and suppressed ones; gives it back. */
    public static <T extends Throwable> T caught(String where, T exception) {
        append(EXCEPTION + where + "\n" + stackTrace(exception));
        return exception;
    }

    /** What an object calls itself; gives the object back. */
    public static <T> T seen(String where, T object) {
        append("### " + object.getClass().getSimpleName() + ": " + where + "\n" + object + "\n");
        return object;
    }

    /** A line of a log or the like. */
    static void said(String text) {
        append(SAID + text + "\n");
    }

    /** The whole text of an exception: stack trace, causes and suppressed exceptions. */
    public static String stackTrace(Throwable exception) {
        StringWriter text = new StringWriter();
        exception.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static synchronized void append(String text) {
        try {
            Files.createDirectories(DIRECTORY);
            Files.writeString(FILE, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
