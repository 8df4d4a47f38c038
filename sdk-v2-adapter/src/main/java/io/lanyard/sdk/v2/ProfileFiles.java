// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileLocation;

/**
 * The shared config and credentials files: read when they are first needed, and again when one of them has changed, has
 * come or has gone. They are looked at once in a second at the most.
 */
final class ProfileFiles implements Supplier<ProfileFile> {

    private static final long LOOK_EVERY_NANOS = 1_000_000_000;

    private final Environment environment;
    private final Clock clock;

    private volatile @Nullable Read last;

    /** What was read, of which files, and when they were last looked at. */
    private record Read(ProfileFile file, List<Object> stamp, long lookedAt) {}

    ProfileFiles(Environment environment, Clock clock) {
        this.environment = environment;
        this.clock = clock;
    }

    /** Whether there may be such files. Loads nothing of the SDK, for in a container there are none. */
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

    /** The files' content, the same object as long as it is the same. What cannot be read leaves what was. */
    @Override
    public ProfileFile get() {
        Read known = last;
        long now = clock.nanoTime();
        return known != null && now - known.lookedAt < LOOK_EVERY_NANOS ? known.file : look(now);
    }

    private synchronized ProfileFile look(long now) {
        Read known = last;
        List<Object> stamp = List.of(
                stamp(ProfileFileLocation.credentialsFilePath()), stamp(ProfileFileLocation.configurationFilePath()));
        ProfileFile file;
        if (known != null && known.stamp.equals(stamp)) {
            file = known.file;
        } else {
            try {
                ProfileFile read = ProfileFile.defaultProfileFile();
                file = known != null && known.file.equals(read) ? known.file : read;
            } catch (RuntimeException e) {
                if (known == null) {
                    throw e;
                }
                file = known.file; // half written, perhaps; its next change is looked at again
            }
        }
        last = new Read(file, stamp, now);
        return file;
    }

    private static List<Object> stamp(Path path) {
        List<Object> stamp = new ArrayList<>();
        stamp.add(path); // a system property may say another one by now
        try {
            BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
            stamp.add(file.lastModifiedTime());
            stamp.add(file.size());
        } catch (IOException e) {
            // none, which is a state too
        }
        return stamp;
    }
}
