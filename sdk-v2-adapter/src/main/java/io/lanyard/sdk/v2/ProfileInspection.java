// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.chain.Availability;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.spi.Environment;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileProperty;

/**
 * One profile as the files have it: its availability, and the content that it depends on. That is the profile itself, the
 * profiles that it reaches through {@code source_profile}, and its {@code sso-session}. Two inspections with the same
 * content lead to the same credentials, whatever else is in the files.
 *
 * <p>Immutable. Contains secrets, which {@code toString} omits.
 */
final class ProfileInspection {

    /** Credentials without expiration, keys for example, are valid until the files change. */
    private static final RefreshPolicy POLICY = RefreshPolicy.builder()
            .expiredCredentials(ExpiredCredentials.FAIL)
            .recheckInterval(Duration.ofDays(3650))
            .build();

    private static final RefreshPolicy UNKNOWN_EXPIRATION_POLICY = POLICY.toBuilder()
            .recheckInterval(RefreshedSource.UNKNOWN_EXPIRATION)
            .build();

    private final ProfileFile file;
    private final boolean exists;
    private final String name;
    private final boolean named;
    private final ProfileDetection detection;
    private final Availability availability;

    /**
     * Inspects a profile.
     *
     * @param file the content of the files
     * @param exists whether there is a file at all
     * @param name the name of the profile
     * @param named whether the name was set, so that a missing profile is a mistake
     * @param environment contains the settings that a {@code credential_source} needs
     * @param container whether container credentials are configured
     */
    ProfileInspection(
            ProfileFile file,
            boolean exists,
            String name,
            boolean named,
            Environment environment,
            BooleanSupplier container) {
        this.file = file;
        this.exists = exists;
        this.name = name;
        this.named = named;
        this.detection = new ProfileDetection(file, environment, container);
        this.availability = detection.detect(name, named);
    }

    ProfileFile file() {
        return file;
    }

    String name() {
        return name;
    }

    Availability availability() {
        return availability;
    }

    /** Returns the availability before it is confirmed: what the files lack may be missing only while they are written. */
    Availability unconfirmedAvailability() {
        return lacksContent()
                ? new Availability(availability.state(), availability.reason(), availability.remedy(), true)
                : availability;
    }

    boolean isConfigured() {
        return availability.isConfigured();
    }

    /** Returns whether something is missing in the files, rather than in the environment or on the class path. */
    boolean lacksContent() {
        return !isConfigured() && !detection.dependsOnSettings();
    }

    /** Returns whether there is a file and no profile in any, as while a file is rewritten. */
    boolean isEmpty() {
        return exists && file.profiles().isEmpty();
    }

    /** Returns whether there is a file at all. */
    boolean exists() {
        return exists;
    }

    /** Returns whether the first role is assumed with the container's credentials. */
    boolean usesContainer() {
        return detection.usesContainer();
    }

    /** Returns the properties of the profiles whose roles are assumed; the last one is assumed first. */
    List<Map<String, String>> roles() {
        return detection.roles();
    }

    /** Returns whether the other one leads to the same credentials. */
    boolean isSameAs(ProfileInspection other) {
        return name.equals(other.name)
                && named == other.named
                && availability.equals(other.availability)
                && detection.content().equals(other.detection.content());
    }

    /** Returns whether sections or properties are missing and none is new, as in a file that is not fully written. */
    boolean hasOnlyLostContentOf(ProfileInspection before) {
        Set<String> namesBefore = before.names();
        Set<String> names = names();
        return name.equals(before.name) && namesBefore.size() > names.size() && namesBefore.containsAll(names);
    }

    private Set<String> names() {
        Set<String> names = new HashSet<>();
        detection.content().forEach((section, properties) -> {
            names.add(section);
            properties.keySet().forEach(property -> names.add(section + " " + property));
        });
        return names;
    }

    /** Returns when the credentials are refreshed. */
    RefreshPolicy policy() {
        return ProfileDetection.isSso(properties()) || isProcess() ? UNKNOWN_EXPIRATION_POLICY : POLICY;
    }

    /** Returns whether a process provides the credentials. The SDK drops their expiration if they have no session token. */
    boolean isProcess() {
        Map<String, String> properties = properties();
        return properties.containsKey(ProfileProperty.CREDENTIAL_PROCESS)
                && !properties.containsKey(ProfileProperty.ROLE_ARN)
                && !ProfileDetection.isSso(properties);
    }

    private Map<String, String> properties() {
        return file.profile(name).map(Profile::properties).orElse(Map.of());
    }

    @Override
    public String toString() {
        return "ProfileInspection(" + name + ")";
    }
}
