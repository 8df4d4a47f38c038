// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.nio.file.FileSystemException;

/** A path leads to something other than a regular file. */
public final class NotRegularFileException extends FileSystemException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param path the path as it was given
     * @param kind what the path leads to, for example {@code a directory}
     */
    public NotRegularFileException(String path, String kind) {
        super(path, null, kind);
    }
}
