// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.chain.Availability;
import io.lanyard.internal.text.ForeignText;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.spi.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileProperty;

/**
 * What one profile of a file says: where its credentials come from, whether anything is missing, and the content that it
 * depends on.
 *
 * <p>That content is the profile itself, the profiles that it reaches through {@code source_profile}, and its {@code
 * sso-session}. Two inspections with the same content lead to the same credentials, whatever else is in the files.
 *
 * <p>Immutable. Holds secrets and has no text form.
 */
final class ProfileInspection {

    private static final String SSO_SESSION = "sso_session";
    private static final String LOGIN_SESSION = "login_session";

    private static final String ENVIRONMENT = "Environment";
    private static final String CONTAINER = "EcsContainer";
    private static final String INSTANCE_METADATA = "Ec2InstanceMetadata";

    /** The SDK treats a profile with any of these as an SSO profile. */
    private static final Set<String> SSO = Set.of(
            SSO_SESSION,
            ProfileProperty.SSO_ACCOUNT_ID,
            ProfileProperty.SSO_ROLE_NAME,
            ProfileProperty.SSO_REGION,
            ProfileProperty.SSO_START_URL);

    private static final Set<String> KEYS = Set.of(
            ProfileProperty.AWS_ACCESS_KEY_ID,
            ProfileProperty.AWS_SECRET_ACCESS_KEY,
            ProfileProperty.AWS_SESSION_TOKEN);

    /** Credentials without expiration, keys for example, are good until the files change. */
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
    private final Environment environment;
    private final BooleanSupplier container;

    private final Map<String, Map<String, String>> content = new LinkedHashMap<>();
    private final List<Map<String, String>> roles = new ArrayList<>();
    private boolean usesContainer;
    private boolean dependsOnSettings;
    private final Availability detection;

    /**
     * Inspects a profile.
     *
     * @param file what the files say
     * @param exists whether there is a file at all
     * @param name the profile
     * @param named whether the name was set, so that a missing profile is a mistake
     * @param environment where the settings are that a {@code credential_source} needs
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
        this.environment = environment;
        this.container = container;
        this.detection = file.profile(name)
                .map(profile -> detect(profile, new HashSet<>()))
                .orElseGet(() -> missing(name, named));
    }

    /** The detection for a profile that does not exist. */
    static Availability missing(String name, boolean named) {
        String reason = "there is no profile " + name;
        return named
                ? incomplete(
                        reason, "add it to the config or credentials file, or unset " + SdkSetting.PROFILE.variable())
                : notConfigured(reason);
    }

    ProfileFile file() {
        return file;
    }

    String name() {
        return name;
    }

    Availability detection() {
        return detection;
    }

    /** The detection, if the files may be incomplete only because they are being written. */
    Availability detectionForNow() {
        return detection.isConfigured() || dependsOnSettings
                ? detection
                : new Availability(detection.state(), detection.reason(), detection.remedy(), true);
    }

    boolean isConfigured() {
        return detection.isConfigured();
    }

    /** Whether what is missing is missing in the files, and not in the environment or on the class path. */
    boolean lacksContent() {
        return !isConfigured() && !dependsOnSettings;
    }

    /** Whether there is a file, and no profile in any: it may have been emptied to be written again. */
    boolean isEmpty() {
        return exists && file.profiles().isEmpty();
    }

    /** Whether there is a file at all. */
    boolean exists() {
        return exists;
    }

    /** Whether the credentials begin with those of the container. */
    boolean usesContainer() {
        return usesContainer;
    }

    /** The properties of the profiles whose roles are assumed; the last one is assumed first. */
    List<Map<String, String>> roles() {
        return Collections.unmodifiableList(roles);
    }

    /** Whether the other one leads to the same credentials. */
    boolean isSameAs(ProfileInspection other) {
        return name.equals(other.name)
                && named == other.named
                && detection.equals(other.detection)
                && content.equals(other.content);
    }

    /** Whether sections or properties are missing that were there before, and none is new: the file may be torn. */
    boolean hasOnlyLostOf(ProfileInspection before) {
        Set<String> had = before.names();
        Set<String> has = names();
        return name.equals(before.name) && had.size() > has.size() && had.containsAll(has);
    }

    private Set<String> names() {
        Set<String> names = new HashSet<>();
        content.forEach((section, properties) -> {
            names.add(section);
            properties.keySet().forEach(property -> names.add(section + " " + property));
        });
        return names;
    }

