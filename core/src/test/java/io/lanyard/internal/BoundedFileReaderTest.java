// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.spi.Environment;
import io.lanyard.spi.Scheduler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are read for reports, within a second. */
class BoundedFileReaderTest {

    @Test
    void a_file_is_read_again_after_no_thread_could_be_started(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("token"), "token");
        AtomicBoolean full = new AtomicBoolean(true);
        BoundedFileReader reader = new BoundedFileReader(Environment.system(), new Scheduler() {
            @Override
            public void execute(Runnable task) {
                if (full.get()) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                Scheduler.shared().execute(task);
            }

            @Override
            public <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay) {
                return Scheduler.shared().schedule(owner, task, delay);
            }
        });
        assertThatThrownBy(() -> reader.read(file.toString(), 100)).isNotNull();
        full.set(false);
        assertThat(reader.read(file.toString(), 100)).isEqualTo("token".getBytes(StandardCharsets.UTF_8));
    }
}
