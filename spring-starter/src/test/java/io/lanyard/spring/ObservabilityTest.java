// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.lanyard.CredentialsException;
import io.lanyard.RefreshState;
import io.lanyard.chain.ChainStatus;
import io.lanyard.chain.Identity;
import io.lanyard.chain.SourceName;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import io.lanyard.testkit.EksAuthAnswer;
import io.lanyard.testkit.Fault;
import io.lanyard.testkit.IssuedCredentials;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

class ObservabilityTest {

    private final Pod pod = new Pod();
    private final ApplicationContextRunner application = pod.application()
            .withConfiguration(AutoConfigurations.of(
                    LanyardActuatorAutoConfiguration.class,
                    LanyardMetricsAutoConfiguration.class,
                    Boot3HealthAutoConfiguration.class,
                    Boot4HealthAutoConfiguration.class))
            .withPropertyValues("management.endpoints.web.exposure.include=lanyard")
            .withBean(MeterRegistry.class, SimpleMeterRegistry::new);

    @AfterEach
    void close() {
        pod.close();
    }

    @Nested
    class Conditions {

        @Test
        void an_application_with_an_actuator_has_health_metrics_endpoint_and_info() {
            application.run(context -> assertThat(context)
                    .hasBean("lanyardHealthIndicator")
                    .hasSingleBean(CredentialsMetrics.class)
                    .hasSingleBean(LanyardEndpoint.class)
                    .hasBean("lanyardInfoContributor"));
        }

        @Test
        void an_application_without_an_actuator_starts() {
            application
                    .withClassLoader(new FilteredClassLoader(
                            "org.springframework.boot.actuate", "org.springframework.boot.health", "io.micrometer"))
                    .run(context -> assertThat(context)
                            .hasNotFailed()
                            .hasSingleBean(AwsCredentialsProvider.class)
                            .doesNotHaveBean("lanyardHealthIndicator")
                            .doesNotHaveBean("lanyardCredentialsMetrics")
                            .doesNotHaveBean("lanyardEndpoint")
                            .doesNotHaveBean("lanyardInfoContributor"));
        }

        @Test
        void an_applications_own_provider_is_not_observed() {
            application
                    .withBean(
                            AwsCredentialsProvider.class,
                            () -> StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAMINE", "CANARY")))
                    .run(context -> assertThat(context)
                            .doesNotHaveBean("lanyardHealthIndicator")
                            .doesNotHaveBean(CredentialsMetrics.class)
                            .doesNotHaveBean(LanyardEndpoint.class)
                            .doesNotHaveBean("lanyardInfoContributor"));
        }

        @Test
        void health_and_info_can_be_disabled_and_the_endpoint_needs_exposure() {
            application
                    .withPropertyValues(
                            "management.health.lanyard.enabled=false",
                            "management.info.lanyard.enabled=false",
                            "management.endpoints.web.exposure.include=health")
                    .run(context -> assertThat(context)
                            .doesNotHaveBean("lanyardHealthIndicator")
                            .doesNotHaveBean("lanyardInfoContributor")
                            .doesNotHaveBean(LanyardEndpoint.class));
        }

        @Test
        void without_a_registry_there_are_no_meters() {
            pod.application()
                    .withConfiguration(AutoConfigurations.of(LanyardMetricsAutoConfiguration.class))
                    .run(context -> assertThat(context).doesNotHaveBean(CredentialsMetrics.class));
        }
    }

    @Nested
    class Health {

        @Test
        void health_is_unknown_before_the_first_call_and_makes_no_request() {
            application.run(context -> {
                CredentialsHealth.Finding finding = health(context.getBean(LanyardDefaultCredentialsProvider.class));

                assertThat(finding.status()).isEqualTo("UNKNOWN");
                assertThat(pod.agent.requests()).isEmpty();
            });
        }

        @Test
        void health_is_up_with_credentials_and_shows_their_identity_and_expiration() {
            application.run(context -> {
                LanyardDefaultCredentialsProvider provider = context.getBean(LanyardDefaultCredentialsProvider.class);
                provider.resolveCredentials();

                CredentialsHealth.Finding finding = health(provider);

                IssuedCredentials issued = pod.issued();
                assertThat(finding.status()).isEqualTo("UP");
                assertThat(finding.details())
                        .containsEntry("source", "container")
                        .containsEntry("accessKeyId", issued.accessKeyId())
                        .containsEntry("accountId", "111122223333")
                        .containsEntry("expiration", issued.expiration().toString())
                        .containsEntry("state", RefreshState.FRESH.name())
                        .doesNotContainKey("failure");
                assertThat(pod.agent.requests()).hasSize(1);
            });
        }

