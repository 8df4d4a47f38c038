// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.lanyard.testkit.EcsCredentialsAgent;
import io.lanyard.testkit.EksAuth;
import io.lanyard.testkit.EksCluster;
import io.lanyard.testkit.EksPodIdentityAgent;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;

/** The classes inside are run by an engine of their own. */
class CredentialsExtensionTest {

    @Test
    void a_test_is_given_each_server_that_it_asks_for() {
        run(Asking.class)
                .testEvents()
                .assertStatistics(events -> events.succeeded(1).failed(0));
    }

    @CredentialsTest
    static class Asking {
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
    void a_pod_has_the_role_that_its_annotation_says() {
        run(Running.class)
                .testEvents()
                .assertStatistics(events -> events.succeeded(1).failed(0));
    }

    @CredentialsTest
    static class Running {
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
    void with_a_clock_as_a_parameter_the_servers_run_on_it() {
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
            assertThat(Files.readString(kept)).as("kubelet has rotated it").isNotEqualTo(token);
            assertThat(get(pod.environment())).isEqualTo(200);
            assertThat(get(pod.environment(), token))
                    .as("the old token has ended")
                    .isEqualTo(400);
        }
    }

    @Test
    void what_before_all_asks_for_is_shared_and_the_rest_is_each_tests_own() {
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
    void tests_that_run_at_the_same_time_do_not_see_each_other() {
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
    void a_test_that_fails_shows_what_the_servers_saw_and_no_secret() {
        Throwable failure = run(Failing.class).testEvents().failed().stream()
                .findFirst()
                .orElseThrow()
                .getRequiredPayload(org.junit.platform.engine.TestExecutionResult.class)
                .getThrowable()
                .orElseThrow();

        assertThat(failure).hasMessage("as it happens");
        assertThat(failure.getSuppressed())
                .singleElement()
                .satisfies(seen -> assertThat(seen.toString())
                        .contains(
                                "EksPodIdentityAgent: GET /v1/credentials, token ", " -> 200", "EKS Auth: CREDENTIALS")
                        .contains("made IssuedCredentials[ASIA")
                        .doesNotContain("CANARY", "eyJ"));
    }

    @CredentialsTest
    static class Failing {
        @Test
        void fails(Pod pod) throws IOException {
            get(pod.environment());
            throw new AssertionError("as it happens");
        }
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void a_class_runs_as_a_pod_whichever_provider_it_uses() {
        System.setProperty("aws.region", "as it was");
        try {
            run(AsPod.class)
                    .testEvents()
                    .assertStatistics(events -> events.succeeded(1).failed(0));

            assertThat(System.getProperty("aws.region")).isEqualTo("as it was");
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
    void when_a_test_is_over_its_servers_are_gone() {
        run(Leaving.class)
                .testEvents()
                .assertStatistics(events -> events.succeeded(1).failed(0));

        assertThat(Leaving.tokenFile).doesNotExist();
        assertThatThrownBy(() -> Objects.requireNonNull(Leaving.uri).toURL().openStream())
                .isInstanceOf(ConnectException.class);
    }

    @CredentialsTest
    static class Leaving {
        static @Nullable Path tokenFile;
        static @Nullable URI uri;

        @Test
        void leaves(Pod pod, EksPodIdentityAgent agent) {
            tokenFile = pod.tokenFile().path();
            uri = agent.credentialsUri();
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
        URI uri = URI.create(Objects.requireNonNull(environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")));
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestProperty("Authorization", token);
        return connection.getResponseCode();
    }
}
