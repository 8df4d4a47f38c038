// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.chain.Availability;
import io.lanyard.internal.text.ForeignText;
import io.lanyard.spi.Environment;
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
 * Detects which kind of credentials a profile has and whether anything is missing. Checks the kinds in the AWS SDK's order
 * and follows {@code source_profile}. A contradictory profile counts as configured: the SDK rejects it when it loads the
 * credentials, and says why.
 *
 * <p>Used for one profile, by one thread.
 */
final class ProfileDetection {

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

    private final ProfileFile file;
    private final Environment environment;
    private final BooleanSupplier container;

    private final Map<String, Map<String, String>> content = new LinkedHashMap<>();
    private final List<Map<String, String>> roles = new ArrayList<>();
    private final Set<String> visited = new HashSet<>();
    private boolean usesContainer;
    private boolean dependsOnSettings;

    ProfileDetection(ProfileFile file, Environment environment, BooleanSupplier container) {
        this.file = file;
        this.environment = environment;
        this.container = container;
    }

    /**
     * Detects a profile.
     *
     * @param named whether the name was set, so that a missing profile is a mistake
     */
    Availability detect(String name, boolean named) {
        return file.profile(name).map(this::detect).orElseGet(() -> missing(name, named));
    }

    /** Returns the availability of a profile that does not exist. */
    static Availability missing(String name, boolean named) {
        String reason = "there is no profile " + name;
        return named
                ? incomplete(
                        reason, "add it to the config or credentials file, or unset " + SdkSetting.PROFILE.variable())
                : notConfigured(reason);
    }

    /** Returns the profile and the sections that it depends on, by their titles, with their properties. */
    Map<String, Map<String, String>> content() {
        return content;
    }

    /** Returns the properties of the profiles whose roles are assumed; the last one is assumed first. */
    List<Map<String, String>> roles() {
        return Collections.unmodifiableList(roles);
    }

    /** Returns whether the first role is assumed with the container's credentials. */
    boolean usesContainer() {
        return usesContainer;
    }

    /** Returns whether something is missing outside of the files: in the environment or on the class path. */
    boolean dependsOnSettings() {
        return dependsOnSettings;
    }

    /** Returns whether the SDK treats a profile as an SSO profile. */
    static boolean isSso(Map<String, String> properties) {
        return !Collections.disjoint(properties.keySet(), SSO);
    }

    private Availability detect(Profile profile) {
        Map<String, String> properties = profile.properties();
        content.put("profile " + profile.name(), properties);
        Set<String> has = properties.keySet();
        boolean role = has.contains(ProfileProperty.ROLE_ARN);
        if (role && has.contains(ProfileProperty.WEB_IDENTITY_TOKEN_FILE)) {
            return lacking(profile, ProfileProperty.ROLE_ARN, ProfileProperty.WEB_IDENTITY_TOKEN_FILE)
                    .orElseGet(() -> sts(profile));
        }
        if (isSso(properties)) {
            return sso(profile);
        }
        if (role && has.contains(ProfileProperty.CREDENTIAL_SOURCE)) {
            return lacking(profile, ProfileProperty.ROLE_ARN, ProfileProperty.CREDENTIAL_SOURCE)
                    .orElseGet(() -> roleOfCredentialSource(profile));
        }
        if (role && has.contains(ProfileProperty.SOURCE_PROFILE)) {
            return lacking(profile, ProfileProperty.ROLE_ARN, ProfileProperty.SOURCE_PROFILE)
                    .orElseGet(() -> roleOfProfile(profile));
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

    private Availability roleOfProfile(Profile profile) {
        if (!visited.add(profile.name())) {
            return Availability.configured(); // a circle; the SDK reports it
        }
        roles.add(profile.properties());
        String source = profile.properties().get(ProfileProperty.SOURCE_PROFILE);
        Availability ofSource =
                file.profile(source).map(this::detect).orElse(notConfigured("there is no profile " + source));
        return ofSource.isConfigured()
                ? sts(profile)
                : incomplete(
                        "the profile " + profile.name() + " has the source_profile " + source + ", and "
                                + ofSource.reason(),
                        ofSource.remedy().orElse("give the profile " + source + " credentials"));
    }

    private Availability roleOfCredentialSource(Profile profile) {
        if (profile.properties().containsKey(ProfileProperty.SOURCE_PROFILE)) {
            return Availability.configured(); // a contradiction; the SDK reports it
        }
        roles.add(profile.properties());
        String source = profile.properties().get(ProfileProperty.CREDENTIAL_SOURCE);
        if (ENVIRONMENT.equalsIgnoreCase(source)) {
            return base(
                    profile,
                    hasStaticKeys(),
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
        return sts(profile); // an unknown source; the SDK reports it
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

    /** Returns whether the system properties or the variables hold static keys, as the SDK reads them. */
    private boolean hasStaticKeys() {
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

    /** Returns whether this version of the SDK knows the property; older ones ignore it. */
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

    /** Makes names visible: they come from files and settings, and may hold control characters. */
    private static Availability incomplete(String reason, String remedy) {
        return Availability.incomplete(ForeignText.visible(reason), ForeignText.visible(remedy));
    }

    private static Availability notConfigured(String reason) {
        return Availability.notConfigured(ForeignText.visible(reason));
    }

    /** Returns the finding for the first of the properties that is missing or blank; empty when none is. */
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
