// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsListener;
import io.lanyard.SettingSeen;
import io.lanyard.SourceDescription;
import io.lanyard.chain.Detection;
import io.lanyard.chain.Link;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.refresh.RefreshStatus;
import io.lanyard.spi.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.profiles.Profile;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileProperty;

/**
 * A profile of the shared config and credentials files: keys, a process, SSO, an assumed role, as the SDK does them. A
 * profile that is changed is read anew.
 */
final class ProfileLink implements Link<AwsCredentialsIdentity> {

    private static final String SSO_SESSION = "sso_session";
    private static final String LOGIN_SESSION = "login_session";

    /** Any of these makes a profile one of SSO, for the SDK. */
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

    /**
     * Nothing is loaded but for a call, because a process or a login may want a person; and what has no end, keys for
     * example, is good until the files change.
     */
    private static final RefreshPolicy POLICY = RefreshPolicy.builder()
            .servePastExpiry(false)
            .recheckInterval(Duration.ofDays(3650))
            .build();

    private static final RefreshPolicy UNTOLD_END_POLICY =
            POLICY.toBuilder().recheckInterval(RefreshedProvider.UNTOLD_END).build();

    private final Environment environment;
    private final @Nullable String givenName;
    private final @Nullable Supplier<ProfileFile> givenFile;
    private final ProfileFiles defaultFiles;
    private final Threads threads;
    private final @Nullable CredentialsListener listener;

    private volatile @Nullable Current current;

    /** The credentials of a profile, as long as its files are what they were. */
    private record Current(ProfileFile file, RefreshedProvider provider) {}

    ProfileLink(
            Environment environment,
            @Nullable String givenName,
            @Nullable Supplier<ProfileFile> givenFile,
            ProfileFiles defaultFiles,
            Threads threads,
            @Nullable CredentialsListener listener) {
        this.environment = environment;
        this.givenName = givenName;
        this.givenFile = givenFile;
        this.defaultFiles = defaultFiles;
        this.threads = threads;
        this.listener = listener;
    }

    @Override
    public Detection detect() {
        if (givenFile == null && !defaultFiles.mayExist()) {
            return givenName == null && SdkSetting.PROFILE.raw(environment) == null
                    ? Detection.notConfigured("there is no config or credentials file")
                    : missing();
        }
        ProfileFile file;
        try {
            file = file();
        } catch (RuntimeException e) {
            return Detection.incomplete(
                    "the config or credentials file cannot be read: " + e.getMessage(), "mend it, or remove it");
        }
        return detect(file);
    }

    private Detection detect(ProfileFile file) {
        Optional<Profile> profile = file.profile(name());
        if (profile.isEmpty()) {
            return givenName == null && SdkSetting.PROFILE.raw(environment) == null
                    ? Detection.notConfigured("there is no profile " + name())
                    : missing();
        }
        return detect(file, profile.get(), new HashSet<>());
    }

    private Detection missing() {
        return Detection.incomplete(
                "there is no profile " + name(),
                "add it to the config or credentials file, or unset " + SdkSetting.PROFILE.variable());
    }

