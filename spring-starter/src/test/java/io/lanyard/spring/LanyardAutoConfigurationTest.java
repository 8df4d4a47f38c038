// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lanyard.Category;
import io.lanyard.CredentialsListener;
import io.lanyard.chain.ChainReport;
import io.lanyard.chain.ChainSource;
import io.lanyard.chain.SourceName;
import io.lanyard.chain.SourceReport;
import io.lanyard.chain.SourceState;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import io.lanyard.testkit.EksAuthAnswer;
import io.lanyard.testkit.Fault;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

@ExtendWith(OutputCaptureExtension.class)
class LanyardAutoConfigurationTest {

    private final Pod pod = new Pod();
    private final ApplicationContextRunner application = pod.application();

    @AfterEach
    void close() {
        pod.close();
    }

    @Nested
    class ProviderBean {

        @Test
        void the_provider_is_lanyards_and_makes_no_request_before_the_first_call() {
            application.run(context -> {
                AwsCredentialsProvider provider = context.getBean(AwsCredentialsProvider.class);

                assertThat(provider).isInstanceOf(LanyardDefaultCredentialsProvider.class);
                assertThat(pod.agent.requests()).isEmpty();
                assertThat(provider.resolveCredentials().accessKeyId())
                        .isEqualTo(pod.issued().accessKeyId());
            });
        }

        @Test
        void an_applications_own_provider_takes_precedence() {
            application.withUserConfiguration(OwnProvider.class).run(context -> {
                assertThat(context).hasSingleBean(AwsCredentialsProvider.class);
                assertThat(context).hasBean("mine");
                assertThat(context).doesNotHaveBean(CredentialsLifecycle.class);
            });
        }

        @Test
        void beside_several_providers_without_a_primary_the_starter_does_nothing() {
            application
                    .withConfiguration(AutoConfigurations.of(
                            LanyardActuatorAutoConfiguration.class,
                            LanyardMetricsAutoConfiguration.class,
                            Boot3HealthAutoConfiguration.class,
                            Boot4HealthAutoConfiguration.class))
                    .withBean(SimpleMeterRegistry.class)
                    .withBean("one", LanyardDefaultCredentialsProvider.class, LanyardDefaultCredentialsProvider::create)
                    .withBean("two", LanyardDefaultCredentialsProvider.class, LanyardDefaultCredentialsProvider::create)
                    .run(context -> assertThat(context)
                            .hasNotFailed()
                            .doesNotHaveBean(CredentialsLifecycle.class)
                            .doesNotHaveBean(CredentialsMetrics.class));
        }

        @Test
        void another_librarys_provider_takes_precedence() {
            application
                    .withConfiguration(AutoConfigurations.of(ZOtherLibraryAutoConfiguration.class))
                    .run(context -> assertThat(context)
                            .hasSingleBean(AwsCredentialsProvider.class)
                            .hasBean("other"));
        }

