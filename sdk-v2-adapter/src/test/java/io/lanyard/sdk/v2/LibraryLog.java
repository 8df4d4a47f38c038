// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Hears what the library logs, on any thread: what is said of a choice is said after its callers were answered. */
final class LibraryLog extends Handler implements AutoCloseable {

    private final Logger logger = Logger.getLogger("io.lanyard");
    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    LibraryLog() {
        logger.addHandler(this);
    }

    List<String> messages(Level level) {
        return records.stream()
                .filter(record -> record.getLevel().equals(level))
                .map(LogRecord::getMessage)
                .toList();
    }

    @Override
    public void publish(LogRecord record) {
        records.add(record);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