        @Test
        void health_after_a_failed_first_load_is_unknown_and_down_by_opt_in() {
            pod.agent.eksAuth().answerWith(EksAuthAnswer.ACCESS_DENIED_TRUST_POLICY);
            application.run(context -> {
                LanyardDefaultCredentialsProvider provider = context.getBean(LanyardDefaultCredentialsProvider.class);
                assertThat(catchThrowable(provider::resolveCredentials)).isNotNull();

                assertThat(health(provider).status()).isEqualTo("UNKNOWN");
                assertThat(health(provider).details()).containsEntry("failure", "HTTP_STATUS");
                assertThat(strict(provider, "1m").finding().status()).isEqualTo("DOWN");
                assertThat(strict(provider, "1m").finding().details()).containsEntry("failure", "HTTP_STATUS");
            });
        }

        @Test
        void in_an_outage_health_is_unknown_from_the_expiration_threshold_on() {
            inAnOutage((provider, end) -> {
                CredentialsHealth health =
                        new CredentialsHealth(provider, properties("lanyard.health.expiration-threshold", "3s"));

                assertThat(health.finding(provider.status(), end.minusSeconds(4))
                                .status())
                        .isEqualTo("UP");
                assertThat(health.finding(provider.status(), end.minusSeconds(3))
                                .status())
                        .isEqualTo("UNKNOWN");
                assertThat(health.finding(provider.status(), end.minusSeconds(3))
                                .details())
                        .doesNotContainKey("stale");
                assertThat(health.finding(provider.status(), end).status()).isEqualTo("UNKNOWN");
                assertThat(health.finding(provider.status(), end).details()).containsEntry("stale", true);
                assertThat(health.finding().details())
                        .containsEntry("failure", "UNREACHABLE")
                        .containsKeys("failuresInARow", "nextLoad");
            });
        }

        @Test
        void by_opt_in_health_is_out_of_service_before_the_expiration_and_down_after_it() {
            inAnOutage((provider, end) -> {
                CredentialsHealth health = strict(provider, "3s");

                assertThat(health.finding(provider.status(), end.minusSeconds(4))
                                .status())
                        .isEqualTo("UP");
                assertThat(health.finding(provider.status(), end.minusSeconds(3))
                                .status())
                        .isEqualTo("OUT_OF_SERVICE");
                assertThat(health.finding(provider.status(), end).status()).isEqualTo("DOWN");
            });
        }

        private void inAnOutage(BiConsumer<LanyardDefaultCredentialsProvider, Instant> assertions) {
            pod.agent.faults().next(Fault.lifetime(Duration.ofSeconds(6)));
            application.run(context -> {
                LanyardDefaultCredentialsProvider provider = context.getBean(LanyardDefaultCredentialsProvider.class);
                provider.resolveCredentials();
                pod.agent.stop();
                await().atMost(Duration.ofSeconds(15))
                        .until(() -> provider.status().refresh().orElseThrow().failuresInARow() > 0);
                assertions.accept(provider, pod.issued().expiration());
            });
        }

        @Test
        void health_covers_a_source_that_refreshes_by_itself() {
            Instant end = Instant.parse("2026-11-23T10:00:00Z");
            ChainStatus failing = new ChainStatus(
                    Optional.of(new SourceName("vault")),
                    Optional.of(new Identity("AKIAVAULT", Optional.empty(), Optional.empty(), Optional.of(end))),
                    Optional.empty(),
                    Optional.of(CredentialsException.of(new IllegalStateException("the vault is unreachable"))));
            ChainStatus well =
                    new ChainStatus(failing.source(), failing.identity(), Optional.empty(), Optional.empty());
            application.run(context -> {
                CredentialsHealth health = strict(context.getBean(LanyardDefaultCredentialsProvider.class), "1m");

                assertThat(health.finding(well, end.plusSeconds(1)).status()).isEqualTo("UP");
                assertThat(health.finding(failing, end.minusSeconds(1)).status())
                        .isEqualTo("UP");
                assertThat(health.finding(failing, end).status()).isEqualTo("DOWN");
                assertThat(health.finding(failing, end).details()).containsEntry("failure", "SOURCE_FAILED");
            });
        }

        private CredentialsHealth.Finding health(LanyardDefaultCredentialsProvider provider) {
            return new CredentialsHealth(provider, properties("lanyard.health.expiration-threshold", "1m")).finding();
        }

        private static CredentialsHealth strict(LanyardDefaultCredentialsProvider provider, String threshold) {
            return new CredentialsHealth(
                    provider,
                    properties(
                            "lanyard.health.expiration-threshold", threshold, "lanyard.health.fail-on-outage", "true"));
        }

