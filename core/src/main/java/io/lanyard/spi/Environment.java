// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings and files.
 *
 * <p>Implementations are safe for use by any thread.
 */
public interface Environment {

    /**
     * Returns an environment variable.
     *
     * @param name the variable's name
     * @return its value, or null when it is not set
     */
    @Nullable
    String variable(String name);

    /**
     * Returns a system property.
     *
     * @param name the property's name
     * @return its value, or null when it is not set
     */
    @Nullable
    String property(String name);

    /**
     * Reads the beginning of a regular file. Opens it by the given path at each call, because the kubelet replaces the
     * file behind the symbolic link of a projected token. Follows links. May block, for example on a network file
     * system.
     *
     * @param path the path as it was configured
     * @param limit how many bytes to read at most
     * @return the file's first bytes, at most {@code limit} of them
     * @throws NoSuchFileException when the file does not exist
     * @throws AccessDeniedException when this process may not read the file
     * @throws NotRegularFileException when the path leads to a FIFO, a device, a socket or a directory, which is not
     *     opened
     * @throws IOException when the file cannot be read
     */
    byte[] readFile(String path, int limit) throws IOException;

    /**
     * Describes a file without opening it, for a diagnosis. Follows links. May block, for example on a network file
     * system. Returns nothing by default.
     *
     * @param path the path as it was configured
     * @return its details; empty where they are not known
     * @throws IOException when the file does not exist or its attributes cannot be read
     */
    default Optional<FileDetails> fileDetails(String path) throws IOException {
        return Optional.empty();
    }

    /**
     * Returns the variables, properties and files of this process.
     *
     * @return the default environment
     */
    static Environment system() {
        return SystemEnvironment.INSTANCE;
    }

    /** The environment of this process. */
    enum SystemEnvironment implements Environment {
        /** The only instance. */
        INSTANCE;

        @Override
        public @Nullable String variable(String name) {
            return System.getenv(name);
        }

        @Override
        public @Nullable String property(String name) {
            return System.getProperty(name);
        }

        @Override
        public Optional<FileDetails> fileDetails(String path) throws IOException {
            return Optional.of(FileDetails.of(path));
        }

        /** Uses java.io, because java.nio.file loads some 25 classes before the first credentials. */
        @Override
        public byte[] readFile(String path, int limit) throws IOException {
            File file = new File(path);
            for (boolean again = false; ; again = true) {
                // checked before opening: opening a FIFO waits for a writer, opening a device may have effects
                if (!file.isFile()) {
                    throw UnreadableFile.reason(path, null);
                }
                try (InputStream in = new FileInputStream(file)) {
                    return in.readNBytes(limit);
                } catch (FileNotFoundException e) {
                    // the file may have been replaced between the check and the opening
                    FileSystemException reason = UnreadableFile.reason(path, e);
                    if (again || reason instanceof AccessDeniedException || reason instanceof NotRegularFileException) {
                        throw reason;
                    }
                }
            }
        }
    }
}
