// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Walks a class path: jars, folders, and the jars in them (Spring Boot's {@code BOOT-INF/lib}, wars). Loads no class.
 *
 * <p>What is read is bounded, because the jars may be anything: a limit on the number of jars, of entries and of bytes, and on
 * the depth of nesting. What is beyond it is counted as skipped. Not safe for use by several threads.
 */
final class ClassPathScan {

    /** Receives what is found. */
    interface Visitor {
        /**
         * Receives the name of an entry.
         *
         * @param container the jar or folder, for people
         * @param name the name of the entry, with slashes
         * @return whether its content is wanted
         */
        boolean entry(String container, String name);

        /**
         * Receives the content of an entry.
         *
         * @param container the jar or folder, for people
         * @param name the name of the entry
         * @param content its first 512 KiB
         */
        void content(String container, String name, byte[] content);
    }

    /**
     * What a scan reads at most.
     *
     * @param jars jars and folders
     * @param entries entries of all of them
     * @param bytes bytes that are read or inflated
     */
    record Limits(int jars, long entries, long bytes) {
        static final Limits DEFAULT = new Limits(5_000, 3_000_000, 4L << 30);
    }

    /** A jar in a jar in a war. */
    private static final int DEEPEST = 3;
    /** Enough for 500,000 entries; {@link ZipFile} keeps the directory in memory. */
    private static final long LARGEST_DIRECTORY = 64L << 20;

    private static final int LARGEST_CONTENT = 512 << 10;
    private static final int END_RECORD = 22;
    private static final int LONGEST_COMMENT = 65_535;

    private final Limits limits;
    private final Visitor visitor;
    private final Set<Path> seen = new HashSet<>();
    private final List<String> skipped = new ArrayList<>();
    private int jars;
    private long entries;
    private long bytes;

    ClassPathScan(Limits limits, Visitor visitor) {
        this.limits = limits;
        this.visitor = visitor;
    }

    /** Thrown when a limit is reached. */
    private static final class LimitException extends IOException {
        private static final long serialVersionUID = 1L;

        LimitException(String what) {
            super("the limit of " + what + " is reached");
        }
    }

    /**
     * Scans a class path.
     *
     * @param classPath its elements, separated as the platform does it; an element may end with {@code /*}
     */
    void scan(String classPath) {
        try {
            for (String element : classPath.split(File.pathSeparator, -1)) {
                if (!element.isEmpty()) {
                    element(element);
                }
            }
        } catch (LimitException e) {
            skipped.add("the rest of the class path: " + e.getMessage());
        }
    }

    /** What was not read, with the reason. */
    List<String> skipped() {
        return Collections.unmodifiableList(skipped);
    }

    /** The number of jars and folders that were read. */
    int containers() {
        return jars;
    }

    private void element(String element) throws LimitException {
        try {
            if (element.endsWith("*")) {
                Path folder = Path.of(element.substring(0, element.length() - 1));
                try (Stream<Path> files = Files.list(folder)) {
                    for (Path file : files.filter(ClassPathScan::isJar).sorted().toList()) {
                        file(file);
                    }
                }
            } else {
                file(Path.of(element));
            }
        } catch (LimitException e) {
            throw e;
        } catch (IOException | InvalidPathException e) {
            skipped.add("an element of the class path: " + e.getClass().getSimpleName());
        }
    }

