// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.chain.OnFailure;
import io.lanyard.chain.SourceName;
import io.lanyard.container.ContainerOptions;
import io.lanyard.refresh.ExpiredCredentials;
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
 * The properties of the application's AWS credentials. None holds a secret.
 *
 * <p>docs/configuration.md has the same sentences; a test compares them.
 *
 * @param enabled Whether Lanyard's default chain is the application's AwsCredentialsProvider. An ahead-of-time build fixes
 *     the value.
 * @param firstLoad When credentials are first loaded: by the first call that needs them (lazy), or at start-up, which
 *     waits for them and, if there are none, logs a warning (warn) or fails (fail-fast).
 * @param onFailure What happens when a configured source fails: the call fails (stop), or the next source is tried, as in
 *     the AWS SDK (continue). With continue, each call tries the failed source first.
 * @param excludedSources Names of the sources to leave out of the chain: spring-cloud-aws, system-properties,
 *     environment, web-identity, profile, container, instance-metadata.
 * @param excludeInstanceMetadata Whether to exclude the instance metadata service, so that a pod or task without
 *     credentials of its own fails instead of using the node's role. Recommended in Kubernetes and in ECS.
 * @param profile Profile of the shared config and credentials files. Default is that of the AWS SDK.
 * @param region Region of the STS that Lanyard calls. Default is spring.cloud.aws.region.static, else that of the AWS
 *     SDK.
 * @param container Agent on the node: EKS Pod Identity, ECS.
 * @param health Health indicator.
 * @param info Contribution to the info endpoint.
 */