        @Test
        void the_starter_can_be_disabled() {
            application
                    .withPropertyValues("lanyard.enabled=false")
                    .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(AwsCredentialsProvider.class));
        }
    }

    @Nested
    class Properties {

        @Test
        void excluded_sources_are_not_in_the_chain() {
            application
                    .withPropertyValues("lanyard.excluded-sources=profile, instance-metadata")
                    .run(context -> {
                        ChainReport report = context.getBean(LanyardDefaultCredentialsProvider.class)
                                .explain();

                        assertThat(report.sources())
                                .extracting(SourceReport::name)
                                .containsExactly(
                                        SourceName.SYSTEM_PROPERTIES,
                                        SourceName.ENVIRONMENT,
                                        SourceName.WEB_IDENTITY,
                                        SourceName.CONTAINER);
                    });
        }

        @Test
        void an_unknown_excluded_source_fails_the_start_with_the_known_names() {
            application
                    .withUserConfiguration(TwoCustomizers.class)
                    .withPropertyValues("lanyard.excluded-sources=pod-identity")
                    .run(context -> assertThat(context.getStartupFailure())
                            .rootCause()
                            .hasMessageContainingAll(
                                    "pod-identity",
                                    "system-properties, environment, web-identity, profile, two, one, container,"
                                            + " instance-metadata, spring-cloud-aws"));
        }

        @Test
        void one_property_excludes_instance_metadata() {
            application
                    .withPropertyValues("lanyard.excluded-sources=profile", "lanyard.exclude-instance-metadata=true")
                    .run(context -> assertThat(context.getBean(LanyardDefaultCredentialsProvider.class)
                                    .explain()
                                    .source(SourceName.INSTANCE_METADATA)
                                    .orElseThrow())
                            .satisfies(source -> {
                                assertThat(source.state()).isEqualTo(SourceState.EXCLUDED);
                                assertThat(source.reason()).contains("lanyard.exclude-instance-metadata");
                            }));
        }

        @Test
        void sources_of_customizers_can_be_excluded_too() {
            application
                    .withUserConfiguration(TwoCustomizers.class)
                    .withPropertyValues("lanyard.excluded-sources=one, spring-cloud-aws")
                    .run(context -> assertThat(context.getBean(LanyardDefaultCredentialsProvider.class)
                                    .explain()
                                    .sources())
                            .extracting(source -> source.name().name())
                            .contains("two")
                            .doesNotContain("one"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"lanyard.profile=", "lanyard.profile=  ", "lanyard.region=", "lanyard.region= "})
        void a_blank_value_counts_as_unset(String property) {
            application.withPropertyValues(property).run(context -> {
                assertThat(context).hasNotFailed();
                assertThat(context.getBean(LanyardProperties.class).profile()).isNull();
                assertThat(context.getBean(LanyardProperties.class).region()).isNull();
            });
        }

        @Test
        void max_attempts_and_expired_credentials_apply_to_the_container() {
            pod.agent.faults().always(Fault.expired(Duration.ofHours(1)));
            application
                    .withPropertyValues(
                            "lanyard.container.max-attempts=1", "lanyard.container.expired-credentials=accept")
                    .run(context -> {
                        context.getBean(AwsCredentialsProvider.class).resolveCredentials();

                        assertThat(pod.agent.requests()).hasSize(1);
                    });
        }

        @ParameterizedTest
        @CsvSource({
            "lanyard.container.attempt-timeout, -1s, attemptTimeout must be positive",
            "lanyard.container.connect-timeout, 0s, connectTimeout must be positive",
            "lanyard.container.load-timeout, 0s, loadTimeout must be positive",
            "lanyard.container.max-attempts, 0, maxAttempts must be at least 1",
            "lanyard.container.startup-patience, -1s, startupPatience must not be negative",
            "lanyard.container.advisory-window, 0s, advisoryWindow must be positive",
            "lanyard.container.mandatory-window, 0s, mandatoryWindow must be positive",
            "lanyard.container.expiration-margin, -1s, expirationMargin must not be negative",
            "lanyard.container.recheck-interval, 0s, recheckInterval must be positive",
            "lanyard.excluded-sources, pod-identity, pod-identity"
        })
        void an_invalid_value_fails_the_start_with_the_propertys_name(String property, String value, String reason) {
            application
                    .withPropertyValues(property + "=" + value)
                    .run(context -> assertThat(context.getStartupFailure())
                            .rootCause()
                            .isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, e -> {
                                assertThat(e.getName()).isEqualTo(property);
                                assertThat(e.getReason()).contains(reason);
                            }));
        }

        @Test
        void customizers_run_in_their_order_after_the_properties() {
            application
                    .withUserConfiguration(TwoCustomizers.class)
                    .run(context -> assertThat(context.getBean(LanyardDefaultCredentialsProvider.class)
                                    .explain()
                                    .sources())
                            .extracting(source -> source.name().name())
                            .containsExactly("two", "one", "container"));
        }
    }

    @Nested
    class FirstLoad {

        @Test
        void fail_fast_loads_credentials_at_the_start() {
            application.withPropertyValues("lanyard.first-load=fail-fast").run(context -> {
                assertThat(context).hasNotFailed();
                assertThat(pod.agent.issued()).hasSize(1);
            });
        }

        @Test
        void fail_fast_without_credentials_fails_the_start_with_cause_and_remedy() {
            pod.agent.eksAuth().answerWith(EksAuthAnswer.ACCESS_DENIED_TRUST_POLICY);
            application.withPropertyValues("lanyard.first-load=fail-fast").run(context -> {
                Throwable failure = Objects.requireNonNull(context.getStartupFailure());

                FailureAnalysis analysis = Objects.requireNonNull(new CredentialsFailureAnalyzer().analyze(failure));

                assertThat(analysis.getDescription())
                        .contains("Category: HTTP_STATUS")
                        .contains("Cause: HTTP_STATUS 400 AccessDeniedException")
                        .doesNotContain("Remedy:")
                        .doesNotContain("CANARY");
                assertThat(analysis.getAction()).contains("trust policy", "[role-trust-policy]");
            });
        }

        @Test
        void the_failure_of_another_source_is_analysed_too() {
            application
                    .withPropertyValues("lanyard.first-load=fail-fast")
                    .withBean(
                            CredentialsProviderCustomizer.class,
                            () -> builder -> builder.chain(chain -> chain.before(
                                    SourceName.CONTAINER,
                                    new SourceName("sts"),
                                    LanyardDefaultCredentialsProvider.source((AwsCredentialsProvider) () -> {
                                        throw SdkClientException.create("STS is away");
                                    }))))
                    .run(context -> {
                        Throwable failure = Objects.requireNonNull(context.getStartupFailure());

                        FailureAnalysis analysis =
                                Objects.requireNonNull(new CredentialsFailureAnalyzer().analyze(failure));

                        assertThat(analysis.getDescription())
                                .contains("Cause: ", "sts: the provider reports \"STS is away\"");
                        assertThat(analysis.getAction()).contains("lanyard.first-load=warn", "/actuator/lanyard");
                    });
        }

        @Test
        void warn_without_credentials_starts_and_logs_a_warning(CapturedOutput output) {
            pod.agent.stop();
            application
                    .withPropertyValues("lanyard.first-load=warn")
                    .run(context -> assertThat(context).hasNotFailed());

            assertThat(output)
                    .contains("The application starts without AWS credentials.")
                    .contains("UNREACHABLE");
        }
    }

    @Nested
    class Checkpoints {

        @Test
        void a_checkpoint_drops_credentials_and_the_restore_loads_new_ones() {
            application.run(context -> {
                LanyardDefaultCredentialsProvider provider = context.getBean(LanyardDefaultCredentialsProvider.class);
                provider.resolveCredentials();

                context.stop(); // as Spring does before a checkpoint
                assertThat(provider.status().identity()).isEmpty();

                context.start(); // as Spring does after the restore
                await().atMost(Duration.ofSeconds(10))
                        .untilAsserted(
                                () -> assertThat(provider.status().identity()).isPresent());
                assertThat(pod.agent.issued()).hasSize(2);
            });
        }

        @Test
        void beans_have_credentials_while_the_application_closes() {
            application.withUserConfiguration(NeedsCredentialsOnClose.class).run(context -> {
                context.getBean(AwsCredentialsProvider.class).resolveCredentials();
                NeedsCredentialsOnClose bean = context.getBean(NeedsCredentialsOnClose.class);

                context.close();

                assertThat(bean.key).hasValue(pod.issued().accessKeyId());
                assertThat(pod.agent.requests()).hasSize(1);
            });
        }
    }

    @Nested
    class Threads {

        @Test
        void loads_never_run_on_virtual_threads() {
            AtomicReference<Thread> thread = new AtomicReference<>();
            application
                    .withPropertyValues("spring.threads.virtual.enabled=true")
                    .withBean(CredentialsListener.class, () -> new CredentialsListener() {
                        @Override
                        public void attempted(Duration took, int status) {
                            thread.set(Thread.currentThread());
                        }
                    })
                    .run(context -> {
                        context.getBean(AwsCredentialsProvider.class).resolveCredentials();

                        await().atMost(Duration.ofSeconds(10)).until(() -> thread.get() != null);
                        assertThat(Objects.requireNonNull(thread.get())
                                        .getClass()
                                        .getName())
                                .doesNotContain("Virtual");
                    });
        }
    }

    @Nested
    class EventsAndListeners {

        @Test
        void credentials_events_are_published_without_secrets() {
            application.withUserConfiguration(Events.class).run(context -> {
                pod.agent.faults().always(Fault.lifetime(Duration.ofSeconds(2)));
                AwsCredentialsProvider provider = context.getBean(AwsCredentialsProvider.class);
                List<CredentialsEvent> received = context.getBean(Events.class).received;

                provider.resolveCredentials();
                await().atMost(Duration.ofSeconds(10)).until(() -> received.size() >= 2);
                pod.agent.stop();
                await().atMost(Duration.ofSeconds(15)).until(() -> {
                    provider.resolveCredentials();
                    return received.stream().anyMatch(CredentialsEvent.ServingStale.class::isInstance);
                });
                pod.agent.faults().clear();
                pod.agent.restart();
                await().atMost(Duration.ofSeconds(15))
                        .until(() -> received.stream().anyMatch(CredentialsEvent.Recovered.class::isInstance));

                assertThat(received)
                        .hasAtLeastOneElementOfType(CredentialsEvent.Refreshed.class)
                        .contains(new CredentialsEvent.SourceChanged(
                                null, "container", pod.agent.issued().get(0).accessKeyId()))
                        .anySatisfy(event -> assertThat(event)
                                .isInstanceOfSatisfying(
                                        CredentialsEvent.RefreshFailed.class,
                                        failed -> assertThat(failed.category()).isEqualTo(Category.UNREACHABLE)));
                assertThat(received).asString().doesNotContain("CANARY");
            });
        }

        @Test
        void a_listener_that_throws_does_not_affect_the_others(CapturedOutput output) {
            List<String> received = new CopyOnWriteArrayList<>();
            application
                    .withBean("first", CredentialsListener.class, Throwing::new)
                    .withBean("second", CredentialsListener.class, () -> new CredentialsListener() {
                        @Override
                        public void refreshed(String accessKeyId, @Nullable Instant expiration) {
                            received.add(accessKeyId);
                        }
                    })
                    .run(context -> {
                        context.getBean(AwsCredentialsProvider.class).resolveCredentials();

                        await().atMost(Duration.ofSeconds(10))
                                .until(() -> received.contains(pod.issued().accessKeyId()));
                    });
            assertThat(output).contains("The credentials listener " + Throwing.class.getName() + " threw an exception");
        }
    }

    private static final class Throwing implements CredentialsListener {
        @Override
        public void refreshed(String accessKeyId, @Nullable Instant expiration) {
            throw new IllegalStateException("on purpose");
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnProvider {
        @Bean
        AwsCredentialsProvider mine() {
            return StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAMINE", "CANARY"));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class TwoCustomizers {
        @Bean
        @Order(2)
        CredentialsProviderCustomizer two() {
            return builder ->
                    builder.chain(chain -> chain.before(new SourceName("one"), new SourceName("two"), source()));
        }

        @Bean
        @Order(1)
        CredentialsProviderCustomizer one() {
            return builder ->
                    builder.chain(chain -> chain.before(SourceName.CONTAINER, new SourceName("one"), source()));
        }

        private static ChainSource<AwsCredentialsIdentity> source() {
            return LanyardDefaultCredentialsProvider.source(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIACUSTOM", "CANARY")));
        }
    }

    /** Has no order of its own, and comes after the starter's by its name. */
    @AutoConfiguration
    static class ZOtherLibraryAutoConfiguration {

        @Bean
        @ConditionalOnMissingBean
        AwsCredentialsProvider other() {
            return StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAOTHER", "CANARY"));
        }
    }

    static final class NeedsCredentialsOnClose implements AutoCloseable {
        final AtomicReference<String> key = new AtomicReference<>();
        private final AwsCredentialsProvider provider;

        NeedsCredentialsOnClose(AwsCredentialsProvider provider) {
            this.provider = provider;
        }

        @Override
        public void close() {
            key.set(provider.resolveCredentials().accessKeyId());
        }
    }

    static final class Events {
        final List<CredentialsEvent> received = new CopyOnWriteArrayList<>();

        @EventListener
        void receive(CredentialsEvent event) {
            received.add(event);
        }
    }
}
