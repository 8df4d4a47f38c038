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
    void the_nodes_credentials_are_asked_for_again_before_they_can_have_ended() throws Exception {
        System.setProperty(ENDPOINT, service.endpoint().toString());

        AwsCredentialsIdentity credentials = source.resolve();

        Instant mayHaveEnded = credentials.expirationTime().orElse(Instant.now().plus(Duration.ofMinutes(5)));
        assertThat(source.status().nextLoad())
                .hasValueSatisfying(next -> assertThat(next).isBefore(mayHaveEnded));
    }

    @Test
    void ended_credentials_of_the_node_are_handed_out_for_the_service_called_to_judge() throws Exception {
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
    void it_is_left_alone_where_it_is_disabled(String disabled, SourceState state) {
        assertThat(source(Pod.environment(Map.of("AWS_EC2_METADATA_DISABLED", disabled)))
                        .availability()
                        .state())
                .isEqualTo(state);
    }

    @Test
    void it_is_left_alone_beside_a_container() {
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
    void in_a_container_its_first_use_is_warned_of_once(String variable, String remedy) throws Exception {
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
    void a_use_by_a_caller_that_does_not_wait_is_warned_of_too() throws Exception {
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
    void outside_of_containers_and_without_an_answer_there_is_no_warning() throws Exception {
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
    void the_chain_warns_when_a_pod_falls_back_on_the_node() {
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
