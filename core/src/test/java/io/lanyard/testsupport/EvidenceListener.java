// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;

/**
 * Takes down every log record and every failed test of the JVM, without any test's doing. JUnit finds it by {@code
 * META-INF/services}.
 */
public final class EvidenceListener implements LauncherSessionListener, TestExecutionListener {

    /** Held here, for the log manager forgets the level of a logger that nobody holds. */
    private static final Logger ROOT = Logger.getLogger("");

    /** There is one in a JVM, however many sessions it has. */
    private static final Handler RECORDS = new Records();

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        synchronized (RECORDS) {
            ROOT.removeHandler(RECORDS);
            ROOT.addHandler(RECORDS);
            ROOT.setLevel(Level.ALL);
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        result.getThrowable().ifPresent(failure -> Evidence.caught("a test failed: " + test.getDisplayName(), failure));
    }

    private static final class Records extends Handler {

        Records() {
            setLevel(Level.ALL);
            setFormatter(new SimpleFormatter());
        }

        @Override
        public void publish(LogRecord entry) {
            Evidence.said(getFormatter().format(entry));
            if (entry.getThrown() != null) {
                Evidence.caught("in a log record", entry.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
