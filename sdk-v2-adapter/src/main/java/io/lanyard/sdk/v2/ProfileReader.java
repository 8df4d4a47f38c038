// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.chain.Availability;
import io.lanyard.report.SettingSeen;
import io.lanyard.report.SourceDescription;
import io.lanyard.spi.Environment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.profiles.ProfileFile;

/**
 * Reads and inspects the profile that the builder or the settings name. One thread at a time may call {@link #get}; the
 * other methods are safe for use by any thread.
 */
final class ProfileReader implements Supplier<ProfileInspection> {

    private final Environment environment;
    private final @Nullable String profileName;
    private final @Nullable Supplier<ProfileFile> profileFile;
    private final ProfileFiles defaultFiles;
    private final ContainerSource container;

    /**
     * Creates a reader.
     *
     * @param profileName the builder's profile name; null for that of the settings
     * @param profileFile the builder's profile file; null for the default files
     * @param container the source whose credentials a role may start from
     */
    ProfileReader(
            Environment environment,
            @Nullable String profileName,
            @Nullable Supplier<ProfileFile> profileFile,
            ProfileFiles defaultFiles,
            ContainerSource container) {
        this.environment = environment;
        this.profileName = profileName;
        this.profileFile = profileFile;
        this.defaultFiles = defaultFiles;
        this.container = container;
    }

    @Override
    public ProfileInspection get() {
        ProfileFile file = profileFile == null ? defaultFiles.get() : supplied(profileFile);
        boolean exists = profileFile != null || defaultFiles.exist();
        return new ProfileInspection(file, exists, name(), isNamed(), environment, container::isConfigured);
    }

    private static ProfileFile supplied(Supplier<ProfileFile> supplier) {
        ProfileFile file;
        try {
            file = supplier.get();
        } catch (RuntimeException e) { // its message may quote the file
            throw Sources.unreadable(
                    "the profile file that was given to the builder cannot be read ("
                            + e.getClass().getSimpleName() + ")",
                    "fix the file, or the supplier that was given to profileFile(...)");
        }
        if (file == null) {
            throw Sources.unreadable(
                    "the supplier that was given to profileFile(...) returned null",
                    "make the supplier return its last good file, or throw, while it has no newer one");
        }
        return file;
    }

    /** Returns the availability of a profile without any file; null where a file may exist. Reads nothing. */
    @Nullable
    Availability withoutFiles() {
        if (profileFile != null || defaultFiles.mayExist()) {
            return null;
        }
        return isNamed()
                ? ProfileDetection.missing(name(), true)
                : Availability.notConfigured("there is no config or credentials file");
    }

    SourceDescription describe() {
        List<SettingSeen> settings = new ArrayList<>();
        for (SdkSetting setting : List.of(SdkSetting.PROFILE, SdkSetting.CREDENTIALS_FILE, SdkSetting.CONFIG_FILE)) {
            settings.add(setting.seen(environment));
        }
        return new SourceDescription(settings, Optional.of("profile " + name()), Optional.empty());
    }

    private boolean isNamed() {
        return profileName != null || SdkSetting.PROFILE.raw(environment) != null;
    }

    private String name() {
        String name = profileName == null ? SdkSetting.PROFILE.raw(environment) : profileName;
        return name == null ? "default" : name;
    }
}
