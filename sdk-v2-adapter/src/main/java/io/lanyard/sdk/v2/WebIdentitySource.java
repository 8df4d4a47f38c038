// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsListener;
import io.lanyard.chain.Availability;
import io.lanyard.internal.BoundedFileReader;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.report.SourceDescription;
import io.lanyard.report.TokenClaims;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.regions.Region;

/** A role assumed with a web identity token: IAM roles for service accounts (IRSA). */
final class WebIdentitySource extends RefreshedSource {

    /** How the endpoint of each such source begins, in failures. */
    static final String STS = "AWS STS";

    private static final int TOKEN_LIMIT = 64 * 1024;

    private final Environment environment;
    private final @Nullable Region region;
    private final Threads threads;

    /** The same for all sessions of this process, as with the SDK's own provider. */
    private final String sessionName;

    private volatile boolean mayBeWithdrawn;

    private @Nullable BoundedFileReader files; // guarded by this

    WebIdentitySource(
            Environment environment, @Nullable Region region, Threads threads, @Nullable CredentialsListener listener) {
        super(
                RefreshPolicy.builder()
                        .expiredCredentials(ExpiredCredentials.FAIL)
                        .build(),
                threads,
                true,
                listener);
        this.environment = environment;
        this.region = region;
        this.threads = threads;
        this.sessionName = "aws-sdk-java-" + Clock.system().epochMillis();
    }

    @Override
    String endpoint() {
        return STS + " for " + SdkSetting.ROLE_ARN.value(environment);
    }

    @Override
    Optional<TokenClaims> token() {
        return describe().token();
    }

    @Override
    AwsCredentialsProvider newProvider() {
        String role = Objects.requireNonNull(SdkSetting.ROLE_ARN.value(environment));
        String file = Objects.requireNonNull(SdkSetting.WEB_IDENTITY_TOKEN_FILE.value(environment));
        String session = SdkSetting.ROLE_SESSION_NAME.value(environment);
        if (session == null) {
            session = sessionName;
        }
        return region != null
                ? Sts.webIdentity(region, role, session, Path.of(file))
                : WebIdentityTokenFileCredentialsProvider.builder()
                        .roleArn(role)
                        .roleSessionName(session)
                        .webIdentityTokenFile(Path.of(file))
                        .build();
    }

    @Override
    public Availability availability() {
        boolean role = SdkSetting.ROLE_ARN.isSet(environment);
        boolean file = SdkSetting.WEB_IDENTITY_TOKEN_FILE.isSet(environment);
        if (!role && !file) {
            return Availability.notConfigured("");
        }
        if (!role || !file) {
            String set = (role ? SdkSetting.ROLE_ARN : SdkSetting.WEB_IDENTITY_TOKEN_FILE).variable();
            String missing = (role ? SdkSetting.WEB_IDENTITY_TOKEN_FILE : SdkSetting.ROLE_ARN).variable();
            return Availability.incomplete(
                    set + " is set and " + missing + " is not", "set " + missing + " too, or unset " + set);
        }
        mayBeWithdrawn = SdkSetting.ROLE_ARN.isProperty(environment)
                || SdkSetting.WEB_IDENTITY_TOKEN_FILE.isProperty(environment);
        return Sts.isPresent()
                ? Availability.configured()
                : Availability.incomplete(
                        SdkSetting.ROLE_ARN.variable() + " and " + SdkSetting.WEB_IDENTITY_TOKEN_FILE.variable()
                                + " are set, and the SDK's module that uses them is not on the class path",
                        "add the dependency " + Sts.MODULE);
    }

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        if (isWithdrawn()) {
            throw withdrawn();
        }
        return super.resolve();
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        return isWithdrawn() ? CompletableFuture.failedFuture(withdrawn()) : super.resolveAsync();
    }

    @Override
    public SourceDescription describe() {
        String file = SdkSetting.WEB_IDENTITY_TOKEN_FILE.value(environment);
        Optional<TokenClaims> token = Optional.empty();
        Optional<String> problem = Optional.empty();
        if (file != null) {
            try {
                token = TokenClaims.decode(new String(files().read(file, TOKEN_LIMIT), StandardCharsets.US_ASCII));
            } catch (IOException e) {
                problem = Optional.of("the token file " + file + " " + BoundedFileReader.reason(e));
            }
        }
        return new SourceDescription(
                List.of(
                        SdkSetting.ROLE_ARN.seen(environment),
                        SdkSetting.WEB_IDENTITY_TOKEN_FILE.seen(environment),
                        SdkSetting.ROLE_SESSION_NAME.seen(environment)),
                Optional.ofNullable(SdkSetting.ROLE_ARN.value(environment)).map(role -> STS + " for " + role),
                token,
                problem);
    }

    /** Returns whether the settings were removed. Only system properties can be. */
    private boolean isWithdrawn() {
        return mayBeWithdrawn
                && (!SdkSetting.ROLE_ARN.isSet(environment) || !SdkSetting.WEB_IDENTITY_TOKEN_FILE.isSet(environment));
    }

    /** Returns the failure of removed settings, and stops refreshing, because the chain uses another source from now on. */
    private RuntimeException withdrawn() {
        close();
        return Sources.notConfigured(SdkSetting.ROLE_ARN.variable() + " and "
                + SdkSetting.WEB_IDENTITY_TOKEN_FILE.variable() + " are no longer both set");
    }

    /** Returns the one reader, because it remembers a read that hangs. */
    private synchronized BoundedFileReader files() {
        BoundedFileReader known = files;
        if (known == null) {
            known = new BoundedFileReader(environment, threads.scheduler());
            files = known;
        }
        return known;
    }
}