    /** In the order in which the SDK looks; what is a contradiction is the SDK's to refuse. */
    private static Detection detect(ProfileFile file, Profile profile, Set<String> roles) {
        Set<String> has = profile.properties().keySet();
        boolean role = has.contains(ProfileProperty.ROLE_ARN);
        if (role && has.contains(ProfileProperty.WEB_IDENTITY_TOKEN_FILE)) {
            return complete(profile, ProfileProperty.ROLE_ARN, ProfileProperty.WEB_IDENTITY_TOKEN_FILE)
                    .orElseGet(() -> sts(profile));
        }
        if (!Collections.disjoint(has, SSO)) {
            return sso(file, profile);
        }
        if (role && has.contains(ProfileProperty.CREDENTIAL_SOURCE)) {
            return complete(profile, ProfileProperty.ROLE_ARN, ProfileProperty.CREDENTIAL_SOURCE)
                    .orElseGet(() -> sts(profile));
        }
        if (role && has.contains(ProfileProperty.SOURCE_PROFILE)) {
            return complete(profile, ProfileProperty.ROLE_ARN, ProfileProperty.SOURCE_PROFILE)
                    .orElseGet(() -> role(file, profile, roles));
        }
        if (has.contains(LOGIN_SESSION) && sdkKnows("LOGIN_SESSION")) {
            return module(
                    profile,
                    Links.hasModule(
                            "software.amazon.awssdk.services.signin.auth.LoginProfileCredentialsProviderFactory"),
                    "software.amazon.awssdk:signin");
        }
        if (has.contains(ProfileProperty.CREDENTIAL_PROCESS)) {
            return complete(profile, ProfileProperty.CREDENTIAL_PROCESS).orElseGet(Detection::configured);
        }
        if (!Collections.disjoint(has, KEYS)) {
            return complete(profile, ProfileProperty.AWS_ACCESS_KEY_ID, ProfileProperty.AWS_SECRET_ACCESS_KEY)
                    .orElseGet(Detection::configured);
        }
        return role
                ? complete(profile, ProfileProperty.SOURCE_PROFILE).orElseThrow()
                : Detection.notConfigured("the profile " + profile.name() + " has no credentials");
    }

    private static Detection role(ProfileFile file, Profile profile, Set<String> roles) {
        if (!roles.add(profile.name())) {
            return Detection.configured(); // a circle, which the SDK refuses by name
        }
        String source = profile.properties().get(ProfileProperty.SOURCE_PROFILE);
        Detection ofSource = file.profile(source)
                .map(found -> detect(file, found, roles))
                .orElse(Detection.notConfigured("there is no profile " + source));
        return ofSource.isConfigured()
                ? sts(profile)
                : Detection.incomplete(
                        "the profile " + profile.name() + " has the source_profile " + source + ", and "
                                + ofSource.reason(),
                        ofSource.remedy().orElse("give the profile " + source + " credentials"));
    }

    private static Detection sso(ProfileFile file, Profile profile) {
        String session = profile.properties().get(SSO_SESSION);
        Optional<Detection> incomplete = session == null
                ? complete(
                        profile,
                        ProfileProperty.SSO_ACCOUNT_ID,
                        ProfileProperty.SSO_ROLE_NAME,
                        ProfileProperty.SSO_REGION,
                        ProfileProperty.SSO_START_URL)
                : complete(profile, ProfileProperty.SSO_ACCOUNT_ID, ProfileProperty.SSO_ROLE_NAME);
        if (incomplete.isPresent()) {
            return incomplete.get();
        }
        if (session != null && file.getSection("sso-session", session).isEmpty()) {
            return Detection.incomplete(
                    "the profile " + profile.name() + " names the sso-session " + session + ", which there is not",
                    "add [sso-session " + session + "] to the config file");
        }
        boolean present = Links.hasModule("software.amazon.awssdk.services.sso.SsoClient")
                && (session == null || Links.hasModule("software.amazon.awssdk.services.ssooidc.SsoOidcClient"));
        return module(
                profile,
                present,
                session == null
                        ? "software.amazon.awssdk:sso"
                        : "software.amazon.awssdk:sso and software.amazon.awssdk:ssooidc");
    }

    /** Whether the SDK that there is goes by a property; one that does not goes on to the others. */
    private static boolean sdkKnows(String property) {
        return Stream.of(ProfileProperty.class.getFields())
                .anyMatch(field -> field.getName().equals(property));
    }

    private static Detection sts(Profile profile) {
        return module(profile, Sts.isPresent(), Sts.MODULE);
    }

    private static Detection module(Profile profile, boolean present, String dependency) {
        return present
                ? Detection.configured()
                : Detection.incomplete(
                        "the profile " + profile.name() + " needs a module of the SDK that is not on the class path",
                        "add the dependency " + dependency);
    }

