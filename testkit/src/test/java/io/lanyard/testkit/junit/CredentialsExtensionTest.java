// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.lanyard.testkit.EcsCredentialsAgent;
import io.lanyard.testkit.EksAuth;
import io.lanyard.testkit.EksAuthAnswer;
import io.lanyard.testkit.EksCluster;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.Fault;
import io.lanyard.testkit.InstanceMetadataService;
import io.lanyard.testkit.Pod;
import io.lanyard.testkit.StsService;
import io.lanyard.testkit.TestClock;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;

/** A separate JUnit engine runs the nested classes. */
class CredentialsExtensionTest {

    @Test
    void each_server_can_be_a_parameter() {
        run(AllServers.class)
                .testEvents()
                .assertStatistics(events -> events.succeeded(1).failed(0));
    }

    @CredentialsTest
    static class AllServers {
        @Test
        void all(
                EksCluster cluster,
                EksAuth eksAuth,
                EksPodIdentityAgent agent,
                EcsCredentialsAgent ecs,
                StsService sts,
                InstanceMetadataService metadata) {
            assertThat(cluster.eksAuth()).isSameAs(eksAuth);
            assertThat(cluster.agent()).isSameAs(agent);
            assertThat(Set.of(agent.port(), ecs.port(), sts.port(), metadata.port()))
                    .hasSize(4);
        }
    }

    @Test
    void a_pod_has_the_role_of_its_annotation() {
        run(Pods.class)
                .testEvents()
                .assertStatistics(events -> events.succeeded(1).failed(0));
    }

    @CredentialsTest
    static class Pods {
        @Test
        void pods(
                @PodIdentity(namespace = "shop", serviceAccount = "cart", role = "arn:aws:iam::111122223333:role/Cart")
                        Pod cart,
                Pod other,
                EksPodIdentityAgent agent)
                throws IOException {
            assertThat(get(cart.environment())).isEqualTo(200);
            assertThat(get(other.environment())).isEqualTo(200);
            assertThat(agent.issued())
                    .extracting(issued -> issued.roleArn())
                    .containsExactly("arn:aws:iam::111122223333:role/Cart", "arn:aws:iam::111122223333:role/test");
        }
    }

    @Test
    void servers_run_on_the_clock_parameter() {
        run(OnAClock.class)
                .testEvents()
                .assertStatistics(events -> events.succeeded(1).failed(0));
    }

    @CredentialsTest
    static class OnAClock {
        @Test
        void expired(Pod pod, TestClock clock) throws IOException {
            assertThat(get(pod.environment())).isEqualTo(200);
            Path kept = pod.tokenFile().path();
            String token = Files.readString(kept);
            clock.advance(Duration.ofDays(2));
            assertThat(Files.readString(kept)).as("rotated token").isNotEqualTo(token);
            assertThat(get(pod.environment())).isEqualTo(200);
            assertThat(get(pod.environment(), token))
                    .as("status with the expired token")
                    .isEqualTo(400);
        }
    }

    @Test
    void parameters_of_before_all_are_shared_and_others_are_not() {
        Shared.CLUSTERS.clear();
        Shared.ECS.clear();

        run(Shared.class)
                .testEvents()
                .assertStatistics(events -> events.succeeded(2).failed(0));

        assertThat(Shared.CLUSTERS).hasSize(1);
        assertThat(Shared.ECS).hasSize(2);
    }

    @CredentialsTest
    static class Shared {
        static final Set<EksCluster> CLUSTERS = ConcurrentHashMap.newKeySet();
        static final Set<EcsCredentialsAgent> ECS = ConcurrentHashMap.newKeySet();

        @BeforeAll
        static void share(EksCluster cluster) {
            CLUSTERS.add(cluster);
        }

        @BeforeEach
        void before(EcsCredentialsAgent ecs) {
            ECS.add(ecs);
        }

        @Test
        void one(EksCluster cluster, EcsCredentialsAgent ecs) {
            CLUSTERS.add(cluster);
            ECS.add(ecs);
        }

        @Test
        void two(EksCluster cluster, EcsCredentialsAgent ecs) {
            CLUSTERS.add(cluster);
            ECS.add(ecs);
        }
    }

