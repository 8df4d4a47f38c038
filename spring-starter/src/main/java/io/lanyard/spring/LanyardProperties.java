// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.chain.OnFailure;
import io.lanyard.chain.Slot;
import io.lanyard.container.ContainerCredentialsSource;
import io.lanyard.container.ExpiredCredentials;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.StringUtils;
import software.amazon.awssdk.regions.Region;

/**
 * What can be set of the application's AWS credentials. None holds a secret.
 *
 * @param enabled Whether Lanyard's default chain is the application's AwsCredentialsProvider.
 * @param firstFetch When credentials are asked for at first: by the first call that needs some, or at the start,
 *     which then waits for them and, without any, logs a warning or fails.
 * @param onFailure What happens when a configured source fails: its failure is the answer, or the next is asked, as the
 *     AWS SDK does it.
 * @param excludedSources Sources to leave out of the chain, by name. What Spring Cloud AWS has been told of credentials
 *     is spring-cloud-aws.
 * @param profile Profile of the shared config and credentials files. Default is that of the AWS SDK.
 * @param region Region whose STS is asked. Default is spring.cloud.aws.region.static, else that of the AWS SDK.
 * @param container Agent on the node: EKS Pod Identity, ECS.
 * @param health Health indicator.
 */
@ConfigurationProperties(LanyardProperties.PREFIX)
public record LanyardProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("lazy") FirstFetch firstFetch,
        @DefaultValue("stop") OnFailure onFailure,
        @DefaultValue List<String> excludedSources,
        @Nullable String profile,
        @Nullable String region,
        @DefaultValue Container container,
        @DefaultValue Health health) {

    static final String PREFIX = "lanyard";

    /** The place of what Spring Cloud AWS has been told of credentials, if it has been told of any. */
    static final Slot SPRING_CLOUD_AWS = new Slot("spring-cloud-aws");

    /**
     * The profile.
     *
     * @return its name; null when it is unset or blank
     */
    @Override
    public @Nullable String profile() {
        return StringUtils.hasText(profile) ? profile : null;
    }

    /**
     * The region.
     *
     * @return its name; null when it is unset or blank
     */
    @Override
    public @Nullable String region() {
        return StringUtils.hasText(region) ? region : null;
    }

    /** When credentials are asked for at first. */
    public enum FirstFetch {
        /** By the first call that needs some. */
        LAZY,
        /** At the start of the application, which waits for them and warns when there are none. */
        WARN,
        /** At the start of the application, which fails when there are none. */
        FAIL_FAST
    }

    /**
     * The agent on the node.
     *
     * @param connectTimeout Time to connect to the agent. Default is 2s.
     * @param attemptTimeout Time for one exchange with the agent. Default is 8s, as the EKS agent needs up to 7.2s to
     *     tell the reason of a failure.
     * @param loadTimeout Time for all attempts of one load, pauses included. Default is 25s.
     * @param maxAttempts Attempts in one load. Default is 3.
     * @param startupPatience How long the first load goes on while the agent, the token or the association is not there
     *     yet.
     * @param expiredCredentials What becomes of credentials that have ended while no others can be had.
     * @param advisoryWindow How long before the end credentials are refreshed. Default depends on their life: 5m up to a
     *     life of 20m, 15m below 90m, beyond that a random moment between half of the life and 60m.
     * @param mandatoryWindow How long before the end the retries of a refresh become urgent.
     * @param expiryMargin How long before their stated end credentials count as ended.
     * @param recheckInterval How often credentials without an end are asked for again.
     * @param fullUri URI of the agent, in place of AWS_CONTAINER_CREDENTIALS_FULL_URI.
     * @param relativeUri Path at the service endpoint, in place of AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.
     * @param serviceEndpoint Host of a relative URI, in place of AWS_CONTAINER_SERVICE_ENDPOINT.
     * @param tokenFile File of the authorization token, in place of AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.
     * @param preferStaticToken Whether AWS_CONTAINER_AUTHORIZATION_TOKEN wins over the token file, as in the AWS SDK for
     *     Java.
     * @param allowedHosts Further hosts that the token may go to over http. For local development.
     * @param restrictHttpsHosts Whether https is held to the hosts that http may have.
     */
    public record Container(
            @Nullable Duration connectTimeout,
            @Nullable Duration attemptTimeout,
            @Nullable Duration loadTimeout,
            @Nullable Integer maxAttempts,
            @DefaultValue("10s") Duration startupPatience,
            @DefaultValue("keep") ExpiredCredentials expiredCredentials,
            @Nullable Duration advisoryWindow,
            @DefaultValue("1m") Duration mandatoryWindow,
            @DefaultValue("5s") Duration expiryMargin,
            @DefaultValue("1h") Duration recheckInterval,
            @Nullable String fullUri,
            @Nullable String relativeUri,
            @Nullable String serviceEndpoint,
            @Nullable String tokenFile,
            @DefaultValue("false") boolean preferStaticToken,
            @DefaultValue List<String> allowedHosts,
            @DefaultValue("false") boolean restrictHttpsHosts) {

        private void applyTo(ContainerCredentialsSource.Builder source) {
            set("container.connect-timeout", connectTimeout, source::connectTimeout);
            set("container.attempt-timeout", attemptTimeout, source::attemptTimeout);
            set("container.load-timeout", loadTimeout, source::loadTimeout);
            set("container.max-attempts", maxAttempts, source::maxAttempts);
            set("container.startup-patience", startupPatience, source::startupPatience);
            RefreshPolicy.Builder policy = RefreshPolicy.builder();
            set("container.advisory-window", advisoryWindow, policy::advisoryWindow);
            set("container.mandatory-window", mandatoryWindow, policy::mandatoryWindow);
            set("container.expiry-margin", expiryMargin, policy::expiryMargin);
            set("container.recheck-interval", recheckInterval, policy::recheckInterval);
            source.refreshPolicy(policy.build())
                    .expiredCredentials(expiredCredentials)
                    .fullUri(fullUri)
                    .relativeUri(relativeUri)
                    .serviceEndpoint(serviceEndpoint)
                    .tokenFile(tokenFile)
                    .preferStaticToken(preferStaticToken)
                    .allowHosts(allowedHosts.toArray(String[]::new))
                    .restrictHttpsHosts(restrictHttpsHosts);
        }
    }

    /**
     * The health indicator.
     *
     * @param expiryThreshold How long before their end credentials that cannot be refreshed count as out of service.
     */
    public record Health(@DefaultValue("1m") Duration expiryThreshold) {}

    /** A builder with all of these options. */
    LanyardDefaultCredentialsProvider.Builder providerBuilder() {
        LanyardDefaultCredentialsProvider.Builder builder = LanyardDefaultCredentialsProvider.builder()
                .profileName(profile())
                .onFailure(onFailure)
                .container(provider -> provider.source(container::applyTo));
        set("region", region(), name -> builder.region(Region.of(name)));
        return builder;
    }

    /** Takes the excluded sources out of the chain; the last thing to do with its builder. */
    void excludeSources(LanyardDefaultCredentialsProvider.Builder builder) {
        for (String source : excludedSources) {
            builder.chain(chain -> {
                try {
                    set("excluded-sources", source, name -> chain.remove(new Slot(name)));
                } catch (InvalidConfigurationPropertyValueException e) {
                    if (!source.equals(SPRING_CLOUD_AWS.name())) { // which is not in every chain
                        throw e;
                    }
                }
            });
        }
    }

    /** The builders know what is valid; this says which property was not. */
    private static <T> void set(String property, @Nullable T value, Consumer<T> option) {
        if (value != null) {
            try {
                option.accept(value);
            } catch (IllegalArgumentException e) {
                throw new InvalidConfigurationPropertyValueException(PREFIX + "." + property, value, e.getMessage());
            }
        }
    }
}