    private static boolean isJar(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".jar") || name.endsWith(".war");
    }

    private void file(Path path) throws IOException {
        if (!seen.add(path.toAbsolutePath().normalize())) {
            return;
        }
        String name = name(path);
        if (Files.isDirectory(path)) {
            folder(path, name);
        } else if (!Files.exists(path)) {
            skipped.add(name + ": does not exist"); // as the JVM does it, without a word
        } else if (!Files.isRegularFile(path)) {
            skipped.add(name + ": is not a regular file");
        } else {
            try {
                jar(path, name);
            } catch (LimitException e) {
                throw e;
            } catch (IOException | RuntimeException e) { // a damaged jar may throw anything
                skipped.add(name + ": cannot be read as a jar");
            }
        }
    }

    private static String name(Path path) {
        return ClassPathReport.shown(String.valueOf(path.getFileName()), "a jar");
    }

    private void folder(Path folder, String name) throws IOException {
        countContainer();
        List<Path> jarsInside = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                countEntry();
                if (!Files.isRegularFile(file)) {
                    return FileVisitResult.CONTINUE;
                }
                if (isJar(file)) {
                    jarsInside.add(file);
                    return FileVisitResult.CONTINUE;
                }
                String entry = folder.relativize(file).toString().replace(File.separatorChar, '/');
                if (visitor.entry(name, entry) && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    try (InputStream in = Files.newInputStream(file)) {
                        visitor.content(name, entry, content(in));
                    }
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) {
                return FileVisitResult.CONTINUE;
            }
        });
        for (Path jar : jarsInside) {
            file(jar);
        }
    }

    private void jar(Path path, String name) throws IOException {
        long directory = directorySize(path);
        if (directory > LARGEST_DIRECTORY) {
            skipped.add(name + ": has too many entries");
            return;
        }
        countContainer();
        try (ZipFile zip = new ZipFile(path.toFile())) {
            Enumeration<? extends ZipEntry> all = zip.entries();
            while (all.hasMoreElements()) {
                ZipEntry entry = all.nextElement();
                countEntry();
                if (isNestedJar(entry)) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        nested(in, name + "!" + last(entry.getName()), 1);
                    } catch (LimitException e) {
                        throw e;
                    } catch (IOException | RuntimeException e) {
                        skipped.add(name + "!" + last(entry.getName()) + ": cannot be read as a jar");
                    }
                } else if (visitor.entry(name, entry.getName())) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        visitor.content(name, entry.getName(), content(in));
                    }
                }
            }
        }
    }

    private void nested(InputStream stream, String name, int depth) throws IOException {
        countContainer();
        // not closed: it would close the jar around it
        @SuppressWarnings("resource")
        ZipInputStream zip = new ZipInputStream(new BufferedInputStream(stream));
        byte[] buffer = new byte[8192];
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            countEntry();
            if (isNestedJar(entry) && depth < DEEPEST) {
                nested(zip, name + "!" + last(entry.getName()), depth + 1);
            } else if (visitor.entry(name, entry.getName())) {
                visitor.content(name, entry.getName(), content(zip));
            }
            // what closeEntry would skip is inflated all the same, and must be counted
            for (int read = zip.read(buffer); read >= 0; read = zip.read(buffer)) {
                countBytes(read);
            }
        }
    }

    private static boolean isNestedJar(ZipEntry entry) {
        return entry.getName().endsWith(".jar") && !entry.isDirectory();
    }

    private static String last(String name) {
        return ClassPathReport.shown(name.substring(name.lastIndexOf('/') + 1), "a jar");
    }

    private byte[] content(InputStream in) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int read = in.read(buffer); read >= 0 && content.size() < LARGEST_CONTENT; read = in.read(buffer)) {
            countBytes(read);
            content.write(buffer, 0, read);
        }
        return content.toByteArray();
    }

    /** The size of a jar's central directory by its end record; 0 when there is none, which {@link ZipFile} reports. */
    private static long directorySize(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            int length = (int) Math.min(file.length(), END_RECORD + LONGEST_COMMENT);
            byte[] end = new byte[length];
            file.seek(file.length() - length);
            file.readFully(end);
            ByteBuffer buffer = ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN);
            for (int at = length - END_RECORD; at >= 0; at--) {
                if (buffer.getInt(at) == 0x06054b50) {
                    return Integer.toUnsignedLong(buffer.getInt(at + 12));
                }
            }
            return 0;
        }
    }

    private void countContainer() throws LimitException {
        if (++jars > limits.jars()) {
            jars--;
            throw new LimitException(limits.jars() + " jars");
        }
    }

    private void countEntry() throws LimitException {
        if (++entries > limits.entries()) {
            throw new LimitException(limits.entries() + " entries");
        }
    }

    private void countBytes(int read) throws LimitException {
        bytes += read;
        if (bytes > limits.bytes()) {
            throw new LimitException(limits.bytes() + " bytes");
        }
    }

    /** The class path of this process. */
    static String ofThisProcess() {
        @Nullable String path = System.getProperty("java.class.path");
        return path == null ? "" : path;
    }
}
