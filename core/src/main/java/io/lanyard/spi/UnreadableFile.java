// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Finds out why a file could not be opened. A separate class, so that it is loaded only after a failure. */
final class UnreadableFile {

    private UnreadableFile() {}

    /**
     * Finds the reason without opening the file.
     *
     * @param path the path
     * @param failure what opening the file threw; null when the file was not opened, because it was not regular
     * @return the reason
     * @throws IOException the reason, where the file's attributes cannot be read
     */
    static FileSystemException reason(String path, @Nullable FileNotFoundException failure) throws IOException {
        Path file = Path.of(path);
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            return new NotRegularFileException(
                    path, attributes.isDirectory() ? "a directory" : "a FIFO, a socket or a device");
        }
        if (!Files.isReadable(file)) {
            return new AccessDeniedException(path);
        }
        return failure == null
                ? new NoSuchFileException(path, null, "did not exist when it was last checked")
                : new FileSystemException(path, null, failure.getMessage());
    }
}
