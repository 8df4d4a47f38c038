// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;

/**
 * What the file system knows about a file, for a diagnosis.
 *
 * @param kind {@code a file}, {@code a directory}, or {@code a FIFO, a socket or a device}
 * @param link whether the path itself is a symbolic link, as the kubelet's projected files are
 * @param permissions the permissions, for example {@code rw-r-----}; {@code unknown} where the file system has none
 * @param size the size in bytes
 * @param modified when the content was last modified
 */
public record FileDetails(String kind, boolean link, String permissions, long size, Instant modified) {

    /**
     * Reads the attributes of a file without opening it. Follows links. May block on a network file system.
     *
     * @param path the path as it was configured
     * @return the details
     * @throws IOException when the file does not exist or its attributes cannot be read
     */
    static FileDetails of(String path) throws IOException {
        Path file = Path.of(path);
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        String kind = attributes.isRegularFile()
                ? "a file"
                : attributes.isDirectory() ? "a directory" : "a FIFO, a socket or a device";
        String permissions;
        try {
            permissions = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (UnsupportedOperationException e) {
            permissions = "unknown";
        }
        return new FileDetails(
                kind,
                Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                        .isSymbolicLink(),
                permissions,
                attributes.size(),
                attributes.lastModifiedTime().toInstant());
    }
}