    /** What a profile lacks of those; a property that is set to nothing is lacking. */
    private static Optional<Detection> complete(Profile profile, String... properties) {
        return Stream.of(properties)
                .filter(property ->
                        profile.properties().getOrDefault(property, "").isBlank())
                .findFirst()
                .map(property -> Detection.incomplete(
                        "the profile " + profile.name() + " has no " + property,
                        "add " + property + " to the profile " + profile.name()));
    }

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        return current().provider.get();
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        try {
            return current().provider.getAsync();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public AwsCredentialsIdentity probe() {
        return provider(file(), name()).ask();
    }

    @Override
    public SourceDescription describe() {
        List<SettingSeen> settings = new ArrayList<>();
        for (SdkSetting setting : List.of(SdkSetting.PROFILE, SdkSetting.CREDENTIALS_FILE, SdkSetting.CONFIG_FILE)) {
            settings.add(setting.seen(environment));
        }
        return new SourceDescription(settings, Optional.of("profile " + name()), Optional.empty());
    }

    @Override
    public @Nullable AwsCredentialsIdentity held() {
        Current known = current;
        return known == null ? null : known.provider.held();
    }

    @Override
    public @Nullable RefreshStatus status() {
        Current known = current;
        return known == null ? null : known.provider.status();
    }

    @Override
    public void invalidate(String accessKeyId) {
        ifCurrent(provider -> provider.invalidate(accessKeyId));
    }

    @Override
    public void close() {
        ifCurrent(RefreshedProvider::close);
    }

    private void ifCurrent(Consumer<RefreshedProvider> action) {
        Current known = current;
        if (known != null) {
            action.accept(known.provider);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the same object is the same content; comparing it would cost
    private Current current() {
        ProfileFile file;
        try {
            file = file();
        } catch (RuntimeException e) {
            throw Links.notConfigured("the config or credentials file cannot be read: " + e.getMessage());
        }
        Current known = current;
        return known != null && known.file == file ? known : renewed(file);
    }

    @SuppressWarnings("ReferenceEquality") // as above
    private synchronized Current renewed(ProfileFile file) {
        Current known = current;
        if (known != null && known.file == file) {
            return known;
        }
        Detection detection = detect(file);
        if (!detection.isConfigured()) {
            current = null;
            throw Links.notConfigured(detection.reason());
        }
        if (known != null) {
            known.provider.close();
        }
        String name = name();
        Current now = new Current(file, provider(file, name));
        current = now;
        return now;
    }

    @SuppressWarnings("UnnecessaryMethodReference") // it has no close(), which what it refers to has
    private RefreshedProvider provider(ProfileFile file, String name) {
        Supplier<AwsCredentialsProvider> anew = () -> ProfileCredentialsProvider.builder()
                .profileFile(file)
                .profileName(name)
                .build();
        if (!isProcess(file, name)) {
            return new RefreshedProvider(anew, policy(file, name), threads, false, listener);
        }
        // kept, for it alone knows when the process is to be run again
        AwsCredentialsProvider kept = anew.get();
        return new RefreshedProvider(() -> kept::resolveCredentials, policy(file, name), threads, false, listener);
    }

    static RefreshPolicy policy(ProfileFile file, String name) {
        boolean sso = file.profile(name)
                .filter(profile -> !Collections.disjoint(profile.properties().keySet(), SSO))
                .isPresent();
        return sso || isProcess(file, name) ? UNTOLD_END_POLICY : POLICY;
    }

    /** Of a process's keys without a session token the SDK does not tell the end either. */
    private static boolean isProcess(ProfileFile file, String name) {
        Set<String> has =
                file.profile(name).map(Profile::properties).orElse(Map.of()).keySet();
        return has.contains(ProfileProperty.CREDENTIAL_PROCESS)
                && !has.contains(ProfileProperty.ROLE_ARN)
                && Collections.disjoint(has, SSO);
    }

    private ProfileFile file() {
        return givenFile == null ? defaultFiles.get() : Objects.requireNonNull(givenFile.get(), "profileFile");
    }

    private String name() {
        String set = givenName == null ? SdkSetting.PROFILE.raw(environment) : givenName;
        return set == null ? "default" : set;
    }
}