    /** When the credentials are refreshed. */
    RefreshPolicy policy() {
        Map<String, String> properties =
                file.profile(name).map(Profile::properties).orElse(Map.of());
        boolean sso = !Collections.disjoint(properties.keySet(), SSO);
        return sso || isProcess() ? UNKNOWN_EXPIRATION_POLICY : POLICY;
    }

    /** Whether a process gives them. The SDK does not report when its keys without a session token expire. */
    boolean isProcess() {
        Set<String> has =
                file.profile(name).map(Profile::properties).orElse(Map.of()).keySet();
        return has.contains(ProfileProperty.CREDENTIAL_PROCESS)
                && !has.contains(ProfileProperty.ROLE_ARN)
                && Collections.disjoint(has, SSO);
    }

    @Override
    public String toString() {
        return "ProfileInspection(" + name + ")";
    }

    // ---- detection, in the order in which the SDK looks; the SDK rejects contradictions when it is asked

    private Availability detect(Profile profile, Set<String> seen) {
        Map<String, String> properties = profile.properties();
        content.put("profile " + profile.name(), properties);
        Set<String> has = properties.keySet();
        boolean role = has.contains(ProfileProperty.ROLE_ARN);
        if (role && has.contains(ProfileProperty.WEB_IDENTITY_TOKEN_FILE)) {
            return lacking(profile, ProfileProperty.ROLE_ARN, ProfileProperty.WEB_IDENTITY_TOKEN_FILE)
                    .orElseGet(() -> sts(profile));
        }
        if (!Collections.disjoint(has, SSO)) {
            return sso(profile);
        }
        if (role && has.contains(ProfileProperty.CREDENTIAL_SOURCE)) {
            return lacking(profile, ProfileProperty.ROLE_ARN, ProfileProperty.CREDENTIAL_SOURCE)
                    .orElseGet(() -> roleOfCredentialSource(profile));
        }
        if (role && has.contains(ProfileProperty.SOURCE_PROFILE)) {
            return lacking(profile, ProfileProperty.ROLE_ARN, ProfileProperty.SOURCE_PROFILE)
                    .orElseGet(() -> roleOfProfile(profile, seen));
        }
        if (has.contains(LOGIN_SESSION) && sdkKnows("LOGIN_SESSION")) {
            return module(
                    profile,
                    Sources.hasModule(
                            "software.amazon.awssdk.services.signin.auth.LoginProfileCredentialsProviderFactory"),
                    "software.amazon.awssdk:signin");
        }
        if (has.contains(ProfileProperty.CREDENTIAL_PROCESS)) {
            return lacking(profile, ProfileProperty.CREDENTIAL_PROCESS).orElseGet(Availability::configured);
        }
        if (!Collections.disjoint(has, KEYS)) {
            return lacking(profile, ProfileProperty.AWS_ACCESS_KEY_ID, ProfileProperty.AWS_SECRET_ACCESS_KEY)
                    .orElseGet(Availability::configured);
        }
        return role
                ? lacking(profile, ProfileProperty.SOURCE_PROFILE).orElseThrow()
                : notConfigured("the profile " + profile.name() + " has no credentials");
    }

    private Availability roleOfProfile(Profile profile, Set<String> seen) {
        if (!seen.add(profile.name())) {
            return Availability.configured(); // a circle; the SDK names it
        }
        roles.add(profile.properties());
        String source = profile.properties().get(ProfileProperty.SOURCE_PROFILE);
        Availability ofSource = file.profile(source)
                .map(found -> detect(found, seen))
                .orElse(notConfigured("there is no profile " + source));
        return ofSource.isConfigured()
                ? sts(profile)
                : incomplete(
                        "the profile " + profile.name() + " has the source_profile " + source + ", and "
                                + ofSource.reason(),
                        ofSource.remedy().orElse("give the profile " + source + " credentials"));
    }

