// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.awspring.cloud.autoconfigure.core.AwsConnectionDetails;
import io.awspring.cloud.autoconfigure.core.CredentialsProperties;
import io.awspring.cloud.autoconfigure.core.Profile;
import io.awspring.cloud.autoconfigure.core.StsProperties;
import io.lanyard.CredentialsListener;
import io.lanyard.chain.ChainSource;
import io.lanyard.chain.SourceName;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsWebIdentityTokenFileCredentialsProvider;

/**
 * Makes the explicit settings of Spring Cloud AWS the chain's first source: a service connection, and under {@code
 * spring.cloud.aws.credentials} static keys, instance profile, profile and STS, in the order of Spring Cloud AWS.
 *
 * <p>Without such a setting the chain has no such source. A web identity that only the environment sets, which Spring
 * Cloud AWS would use, is left to the chain's own source. Lanyard caches and refreshes loaded credentials, such as those
 * of STS, as the chain's own.
 */
final class SpringCloudAwsCredentials implements CredentialsProviderCustomizer {

    static final String REGION = "spring.cloud.aws.region.static";

    private static final Log LOG = LogFactory.getLog(SpringCloudAwsCredentials.class);

    private static final String STS_CLIENT = "software.amazon.awssdk.services.sts.StsClient";

    /** Less than 5 min: instance metadata renews credentials so long before an expiration that the SDK may not report. */
    private static final Duration INSTANCE_RECHECK = Duration.ofMinutes(4);

    private final CredentialsProperties credentials;
    private final AwsRegionProvider regionProvider;
    private final @Nullable AwsConnectionDetails connection;
    private final @Nullable String region;
    private final Supplier<@Nullable CredentialsListener> listener;

    SpringCloudAwsCredentials(
            CredentialsProperties credentials,
            AwsRegionProvider regionProvider,
            @Nullable AwsConnectionDetails connection,
            @Nullable String region,
            Supplier<@Nullable CredentialsListener> listener) {
        this.credentials = credentials;
        this.regionProvider = regionProvider;
        this.connection = connection;
        this.region = region;
        this.listener = listener;
    }

    @Override
    public void customize(LanyardDefaultCredentialsProvider.Builder builder) {
        if (StringUtils.hasText(region)) {
            builder.region(Region.of(region));
        }
        AwsCredentialsProvider keys = staticKeys();
        if (keys != null) {
            insert(builder, () -> LanyardDefaultCredentialsProvider.source(keys));
            return;
        }
        List<Supplier<AwsCredentialsProvider>> loading = loadingProviders();
        if (!loading.isEmpty()) {
            Supplier<AwsCredentialsProvider> factory = loading.size() == 1 ? loading.get(0) : () -> inOrder(loading);
            RefreshPolicy policy = policy();
            CredentialsListener receiver = listener.get();
            insert(builder, () -> LanyardDefaultCredentialsProvider.refreshedSource(factory, policy, receiver));
        }
    }

    /** Inserts the source; a new one for each chain, because {@code forget()} builds the chain anew. */
    private static void insert(
            LanyardDefaultCredentialsProvider.Builder builder, Supplier<ChainSource<AwsCredentialsIdentity>> source) {
        builder.chain(
                chain -> chain.before(SourceName.SYSTEM_PROPERTIES, LanyardProperties.SPRING_CLOUD_AWS, source.get()));
    }

    private @Nullable AwsCredentialsProvider staticKeys() {
        AwsCredentialsProvider keys =
                connection == null ? null : staticKeys(connection.getAccessKey(), connection.getSecretKey());
        return keys != null ? keys : staticKeys(credentials.getAccessKey(), credentials.getSecretKey());
    }

