// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.awspring.cloud.autoconfigure.core.AwsConnectionDetails;
import io.awspring.cloud.autoconfigure.core.CredentialsProperties;
import io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration;
import io.lanyard.chain.Slot;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The credentials that Spring Cloud AWS would use, as the chain's first source: static keys, instance profile, profile,
 * STS, a service connection. Only where it would fall back on the AWS SDK's default chain, Lanyard's takes that place.
 */
final class SpringCloudAwsCredentials implements CredentialsProviderCustomizer, SdkAutoCloseable {

    static final String REGION = "spring.cloud.aws.region.static";

    private final CredentialsProperties credentials;
    private final AwsRegionProvider regionProvider;
    private final @Nullable AwsConnectionDetails connection;
    private final @Nullable String region;
    private @Nullable AwsCredentialsProvider theirs;

    SpringCloudAwsCredentials(
            CredentialsProperties credentials,
            AwsRegionProvider regionProvider,
            @Nullable AwsConnectionDetails connection,
            @Nullable String region) {
        this.credentials = credentials;
        this.regionProvider = regionProvider;
        this.connection = connection;
        this.region = region;
    }

    @Override
    public void customize(LanyardDefaultCredentialsProvider.Builder builder) {
        if (StringUtils.hasText(region)) {
            builder.region(Region.of(region));
        }
        AwsCredentialsProvider chosen =
                CredentialsProviderAutoConfiguration.createCredentialsProvider(credentials, regionProvider, connection);
        if (!(chosen instanceof DefaultCredentialsProvider)) {
            theirs = chosen;
            builder.chain(chain -> chain.before(
                    Slot.SYSTEM_PROPERTIES,
                    LanyardProperties.SPRING_CLOUD_AWS,
                    LanyardDefaultCredentialsProvider.link(chosen)));
        }
    }

    @Override
    public void close() {
        if (theirs instanceof SdkAutoCloseable closeable) {
            closeable.close();
        }
    }
}
