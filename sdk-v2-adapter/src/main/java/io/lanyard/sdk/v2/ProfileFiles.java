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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileLocation;

/**
 * The shared config and credentials files: read when they are first needed, and again when one of them has changed, has
 * come or has gone. They are looked at once in a second at the most; what has only lost something may be half written,
 * and is believed when the next look finds the same.
 */
final class ProfileFiles implements Supplier<ProfileFile> {

    private static final long LOOK_EVERY_NANOS = 1_000_000_000;

    private final Environment environment;
    private final Clock clock;

    private final ReentrantLock looking = new ReentrantLock();
    private volatile @Nullable Read last;

    /** What was read, of which files, when they were last looked at, and what is not believed yet. */
    private record Read(
            ProfileFile file,
            List<Object> stamp,
            long lookedAt,
            @Nullable ProfileFile doubted) {}

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
        if (known != null && now - known.lookedAt < LOOK_EVERY_NANOS) {
            return known.file;
        }
        if (known == null) {
            looking.lock();
        } else if (!looking.tryLock()) {
            return known.file; // another caller is looking
        }
        try {
            known = last;
            return known != null && now - known.lookedAt < LOOK_EVERY_NANOS ? known.file : look(known, now);
        } finally {
            looking.unlock();
        }
    }

    private ProfileFile look(@Nullable Read known, long now) {
        List<Object> stamp = List.of(
                stamp(ProfileFileLocation.credentialsFilePath()), stamp(ProfileFileLocation.configurationFilePath()));
        ProfileFile file;
        ProfileFile doubted = null;
        if (known != null && known.stamp.equals(stamp) && known.doubted == null) {
            file = known.file;
        } else {
            try {
                file = ProfileFile.defaultProfileFile();
                if (known != null && known.file.equals(file)) {
                    file = known.file;
                } else if (known != null && hasOnlyLost(known.file, file) && !file.equals(known.doubted)) {
                    doubted = file;
                    file = known.file;
                }
            } catch (RuntimeException e) {
                if (known == null) {
                    throw e;
                }
                file = known.file; // half written, perhaps; its next change is looked at again
            }
        }
        last = new Read(file, stamp, now, doubted);
        return file;
    }

    private static boolean hasOnlyLost(ProfileFile before, ProfileFile after) {
        Set<String> had = names(before);
        Set<String> has = names(after);
        return had.size() > has.size() && had.containsAll(has);
    }

    private static Set<String> names(ProfileFile file) {
        Set<String> names = new HashSet<>();
        file.profiles().forEach((profile, content) -> {
            names.add(profile);
            content.properties().keySet().forEach(property -> names.add(profile + " " + property));
        });
        return names;
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