        private static LanyardProperties properties(String... namesAndValues) {
            Map<String, String> values = new HashMap<>();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                values.put(namesAndValues[i], namesAndValues[i + 1]);
            }
            return new Binder(new MapConfigurationPropertySource(values))
                    .bindOrCreate(LanyardProperties.PREFIX, LanyardProperties.class);
        }
    }

    @Nested
    class Metrics {

        @Test
        void meters_count_loads_by_outcome_and_attempts_by_status() {
            pod.agent.faults().next(Fault.status(503));
            application.run(context -> {
                MeterRegistry registry =
                        bound(context.getBean(CredentialsMetrics.class), context.getBean(MeterRegistry.class));
                context.getBean(AwsCredentialsProvider.class).resolveCredentials();

                await().atMost(Duration.ofSeconds(10))
                        .until(() -> registry.find("lanyard.credentials.load").timer() != null);
                assertThat(timer(registry, "load", "outcome", "success").count())
                        .isEqualTo(1);
                assertThat(timer(registry, "attempt", "status", "503").count()).isEqualTo(1);
                assertThat(timer(registry, "attempt", "status", "200").count()).isEqualTo(1);
                assertThat(gauge(registry, "expiration"))
                        .isBetween(
                                Duration.ofHours(5).toSeconds() * 1.0,
                                Duration.ofHours(6).toSeconds() * 1.0);
                assertThat(gauge(registry, "failures")).isZero();
                assertThat(gauge(registry, "serving.stale")).isZero();
            });
        }

