// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Hears what the library logs, on this thread alone. */
public final class LibraryLog extends Handler implements AutoCloseable {

    private final Logger logger = Logger.getLogger("io.lanyard");
    private final Thread thread = Thread.currentThread();
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    private final boolean allThreads;

    private LibraryLog(boolean allThreads) {
        this.allThreads = allThreads;
    }

    public static LibraryLog open() {
        return open(false);
    }

    /** Of all threads: loads run on threads of the library. Other tests may log at the same time. */
    public static LibraryLog openForAllThreads() {
        return open(true);
    }

    private static LibraryLog open(boolean allThreads) {
        LibraryLog log = new LibraryLog(allThreads);
        log.logger.addHandler(log);
        return log;
    }

    public List<String> warnings() {
        return messages(Level.WARNING);
    }

    public List<String> infos() {
        return messages(Level.INFO);
    }

    private List<String> messages(Level level) {
        return records.stream()
                .filter(record -> record.getLevel().equals(level))
                .map(LogRecord::getMessage)
                .toList();
    }

    @Override
    public void publish(LogRecord record) {
        if (allThreads || Thread.currentThread().equals(thread)) {
            records.add(record);
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
