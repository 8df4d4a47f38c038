// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileLocation;

/**
 * Reads the shared config and credentials files, where the AWS SDK looks for them.
 *
 * <p>Unlike the SDK, it distinguishes a file that does not exist (or is not a regular file) from one that cannot be read or
 * parsed: the latter is {@link Category#PROFILE_UNREADABLE}. It never caches the result of a failed read. {@link
 * ProfileWatch} decides when to read, and {@link ProfileState} what a failure means.
 *
 * <p>One thread at a time may call {@link #get}; {@link #mayExist} is safe for use by any thread.
 */
final class ProfileFiles implements Supplier<ProfileFile> {

    /** Far above any real file; prevents that a wrong path fills the heap. */
    private static final int LARGEST = 16 << 20;

    /** The coarsest file time stamp. A file younger than this may change again without a new stamp. */
    private static final long STAMP_MILLIS = 2_000;

    private final Environment environment;
    private final Clock clock;

    private volatile @Nullable Read last;
    private volatile boolean exist;

    /** The files that existed when they were last read; used by one thread at a time. */
    private final Set<Path> existing = new HashSet<>();

    /** The content, and the state of the files before it was read; null when that state may be ambiguous. */
    private record Read(ProfileFile file, @Nullable List<?> stamp) {}

    ProfileFiles(Environment environment, Clock clock) {
        this.environment = environment;
        this.clock = clock;
    }

    /** Returns whether the files may exist. Loads no class of the SDK, because containers usually have no such files. */
    boolean mayExist() {
        return SdkSetting.CONFIG_FILE.isSet(environment)
                || SdkSetting.CREDENTIALS_FILE.isSet(environment)
                || hasFiles(environment.variable("HOME"))
                || hasFiles(environment.variable("USERPROFILE"))
                || hasFiles(environment.property("user.home"));
    }

    private static boolean hasFiles(@Nullable String home) {
        try {
            return home != null
                    && (Files.exists(Path.of(home, ".aws", "credentials"))
                            || Files.exists(Path.of(home, ".aws", "config")));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /**
     * Returns the content of the files; the same object as before if it has not changed.
     *
     * @throws CredentialsException of {@link Category#PROFILE_UNREADABLE} when a file exists and cannot be read or parsed
     */
    @Override
    public ProfileFile get() {
        OneFile credentials = OneFile.at(
                ProfileFileLocation::credentialsFilePath,
                ProfileFile.Type.CREDENTIALS,
                SdkSetting.CREDENTIALS_FILE,
                existing);
        OneFile config = OneFile.at(
                ProfileFileLocation::configurationFilePath,
                ProfileFile.Type.CONFIGURATION,
                SdkSetting.CONFIG_FILE,
                existing);
        existing.clear();
        credentials.noteIn(existing);
        config.noteIn(existing);
        exist = credentials.exists() || config.exists();
        List<?> stamp = Arrays.asList(credentials.stamp(), config.stamp());
        Read known = last;
        if (known != null && stamp.equals(known.stamp)) {
            return known.file;
        }
        if (known != null) {
            last = new Read(known.file, null); // in case the read fails
        }
        long latest = clock.epochMillis() - STAMP_MILLIS;
        boolean ambiguous = credentials.changedAfter(latest) || config.changedAfter(latest);
        ProfileFile.Aggregator both = ProfileFile.aggregator();
        credentials.addTo(both);
        config.addTo(both);
        ProfileFile file = both.build();
        if (known != null && known.file.equals(file)) {
            file = known.file;
        }
        last = new Read(file, ambiguous ? null : stamp);
        return file;
    }

    /** Returns whether there was a file when they were last read. */
    boolean exist() {
        return exist;
    }

    /** One of the two files: where it is, and its attributes; null when it does not exist. */
    private record OneFile(
            Path path,
            ProfileFile.Type type,
            SdkSetting setting,
            @Nullable BasicFileAttributes attributes) {

        static OneFile at(Supplier<Path> location, ProfileFile.Type type, SdkSetting setting, Set<Path> existing) {
            Path path;
            try {
                path = location.get();
            } catch (RuntimeException e) { // a setting that is not a path
                throw Sources.unreadable(
                        "the path of the " + name(type) + " file is invalid", "correct or unset " + setting.variable());
            }
            try {
                return new OneFile(path, type, setting, attributes(path, existing.contains(path)));
            } catch (IOException | SecurityException e) {
                throw new OneFile(path, type, setting, null).unreadable("cannot be examined");
            }
        }

        private void noteIn(Set<Path> files) {
            if (exists()) {
                files.add(path);
            }
        }

        /**
         * Returns null for a file that does not exist. As for the SDK, a directory without access has no files, because HOME
         * is often another user's; but a file that existed before still exists.
         */
        private static @Nullable BasicFileAttributes attributes(Path path, boolean existed) throws IOException {
            try {
                return Files.readAttributes(path, BasicFileAttributes.class);
            } catch (NoSuchFileException e) {
                return null;
            } catch (AccessDeniedException | SecurityException e) {
                if (existed) {
                    throw e;
                }
                return null;
            } catch (IOException e) {
                Path folder = path.getParent();
                if (!existed && folder != null && Files.exists(folder) && !Files.isDirectory(folder)) {
                    return null;
                }
                throw e;
            }
        }

        private boolean exists() {
            return attributes != null && attributes.isRegularFile();
        }

        List<?> stamp() {
            return attributes == null
                    ? List.of(path)
                    : Arrays.asList(path, attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        }

        boolean changedAfter(long epochMillis) {
            return attributes != null && attributes.lastModifiedTime().toMillis() > epochMillis;
        }

        void addTo(ProfileFile.Aggregator files) {
            if (exists()) {
                files.addFile(parsed(content()));
            }
        }

        /** Reads from a plain stream: an interrupt of the thread would close a channel. */
        private byte[] content() {
            try (InputStream stream = new FileInputStream(path.toFile())) {
                byte[] content = stream.readNBytes(LARGEST + 1);
                if (content.length > LARGEST) {
                    throw unreadable("is larger than 16 MiB");
                }
                return content;
            } catch (IOException | SecurityException e) {
                throw unreadable("exists but cannot be read");
            }
        }

        private ProfileFile parsed(byte[] content) {
            try {
                return ProfileFile.builder()
                        .content(new ByteArrayInputStream(content))
                        .type(type)
                        .build();
            } catch (RuntimeException e) { // its message may quote the file
                throw unreadable("cannot be parsed" + line(e.getMessage()));
            }
        }

        private CredentialsException unreadable(String problem) {
            return Sources.unreadable(
                    "the " + name(type) + " file " + path + " " + problem,
                    "fix its content and permissions, remove it, or set " + setting.variable() + " to another file");
        }

        private static String name(ProfileFile.Type type) {
            return type == ProfileFile.Type.CONFIGURATION ? "config" : "credentials";
        }

        /** Returns the line number from the end of the parser's message, whose other text may quote secrets. */
        private static String line(@Nullable String message) {
            String text =
                    message == null ? "" : message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
            int begin = text.length();
            while (begin > 0 && begin > text.length() - 9 && Character.isDigit(text.charAt(begin - 1))) {
                begin--;
            }
            String number = text.substring(begin);
            return !number.isEmpty() && text.startsWith("line ", begin - 5) ? " (line " + number + ")" : "";
        }
    }
}
