// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.Clock;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.profiles.ProfileProperty;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;

/**
 * Uses the SDK's module {@code sts}, which is optional: other methods of this class may be called only if {@link
 * #isPresent()} returns true.
 */
final class Sts {

    /** The dependency to add where it is missing. */
    static final String MODULE = "software.amazon.awssdk:sts";

    /** For the ARN in a report. */
    private static final Duration ARN_TIMEOUT = Duration.ofSeconds(10);

    private Sts() {}

    static boolean isPresent() {
        return Sources.hasModule("software.amazon.awssdk.services.sts.StsClient");
    }

    /** Returns a role assumed with a web identity token at the STS of a region; each call makes a request. */
    static AwsCredentialsProvider webIdentity(Region region, String role, String session, Path tokenFile) {
        return () -> {
            try (StsClient sts = StsClient.builder()
                            .region(region)
                            .credentialsProvider(AnonymousCredentialsProvider.create())
                            .build();
                    StsWebIdentityTokenFileCredentialsProvider provider =
                            StsWebIdentityTokenFileCredentialsProvider.builder()
                                    .stsClient(sts)
                                    .roleArn(role)
                                    .roleSessionName(session)
                                    .webIdentityTokenFile(tokenFile)
                                    .build()) {
                return provider.resolveCredentials();
            }
        };
    }

    /**
     * Returns a role of a profile, assumed with the credentials of another provider, at the STS that the SDK would use: of
     * the profile's region, else of the default region, else the global one. Each call makes a request.
     */
    static AwsCredentialsProvider assumedRole(AwsCredentialsProvider source, Map<String, String> profile) {
        return () -> {
            String session = profile.get(ProfileProperty.ROLE_SESSION_NAME);
            String region = profile.get(ProfileProperty.REGION);
            StsClientBuilder builder = StsClient.builder()
                    .credentialsProvider(StaticCredentialsProvider.create(source.resolveCredentials()));
            setRegion(builder, region == null ? null : Region.of(region));
            try (StsClient sts = builder.build();
                    StsAssumeRoleCredentialsProvider provider = StsAssumeRoleCredentialsProvider.builder()
                            .stsClient(sts)
                            .refreshRequest(request -> request.roleArn(profile.get(ProfileProperty.ROLE_ARN))
                                    .externalId(profile.get(ProfileProperty.EXTERNAL_ID))
                                    .roleSessionName(
                                            session == null
                                                    ? "aws-sdk-java-"
                                                            + Clock.system().epochMillis()
                                                    : session))
                            .build()) {
                return provider.resolveCredentials();
            }
        };
    }

    private static void setRegion(StsClientBuilder builder, @Nullable Region region) {
        Region known = region != null ? region : defaultRegion();
        if (known == null) {
            builder.region(Region.US_EAST_1).endpointOverride(URI.create("https://sts.amazonaws.com"));
        } else {
            builder.region(known);
        }
    }

    /** Requests the ARN of an identity from STS, which every identity may do; empty when the request fails. */
    static Optional<String> callerArn(AwsCredentialsIdentity credentials, @Nullable Region region) {
        StsClientBuilder builder = StsClient.builder()
                .credentialsProvider(StaticCredentialsProvider.create(Sources.asAwsCredentials(credentials)))
                .overrideConfiguration(options -> options.apiCallTimeout(ARN_TIMEOUT));
        setRegion(builder, region);
        try (StsClient sts = builder.build()) {
            return Optional.ofNullable(sts.getCallerIdentity().arn());
        } catch (SdkException e) {
            return Optional.empty();
        }
    }

    private static @Nullable Region defaultRegion() {
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion();
        } catch (SdkException e) {
            return null;
        }
    }
}