    @Test
    void concurrent_tests_have_their_own_servers() {
        AtOnce.agents.clear();

        EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(AtOnce.class))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "2")
                .execute()
                .testEvents()
                .assertStatistics(events -> events.succeeded(2).failed(0));

        assertThat(AtOnce.agents).hasSize(2);
    }

    @CredentialsTest
    @Execution(ExecutionMode.CONCURRENT)
    static class AtOnce {
        static final Set<EksPodIdentityAgent> agents = ConcurrentHashMap.newKeySet();
        static final CountDownLatch both = new CountDownLatch(2);

        @Test
        void one(Pod pod, EksPodIdentityAgent agent) throws Exception {
            meet(pod, agent);
        }

        @Test
        void two(Pod pod, EksPodIdentityAgent agent) throws Exception {
            meet(pod, agent);
        }

        private static void meet(Pod pod, EksPodIdentityAgent agent) throws Exception {
            agents.add(agent);
            both.countDown();
            assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(get(pod.environment())).isEqualTo(200);
            assertThat(agent.requests()).hasSize(1);
        }
    }

    @Test
    void a_failure_shows_the_timeline_without_secrets() {
        Throwable failure = run(Failing.class).testEvents().failed().stream()
                .findFirst()
                .orElseThrow()
                .getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class)
                .getThrowable()
                .orElseThrow();

        assertThat(failure).hasMessage("expected failure");
        assertThat(failure.getSuppressed())
                .singleElement()
                .satisfies(seen -> assertThat(seen.toString())
                        .contains(
                                "EksPodIdentityAgent: GET /v1/credentials, token ", " -> 200", "EKS Auth: CREDENTIALS")
                        .contains("IssuedCredentials[ASIA")
                        .doesNotContain("CANARY", "eyJ"));
    }

    @CredentialsTest
    static class Failing {
        @Test
        void fails(Pod pod) throws IOException {
            get(pod.environment());
            throw new AssertionError("expected failure");
        }
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void a_class_runs_as_a_pod_with_any_provider() {
        System.setProperty("aws.region", "before");
        try {
            run(AsPod.class)
                    .testEvents()
                    .assertStatistics(events -> events.succeeded(1).failed(0));

            assertThat(System.getProperty("aws.region")).isEqualTo("before");
            assertThat(System.getProperty("aws.containerCredentialsFullUri")).isNull();
        } finally {
            System.clearProperty("aws.region");
        }
    }

    @PodIdentity(namespace = "shop", serviceAccount = "cart", role = "arn:aws:iam::444455556666:role/Cart")
    static class AsPod {
        @Test
        void resolves() {
            try (ContainerCredentialsProvider sdk =
                    ContainerCredentialsProvider.builder().build()) {
                AwsSessionCredentials credentials = (AwsSessionCredentials) sdk.resolveCredentials();
                assertThat(credentials.accessKeyId()).startsWith("ASIA");
                assertThat(credentials.expirationTime())
                        .hasValueSatisfying(end -> assertThat(end).isAfter(Instant.now()));
            }
        }
    }

    @Test
    void servers_close_after_their_test() {
        run(Closing.class)
                .testEvents()
                .assertStatistics(events -> events.succeeded(1).failed(0));

        assertThat(Closing.tokenFile).doesNotExist();
        assertThatThrownBy(() -> Objects.requireNonNull(Closing.uri).toURL().openStream())
                .isInstanceOf(ConnectException.class);
    }

    @CredentialsTest
    static class Closing {
        static @Nullable Path tokenFile;
        static @Nullable URI uri;

        @Test
        void remembers(Pod pod, EksPodIdentityAgent agent) {
            tokenFile = pod.tokenFile().path();
            uri = agent.credentialsUri();
        }
    }

    @Test
    void shared_servers_are_restored_before_each_test() {
        run(Sharing.class)
                .testEvents()
                .assertStatistics(events -> events.succeeded(4).failed(0));
    }

    /** Each test checks that the servers are as {@code @BeforeAll} left them, and then breaks them. */
    @CredentialsTest
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    static class Sharing {

        private @Nullable String task;

        @BeforeAll
        void prepare(EksCluster cluster, @PodIdentity Pod pod, EcsCredentialsAgent ecs, StsService sts) {
            cluster.agent().credentialLifetime(Duration.ofMinutes(30));
            task = ecs.task("arn:aws:iam::111122223333:role/task");
            sts.allow("arn:aws:iam::111122223333:role/irsa", "default", "default");
        }

        @Test
        void one(EksCluster cluster, @PodIdentity Pod pod, EcsCredentialsAgent ecs) throws IOException {
            checkAndBreak(cluster, pod, ecs);
        }

        @Test
        void two(EksCluster cluster, @PodIdentity Pod pod, EcsCredentialsAgent ecs) throws IOException {
            checkAndBreak(cluster, pod, ecs);
        }

        @Nested
        class Inner {
            @Test
            void three(EksCluster cluster, @PodIdentity Pod pod, EcsCredentialsAgent ecs) throws IOException {
                checkAndBreak(cluster, pod, ecs);
            }

            @Test
            void four(EksCluster cluster, @PodIdentity Pod pod, EcsCredentialsAgent ecs) throws IOException {
                checkAndBreak(cluster, pod, ecs);
            }
        }

        private void checkAndBreak(EksCluster cluster, Pod pod, EcsCredentialsAgent ecs) throws IOException {
            assertThat(cluster.agent().requests()).isEmpty();
            assertThat(cluster.agent().issued()).isEmpty();
            assertThat(cluster.eksAuth().calls()).isEmpty();
            assertThat(get(pod.environment())).isEqualTo(200);
            assertThat(cluster.agent().issued())
                    .singleElement()
                    .satisfies(issued -> assertThat(issued.expiration())
                            .isBefore(Instant.now().plus(Duration.ofMinutes(31))));
            assertThat(get(URI.create(ecs.serviceEndpoint() + Objects.requireNonNull(task)), ""))
                    .isEqualTo(200);

            cluster.agent().credentialLifetime(Duration.ofHours(2));
            cluster.agent().faults().times(5, Fault.status(503));
            cluster.eksAuth().answerWith(EksAuthAnswer.THROTTLED);
            cluster.eksAuth().delay(Duration.ofMillis(1));
            cluster.disassociate("default", "default");
            pod.tokenFile().remove();
            ecs.uninitialized(Objects.requireNonNull(task));
            cluster.agent().stop();
        }
    }

    @Test
    void the_region_is_an_option() {
        run(InFrankfurt.class)
                .testEvents()
                .assertStatistics(events -> events.succeeded(2).failed(1));
        run(PodInFrankfurt.class)
                .testEvents()
                .assertStatistics(events -> events.succeeded(1).failed(0));
    }

    @CredentialsTest(region = "eu-central-1")
    static class InFrankfurt {
        @Test
        void of_the_class(Pod pod, EksCluster cluster, StsService sts) {
            assertThat(pod.environment()).containsEntry("AWS_REGION", "eu-central-1");
            assertThat(cluster.arn()).contains(":eu-central-1:");
            assertThat(sts.environmentFor("arn:aws:iam::111122223333:role/irsa", Path.of("token")))
                    .containsEntry("AWS_REGION", "eu-central-1");
        }

        @Test
        @CredentialsTest(region = "eu-west-1")
        void of_the_test(Pod pod) {
            assertThat(pod.environment()).containsEntry("AWS_REGION", "eu-west-1");
        }

        @Test
        void a_pod_cannot_be_in_another_region_than_its_cluster(@PodIdentity(region = "us-east-1") Pod pod) {
            assertThat(pod).isNotNull();
        }
    }

    @PodIdentity(region = "eu-central-1")
    static class PodInFrankfurt {
        @Test
        void resolves() {
            assertThat(System.getProperty("aws.region")).isEqualTo("eu-central-1");
        }
    }

    private static EngineExecutionResults run(Class<?> type) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(type))
                .execute();
    }

    private static int get(Map<String, String> environment) throws IOException {
        String file = Objects.requireNonNull(environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"));
        return get(environment, Files.readString(Path.of(file)));
    }

    private static int get(Map<String, String> environment, String token) throws IOException {
        return get(URI.create(Objects.requireNonNull(environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"))), token);
    }

    private static int get(URI uri, String token) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestProperty("Authorization", token);
        return connection.getResponseCode();
    }
}