@ConfigurationProperties(LanyardProperties.PREFIX)
public record LanyardProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("lazy") FirstLoad firstLoad,
        @DefaultValue("stop") OnFailure onFailure,
        @DefaultValue List<String> excludedSources,
        @DefaultValue("false") boolean excludeInstanceMetadata,
        @Nullable String profile,
        @Nullable String region,
        @DefaultValue Container container,
        @DefaultValue Health health,
        @DefaultValue Info info) {

    static final String PREFIX = "lanyard";

    /** The source of explicit Spring Cloud AWS settings; not in every chain. */
    static final SourceName SPRING_CLOUD_AWS = new SourceName("spring-cloud-aws");

    /**
     * Returns the profile.
     *
     * @return its name; null when it is unset or blank
     */
    @Override
    public @Nullable String profile() {
        return StringUtils.hasText(profile) ? profile : null;
    }

    /**
     * Returns the region.
     *
     * @return its name; null when it is unset or blank
     */
    @Override
    public @Nullable String region() {
        return StringUtils.hasText(region) ? region : null;
    }

    /** When credentials are loaded first. */
    public enum FirstLoad {
        /** By the first call that needs them. */
        LAZY,
        /** At the start of the application, which waits for them and logs a warning when there are none. */
        WARN,
        /** At the start of the application, which fails when there are none. */
        FAIL_FAST
    }

    /**
     * The agent on the node.
     *
     * @param connectTimeout Time limit for connecting, over all addresses of the agent. Default is 2s.
     * @param attemptTimeout Time limit for one exchange, from the first byte sent to the last byte read. The EKS agent
     *     needs up to 7.2 s to report the reason of a failure. Default is 8s.
     * @param loadTimeout Time limit for one load: all its attempts, name resolution, file reads and pauses. Default is
     *     25s, or the attempt timeout or the start-up patience if one is longer.
     * @param maxAttempts Attempts in one load. Default is 3.
     * @param startupPatience How long, from the start of the first load, loads keep trying while the agent, the token
     *     or the association does not exist yet or the agent answers 429 or 5xx.
     * @param expiredCredentials What happens with expired credentials while no newer ones can be loaded: they are served
     *     unless the agent has permanently rejected the request (keep), also when they had expired as the agent returned
     *     them (accept), or the call fails (fail).
     * @param advisoryWindow How long before their expiration credentials are refreshed. Default depends on their
     *     lifetime: 5m up to a lifetime of 20 min, 15m below 90 min, beyond that a random moment between half of the
     *     lifetime and 60m.
     * @param mandatoryWindow How long before their expiration status and endpoint report credentials as MANDATORY.
     * @param expirationMargin How long before their stated expiration credentials count as expired.
     * @param recheckInterval How often credentials without an expiration are loaded again.
     * @param fullUri URI of the agent. Default is AWS_CONTAINER_CREDENTIALS_FULL_URI.
     * @param relativeUri Path at the service endpoint. Default is AWS_CONTAINER_CREDENTIALS_RELATIVE_URI.
     * @param serviceEndpoint Scheme, host and port for a relative URI. Default is AWS_CONTAINER_SERVICE_ENDPOINT, else
     *     http://169.254.170.2.
     * @param tokenFile File of the authorization token, read anew for every attempt. Default is
     *     AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE.
     * @param preferStaticToken Whether a fixed token takes precedence over a token file, as in the AWS SDK for Java.
     * @param allowedHosts Further hosts to which the token may be sent over http. For local development.
     * @param restrictHttpsHosts Whether https is restricted to the hosts that are allowed over http.
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
            @DefaultValue("5s") Duration expirationMargin,
            @DefaultValue("1h") Duration recheckInterval,
            @Nullable String fullUri,
            @Nullable String relativeUri,
            @Nullable String serviceEndpoint,
            @Nullable String tokenFile,
            @DefaultValue("false") boolean preferStaticToken,
            @DefaultValue List<String> allowedHosts,
            @DefaultValue("false") boolean restrictHttpsHosts) {

        private void applyTo(ContainerOptions source) {
            set("container.connect-timeout", connectTimeout, source::connectTimeout);
            set("container.attempt-timeout", attemptTimeout, source::attemptTimeout);
            set("container.load-timeout", loadTimeout, source::loadTimeout);
            set("container.max-attempts", maxAttempts, source::maxAttempts);
            set("container.startup-patience", startupPatience, source::startupPatience);
            RefreshPolicy.Builder policy = RefreshPolicy.builder();
            set("container.advisory-window", advisoryWindow, policy::advisoryWindow);
            set("container.mandatory-window", mandatoryWindow, policy::mandatoryWindow);
            set("container.expiration-margin", expirationMargin, policy::expirationMargin);
            set("container.recheck-interval", recheckInterval, policy::recheckInterval);
            source.refreshPolicy(policy.expiredCredentials(expiredCredentials).build())
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
     * @param expirationThreshold How long before their expiration the health reports credentials whose refresh fails.
     * @param failOnOutage Whether the health is OUT_OF_SERVICE or DOWN in an outage, instead of UNKNOWN, which leaves the
     *     aggregate and its HTTP status as they are.
     */
    public record Health(
            @DefaultValue("1m") Duration expirationThreshold,
            @DefaultValue("false") boolean failOnOutage) {}

    /**
     * The contribution to the info endpoint.
     *
     * @param showIdentity Whether the info endpoint shows the account and the access key id of the credentials.
     */
    public record Info(@DefaultValue("false") boolean showIdentity) {}

    /** Returns a builder with all of these options. */
    LanyardDefaultCredentialsProvider.Builder providerBuilder() {
        LanyardDefaultCredentialsProvider.Builder builder = LanyardDefaultCredentialsProvider.builder()
                .profileName(profile())
                .onFailure(onFailure)
                .excludeInstanceMetadata(excludeInstanceMetadata)
                .container(container::applyTo);
        set("region", region(), name -> builder.region(Region.of(name)));
        return builder;
    }

    /** Removes the excluded sources from the chain. Called last, so that it sees the sources of customizers too. */
    void excludeSources(LanyardDefaultCredentialsProvider.Builder builder) {
        for (String source : excludedSources) {
            builder.chain(chain -> {
                try {
                    chain.remove(new SourceName(source));
                } catch (IllegalArgumentException e) {
                    String own = SPRING_CLOUD_AWS.name();
                    if (!source.equals(own)) {
                        String known = String.valueOf(e.getMessage());
                        throw invalid("excluded-sources", source, known.contains(own) ? known : known + ", " + own);
                    }
                }
            });
        }
    }

    /** Sets an option. The builder validates the value; the exception names the property. */
    private static <T> void set(String property, @Nullable T value, Consumer<T> option) {
        if (value != null) {
            try {
                option.accept(value);
            } catch (IllegalArgumentException e) {
                throw invalid(property, value, e.getMessage());
            }
        }
    }

    private static InvalidConfigurationPropertyValueException invalid(
            String property, Object value, @Nullable String reason) {
        return new InvalidConfigurationPropertyValueException(PREFIX + "." + property, value, reason);
    }
}
