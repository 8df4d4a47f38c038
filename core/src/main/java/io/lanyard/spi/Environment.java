// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Settings and files of the process.
 *
 * <p>Implementations are safe for use by any thread.
 */
public interface Environment {

    /**
     * An environment variable.
     *
     * @param name the variable's name
     * @return its value, or null when it is not set
     */
    @Nullable
    String variable(String name);

    /**
     * A system property.
     *
     * @param name the property's name
     * @return its value, or null when it is not set
     */
    @Nullable
    String property(String name);

    /**
     * Reads the beginning of a file, opened anew by the path as it is given: a projected token moves under its link.
     *
     * @param path the path as it was configured
     * @param limit how many bytes to read at the most
     * @return the file's first bytes, at most {@code limit} of them
     * @throws java.nio.file.NoSuchFileException when there is no such file
     * @throws IOException when it cannot be read
     */
    byte[] readFile(String path, int limit) throws IOException;

    /**
     * The environment of this process.
     *
     * @return the process's variables, properties and files
     */
    static Environment system() {
        return SystemEnvironment.INSTANCE;
    }

    /** The process's own. */
    enum SystemEnvironment implements Environment {
        /** There is one process. */
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
        public byte[] readFile(String path, int limit) throws IOException {
            try (InputStream file = Files.newInputStream(Path.of(path))) {
                return file.readNBytes(limit);
            }
        }
    }
}
