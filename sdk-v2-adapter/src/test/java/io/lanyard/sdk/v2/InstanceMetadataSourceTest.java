// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lanyard.CredentialsException;
import io.lanyard.chain.SourceName;
import io.lanyard.chain.SourceState;
import io.lanyard.spi.Environment;
import io.lanyard.testkit.InstanceMetadataService;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

class InstanceMetadataSourceTest {

    private static final String ENDPOINT = "aws.ec2MetadataServiceEndpoint";

    private final InstanceMetadataService service =
            InstanceMetadataService.start("arn:aws:iam::111122223333:role/node");
    private final InstanceMetadataSource source = source(Pod.environment(Map.of()));

    @AfterEach
    void stop() {
        System.clearProperty(ENDPOINT);
        source.close();
        service.close();
    }

    /** Some versions of the SDK tell when the node's credentials end, others do not. */
    @Test
    void node_credentials_are_reloaded_before_they_can_have_expired() throws Exception {
        System.setProperty(ENDPOINT, service.endpoint().toString());

        AwsCredentialsIdentity credentials = source.resolve();

        Instant mayHaveEnded = credentials.expirationTime().orElse(Instant.now().plus(Duration.ofMinutes(5)));
        assertThat(source.status().nextLoad())
                .hasValueSatisfying(next -> assertThat(next).isBefore(mayHaveEnded));
    }

    @Test
    void expired_node_credentials_are_served_because_aws_may_still_accept_them() throws Exception {
        System.setProperty(ENDPOINT, service.endpoint().toString());
        service.credentialLifetime(Duration.ofMinutes(-10));

        assertThat(source.resolve().accessKeyId())
                .isEqualTo(service.issued().get(0).accessKeyId());
    }

    @ParameterizedTest
    @CsvSource({
        "true,EXCLUDED",
        "True,EXCLUDED",
        "' TRUE ',EXCLUDED",
        "false,CONFIGURED",
        "yes,CONFIGURED",
        "'',CONFIGURED"
    })
    void disabled_instance_metadata_is_not_requested(String disabled, SourceState state) {
        assertThat(source(Pod.environment(Map.of("AWS_EC2_METADATA_DISABLED", disabled)))
                        .availability()
                        .state())
                .isEqualTo(state);
    }

    @Test
    void instance_metadata_is_not_requested_when_a_container_is_configured() {
        assertThat(source(Pod.environment(Map.of("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/")))
                        .availability()
                        .reason())
                .contains("container");
    }

    @ParameterizedTest
    @CsvSource({
        "KUBERNETES_SERVICE_HOST,create-pod-identity-association",
        "ECS_CONTAINER_METADATA_URI_V4,task role",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE,AWS_CONTAINER_CREDENTIALS_FULL_URI"
    })
    void first_use_in_a_container_logs_one_warning(String variable, String remedy) throws Exception {
        System.setProperty(ENDPOINT, service.endpoint().toString());
        InstanceMetadataSource inContainer = source(Pod.environment(Map.of(variable, "set")));
        try (LibraryLog log = new LibraryLog()) {
            inContainer.resolve();
            inContainer.resolve();
            inContainer.resolveAsync().get(5, TimeUnit.SECONDS);

            assertThat(log.messages(Level.WARNING))
                    .singleElement()
                    .asString()
                    .contains(
                            "instance metadata service",
                            remedy,
                            "excludeInstanceMetadata(true)",
                            "lanyard.exclude-instance-metadata");
        } finally {
            inContainer.close();
        }
    }

    @Test
    void asynchronous_use_logs_the_warning_too() throws Exception {
        System.setProperty(ENDPOINT, service.endpoint().toString());
        InstanceMetadataSource inPod = source(Pod.environment(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1")));
        try (LibraryLog log = new LibraryLog()) {
            inPod.resolveAsync().get(5, TimeUnit.SECONDS);

            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(log.messages(Level.WARNING)).hasSize(1));
        } finally {
            inPod.close();
        }
    }

    @Test
    void no_warning_outside_of_containers_or_without_credentials() throws Exception {
        try (LibraryLog log = new LibraryLog()) {
            System.setProperty(ENDPOINT, "http://127.0.0.1:1");
            InstanceMetadataSource inPod = source(Pod.environment(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1")));
            assertThatThrownBy(inPod::resolve).isInstanceOf(CredentialsException.class);

            System.setProperty(ENDPOINT, service.endpoint().toString());
            source.resolve();

            assertThat(log.messages(Level.WARNING)).isEmpty();
        }
    }

    /** A pod without an association. */
    @Test
    void chain_warns_when_a_pod_uses_the_node_role() {
        System.setProperty(ENDPOINT, service.endpoint().toString());
        try (LibraryLog log = new LibraryLog();
                LanyardDefaultCredentialsProvider provider = new DefaultChainBuilder()
                        .environment(Pod.environment(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1")))
                        .chain(chain -> chain.remove(SourceName.PROFILE))
                        .build()) {
            provider.resolveCredentials();
            provider.resolveCredentials();

            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThat(log.messages(Level.WARNING))
                            .singleElement()
                            .asString()
                            .startsWith("This pod has no container credentials"));
        }
    }

    @Test
    void it_can_be_excluded_by_the_builder() {
        System.setProperty(ENDPOINT, service.endpoint().toString());
        try (LanyardDefaultCredentialsProvider provider = new DefaultChainBuilder()
                        .environment(Pod.environment(Map.of()))
                        .excludeInstanceMetadata(true)
                        .chain(chain -> chain.remove(SourceName.PROFILE))
                        .build()
                        .toBuilder()
                        .build()) {

            assertThatThrownBy(provider::resolveCredentials)
                    .isInstanceOf(SdkClientException.class)
                    .hasMessageContaining("excluded by excludeInstanceMetadata(true)")
                    .hasMessageContaining("configure another source");
            assertThat(service.issued()).isEmpty();
            assertThat(provider.explain().sources())
                    .filteredOn(report -> report.name().equals(SourceName.INSTANCE_METADATA))
                    .singleElement()
                    .satisfies(report -> {
                        assertThat(report.state()).isEqualTo(SourceState.EXCLUDED);
                        assertThat(report.remedy()).isPresent();
                    });
        }
    }

    private static InstanceMetadataSource source(Environment environment) {
        LanyardContainerCredentialsProvider container = LanyardContainerCredentialsProvider.builder()
                .container(options -> options.environment(environment))
                .build();
        return new InstanceMetadataSource(
                environment, false, container.source().in(environment), null, null, Threads.SHARED, null);
    }
}
