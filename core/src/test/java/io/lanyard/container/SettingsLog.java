// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Hears the library's warnings, of this thread alone. */
final class SettingsLog extends Handler implements AutoCloseable {

    private final Logger logger = Logger.getLogger("io.lanyard");
    private final Thread thread = Thread.currentThread();
    private final List<String> messages = new CopyOnWriteArrayList<>();

    private SettingsLog() {}

    static SettingsLog open() {
        SettingsLog log = new SettingsLog();
        log.logger.addHandler(log);
        return log;
    }

    List<String> messages() {
        return messages;
    }

    @Override
    public void publish(LogRecord record) {
        if (Thread.currentThread().equals(thread) && record.getLevel().intValue() >= Level.WARNING.intValue()) {
            messages.add(record.getMessage());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