    private static @Nullable AwsCredentialsProvider staticKeys(@Nullable String accessKey, @Nullable String secretKey) {
        return StringUtils.hasText(accessKey) && StringUtils.hasText(secretKey)
                ? StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey))
                : null;
    }

    private List<Supplier<AwsCredentialsProvider>> loadingProviders() {
        List<Supplier<AwsCredentialsProvider>> providers = new ArrayList<>();
        if (credentials.isInstanceProfile()) {
            providers.add(InstanceProfileCredentialsProvider::create);
        }
        Profile profile = credentials.getProfile();
        if (profile != null && profile.getName() != null) {
            providers.add(() -> profileProvider(profile));
        }
        StsProperties sts = credentials.getSts();
        if (sts != null && isExplicit(sts)) {
            if (ClassUtils.isPresent(STS_CLIENT, SpringCloudAwsCredentials.class.getClassLoader())) {
                providers.add(() -> Sts.provider(sts, regionProvider));
            } else {
                LOG.warn(
                        "spring.cloud.aws.credentials.sts is set, but the AWS SDK's module sts is not on the class path;"
                                + " Lanyard ignores the setting. Remedy: add the dependency software.amazon.awssdk:sts");
            }
        }
        return providers;
    }

    /** Returns whether there is a token file, and the properties set it, its role or its session name. */
    private static boolean isExplicit(StsProperties sts) {
        boolean file = StringUtils.hasText(sts.getWebIdentityTokenFile());
        boolean role = StringUtils.hasText(sts.getRoleArn()) || StringUtils.hasText(sts.getRoleSessionName());
        return file
                || (role
                        && SdkSystemSetting.AWS_WEB_IDENTITY_TOKEN_FILE
                                .getStringValue()
                                .isPresent());
    }

    /** Returns the policy of the chain's own sources: only instance metadata returns expired credentials on purpose. */
    private RefreshPolicy policy() {
        RefreshPolicy.Builder policy = RefreshPolicy.builder();
        return credentials.isInstanceProfile()
                ? policy.expiredCredentials(ExpiredCredentials.ACCEPT)
                        .recheckInterval(INSTANCE_RECHECK)
                        .build()
                : policy.expiredCredentials(ExpiredCredentials.FAIL).build();
    }

    private static AwsCredentialsProvider inOrder(List<Supplier<AwsCredentialsProvider>> providers) {
        return AwsCredentialsProviderChain.builder()
                .credentialsProviders(providers.stream().map(Supplier::get).toArray(AwsCredentialsProvider[]::new))
                .build();
    }

    /** Reads the profile file at each call, so that a load uses its current content. */
    private static AwsCredentialsProvider profileProvider(Profile profile) {
        String path = profile.getPath();
        return ProfileCredentialsProvider.builder()
                .profileName(profile.getName())
                .profileFile(
                        path == null
                                ? ProfileFile.defaultProfileFile()
                                : ProfileFile.builder()
                                        .type(ProfileFile.Type.CREDENTIALS)
                                        .content(Path.of(path))
                                        .build())
                .build();
    }

    /** A class of its own, because the SDK's module {@code sts} is optional. */
    private static final class Sts {

        /** Returns a provider that closes its client after each load, as Spring Cloud AWS does not. */
        static AwsCredentialsProvider provider(StsProperties properties, AwsRegionProvider regionProvider) {
            return () -> {
                StsWebIdentityTokenFileCredentialsProvider.Builder builder =
                        StsWebIdentityTokenFileCredentialsProvider.builder();
                if (StringUtils.hasText(properties.getRoleArn())) {
                    builder.roleArn(properties.getRoleArn());
                }
                if (StringUtils.hasText(properties.getWebIdentityTokenFile())) {
                    builder.webIdentityTokenFile(Path.of(properties.getWebIdentityTokenFile()));
                }
                if (StringUtils.hasText(properties.getRoleSessionName())) {
                    builder.roleSessionName(properties.getRoleSessionName());
                }
                try (StsClient client = StsClient.builder()
                                .credentialsProvider(AnonymousCredentialsProvider.create())
                                .region(regionProvider.getRegion())
                                .build();
                        StsWebIdentityTokenFileCredentialsProvider provider =
                                builder.stsClient(client).build()) {
                    return provider.resolveCredentials();
                }
            };
        }
    }
}