    private Availability roleOfCredentialSource(Profile profile) {
        if (profile.properties().containsKey(ProfileProperty.SOURCE_PROFILE)) {
            return Availability.configured(); // a contradiction; the SDK names it
        }
        roles.add(profile.properties());
        String source = profile.properties().get(ProfileProperty.CREDENTIAL_SOURCE);
        if (ENVIRONMENT.equalsIgnoreCase(source)) {
            return base(
                    profile,
                    isSetOutright(),
                    SdkSetting.ACCESS_KEY_ID.variable() + " and " + SdkSetting.SECRET_ACCESS_KEY.variable()
                            + " are not both set",
                    "set both");
        }
        if (CONTAINER.equalsIgnoreCase(source)) {
            usesContainer = true;
            return base(
                    profile,
                    container.getAsBoolean(),
                    "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set",
                    "give the task a task role, or the pod a Pod Identity association");
        }
        if (INSTANCE_METADATA.equalsIgnoreCase(source)) {
            return base(
                    profile,
                    !"true".equalsIgnoreCase(SdkSetting.METADATA_DISABLED.value(environment)),
                    SdkSetting.METADATA_DISABLED.variable() + " is true",
                    "unset " + SdkSetting.METADATA_DISABLED.variable());
        }
        return sts(profile); // an unknown source; the SDK names it
    }

    private Availability base(Profile profile, boolean present, String missing, String remedy) {
        if (present) {
            return sts(profile);
        }
        dependsOnSettings = true;
        return incomplete(
                "the profile " + profile.name() + " has the credential_source "
                        + profile.properties().get(ProfileProperty.CREDENTIAL_SOURCE) + ", and " + missing,
                remedy);
    }

    /** Whether the system properties or the variables hold keys, as the SDK reads them. */
    private boolean isSetOutright() {
        boolean properties = isSet(environment.property(SdkSetting.ACCESS_KEY_ID.property()))
                && isSet(environment.property(SdkSetting.SECRET_ACCESS_KEY.property()));
        return properties
                || (isSet(environment.variable(SdkSetting.ACCESS_KEY_ID.variable()))
                        && isSet(environment.variable(SdkSetting.SECRET_ACCESS_KEY.variable())));
    }

    private static boolean isSet(@Nullable String value) {
        return value != null && !value.trim().isEmpty();
    }

    private Availability sso(Profile profile) {
        String session = profile.properties().get(SSO_SESSION);
        Optional<Availability> incomplete = session == null
                ? lacking(
                        profile,
                        ProfileProperty.SSO_ACCOUNT_ID,
                        ProfileProperty.SSO_ROLE_NAME,
                        ProfileProperty.SSO_REGION,
                        ProfileProperty.SSO_START_URL)
                : lacking(profile, ProfileProperty.SSO_ACCOUNT_ID, ProfileProperty.SSO_ROLE_NAME);
        if (incomplete.isPresent()) {
            return incomplete.get();
        }
        if (session != null) {
            Optional<Profile> section = file.getSection("sso-session", session);
            if (section.isEmpty()) {
                return incomplete(
                        "the profile " + profile.name() + " refers to sso-session " + session
                                + ", which does not exist",
                        "add [sso-session " + session + "] to the config file");
            }
            content.put("sso-session " + session, section.get().properties());
        }
        boolean present = Sources.hasModule("software.amazon.awssdk.services.sso.SsoClient")
                && (session == null || Sources.hasModule("software.amazon.awssdk.services.ssooidc.SsoOidcClient"));
        return module(
                profile,
                present,
                session == null
                        ? "software.amazon.awssdk:sso"
                        : "software.amazon.awssdk:sso and software.amazon.awssdk:ssooidc");
    }

    /** Whether this version of the SDK knows the property; older ones ignore it. */
    private static boolean sdkKnows(String property) {
        return Stream.of(ProfileProperty.class.getFields())
                .anyMatch(field -> field.getName().equals(property));
    }

    private Availability sts(Profile profile) {
        return module(profile, Sts.isPresent(), Sts.MODULE);
    }

    private Availability module(Profile profile, boolean present, String dependency) {
        if (present) {
            return Availability.configured();
        }
        dependsOnSettings = true;
        return incomplete(
                "the profile " + profile.name() + " needs a module of the SDK that is not on the class path",
                "add the dependency " + dependency);
    }

    /** Names come from files and settings, so they may hold anything. */
    private static Availability incomplete(String reason, String remedy) {
        return Availability.incomplete(ForeignText.visible(reason), ForeignText.visible(remedy));
    }

    private static Availability notConfigured(String reason) {
        return Availability.notConfigured(ForeignText.visible(reason));
    }

    /** The first of the properties that is missing or blank. */
    private static Optional<Availability> lacking(Profile profile, String... properties) {
        return Stream.of(properties)
                .filter(property ->
                        profile.properties().getOrDefault(property, "").isBlank())
                .findFirst()
                .map(property -> incomplete(
                        "the profile " + profile.name() + " has no " + property,
                        "add " + property + " to the profile " + profile.name()));
    }
}