        @Test
        void meters_show_the_category_of_an_outage_and_stale_credentials() {
            pod.agent.faults().next(Fault.lifetime(Duration.ofSeconds(2)));
            application.run(context -> {
                MeterRegistry registry =
                        bound(context.getBean(CredentialsMetrics.class), context.getBean(MeterRegistry.class));
                AwsCredentialsProvider provider = context.getBean(AwsCredentialsProvider.class);
                provider.resolveCredentials();
                pod.agent.stop();

                await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
                    provider.resolveCredentials();
                    assertThat(gauge(registry, "serving.stale")).isEqualTo(1);
                    assertThat(gauge(registry, "expiration")).isNegative();
                });
                assertThat(gauge(registry, "failures")).isPositive();
                assertThat(timer(registry, "load", "category", "UNREACHABLE").count())
                        .isPositive();
                assertThat(timer(registry, "attempt", "status", "none").count()).isPositive();
            });
        }

        @Test
        void loads_before_the_first_registry_are_recorded() {
            application.withPropertyValues("lanyard.first-load=fail-fast").run(context -> {
                CredentialsMetrics metrics = context.getBean(CredentialsMetrics.class);
                LanyardDefaultCredentialsProvider provider = context.getBean(LanyardDefaultCredentialsProvider.class);
                provider.forget();
                MeterRegistry registry = bound(metrics, context.getBean(MeterRegistry.class));

                await().atMost(Duration.ofSeconds(10))
                        .until(() -> registry.find("lanyard.credentials.load").timer() != null);
                assertThat(gauge(registry, "expiration")).isNaN();
            });
        }

        private static MeterRegistry bound(CredentialsMetrics metrics, MeterRegistry registry) {
            metrics.bindTo(registry);
            return registry;
        }

        private static Timer timer(MeterRegistry registry, String name, String tag, String value) {
            return registry.get("lanyard.credentials." + name).tag(tag, value).timer();
        }

        private static double gauge(MeterRegistry registry, String name) {
            return registry.get("lanyard.credentials." + name).gauge().value();
        }
    }

    @Nested
    class EndpointAndInfo {

        @Test
        void the_endpoint_explains_every_source_without_a_request() {
            application.run(context -> {
                Map<String, Object> before =
                        context.getBean(LanyardEndpoint.class).credentials();

                assertThat(before).doesNotContainKeys("inUse", "refresh");
                assertThat(pod.agent.requests()).isEmpty();

                context.getBean(AwsCredentialsProvider.class).resolveCredentials();
                Map<String, Object> after =
                        context.getBean(LanyardEndpoint.class).credentials();

                assertThat(after).containsEntry("inUse", "container").containsKey("text");
                assertThat(after.get("refresh"))
                        .asString()
                        .contains("state=FRESH")
                        .contains("refreshes=1");
                assertThat((List<?>) after.get("sources"))
                        .singleElement()
                        .asString()
                        .contains("state=IN_USE")
                        .contains("endpoint=" + pod.agent.credentialsUri())
                        .contains("accountId=111122223333")
                        .contains("the option fullUri (set)")
                        .doesNotContain("CANARY");
                assertThat(pod.agent.requests()).hasSize(1);
            });
        }

        @Test
        void a_probe_resolves_every_source_and_keeps_the_credentials_in_use() {
            application.run(context -> {
                AwsCredentialsProvider provider = context.getBean(AwsCredentialsProvider.class);
                String inUse = provider.resolveCredentials().accessKeyId();

                Map<String, Object> answer =
                        context.getBean(LanyardEndpoint.class).probe();

                assertThat(answer.get("sources"))
                        .asString()
                        .contains(pod.issued().accessKeyId());
                assertThat(answer).containsKey("probed");
                assertThat(pod.agent.requests()).hasSize(2);
                assertThat(provider.resolveCredentials().accessKeyId()).isEqualTo(inUse);
            });
        }

        @Test
        void a_probe_is_a_write_operation() throws NoSuchMethodException {
            assertThat(LanyardEndpoint.class.getMethod("probe").isAnnotationPresent(WriteOperation.class))
                    .isTrue();
            assertThat(LanyardEndpoint.class.getMethod("credentials").isAnnotationPresent(ReadOperation.class))
                    .isTrue();
        }

        @Test
        void sixty_probes_make_one_request_to_each_source() {
            pod.agent.faults().next(Fault.delay(Duration.ofMillis(500)));
            application.run(context -> {
                LanyardEndpoint endpoint = context.getBean(LanyardEndpoint.class);
                ExecutorService threads = Executors.newFixedThreadPool(30);
                try {
                    List<Future<Map<String, Object>>> answers =
                            threads.invokeAll(Collections.nCopies(30, endpoint::probe), 20, TimeUnit.SECONDS);
                    for (Future<Map<String, Object>> answer : answers) {
                        assertThat(answer.get().get("sources"))
                                .asString()
                                .contains(pod.issued().accessKeyId());
                    }
                } finally {
                    threads.shutdownNow();
                }
                for (int i = 0; i < 30; i++) {
                    endpoint.probe();
                }

                assertThat(pod.agent.requests()).hasSize(1);
            });
        }

        @Test
        void a_probes_result_is_shared_for_thirty_seconds() {
            application.run(context -> {
                AtomicLong nanos = new AtomicLong();
                LanyardEndpoint endpoint =
                        new LanyardEndpoint(context.getBean(LanyardDefaultCredentialsProvider.class), nanos::get);

                endpoint.probe();
                nanos.set(Duration.ofSeconds(30).toNanos() - 1);
                endpoint.probe();
                assertThat(pod.agent.requests()).hasSize(1);

                nanos.incrementAndGet();
                endpoint.probe();
                assertThat(pod.agent.requests()).hasSize(2);
            });
        }

        @Test
        void the_endpoint_shows_a_failure_and_its_remedy() {
            pod.agent.eksAuth().answerWith(EksAuthAnswer.ACCESS_DENIED_TRUST_POLICY);
            application.run(context -> {
                assertThat(catchThrowable(context.getBean(AwsCredentialsProvider.class)::resolveCredentials))
                        .isNotNull();

                assertThat(context.getBean(LanyardEndpoint.class).credentials().get("sources"))
                        .asString()
                        .contains("state=FAILED")
                        .contains("AccessDeniedException")
                        .contains("remedy=");
            });
        }

        @Test
        void info_shows_the_source_in_use_without_its_identity() {
            application.run(context -> {
                assertThat(info(context)).doesNotContainKey("awsCredentials");

                context.getBean(AwsCredentialsProvider.class).resolveCredentials();

                assertThat(info(context).get("awsCredentials"))
                        .asString()
                        .contains("source=container", "expiration=")
                        .doesNotContain("CANARY", "111122223333", pod.issued().accessKeyId());
            });
        }

        @Test
        void by_opt_in_info_shows_account_and_access_key_id() {
            application.withPropertyValues("lanyard.info.show-identity=true").run(context -> {
                context.getBean(AwsCredentialsProvider.class).resolveCredentials();

                assertThat(info(context).get("awsCredentials"))
                        .asString()
                        .contains(
                                "source=container",
                                "accountId=111122223333",
                                pod.issued().accessKeyId())
                        .doesNotContain("CANARY");
            });
        }

        private static Map<String, Object> info(ApplicationContext context) {
            Info.Builder info = new Info.Builder();
            context.getBean(LanyardActuatorAutoConfiguration.Actuator.CredentialsInfo.class)
                    .contribute(info);
            return info.build().getDetails();
        }
    }
}
