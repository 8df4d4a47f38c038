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

    // ---- the bean

    @Test
    void with_nothing_but_the_starter_the_credentials_are_lanyards_and_nobody_is_asked_before_they_are_needed() {
        application.run(context -> {
            AwsCredentialsProvider provider = context.getBean(AwsCredentialsProvider.class);

            assertThat(provider).isInstanceOf(LanyardDefaultCredentialsProvider.class);
            assertThat(pod.agent.requests()).isEmpty();
            assertThat(provider.resolveCredentials().accessKeyId())
                    .isEqualTo(pod.issued().accessKeyId());
        });
    }

    @Test
    void an_applications_own_provider_wins() {
        application.withUserConfiguration(OwnProvider.class).run(context -> {
            assertThat(context).hasSingleBean(AwsCredentialsProvider.class);
            assertThat(context).hasBean("mine");
            assertThat(context).doesNotHaveBean(CredentialsLifecycle.class);
        });
    }

    @Test
    void beside_several_providers_of_an_application_none_of_them_the_first_the_starter_does_nothing() {
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
    void another_librarys_provider_with_keys_that_it_has_been_told_wins() {
        application
                .withConfiguration(AutoConfigurations.of(ZOtherLibraryAutoConfiguration.class))
                .run(context -> assertThat(context)
                        .hasSingleBean(AwsCredentialsProvider.class)
                        .hasBean("told"));
    }

    @Test
    void can_be_turned_off() {
        application
                .withPropertyValues("lanyard.enabled=false")
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(AwsCredentialsProvider.class));
    }

    // ---- properties

    @Test
    void the_chain_is_what_the_properties_say() {
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
    void an_unknown_source_is_rejected_with_the_names_of_all_that_can_be_excluded() {
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
    void the_instance_metadata_service_is_excluded_by_one_property() {
        application
                .withPropertyValues("lanyard.excluded-sources=profile", "lanyard.exclude-instance-metadata=true")
                .run(context -> assertThat(context.getBean(LanyardDefaultCredentialsProvider.class)
                                .explain()
                                .source(SourceName.INSTANCE_METADATA)
                                .orElseThrow())
                        .satisfies(link -> {
                            assertThat(link.state()).isEqualTo(SourceState.EXCLUDED);
                            assertThat(link.reason()).contains("lanyard.exclude-instance-metadata");
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
                        .extracting(link -> link.name().name())
                        .contains("two")
                        .doesNotContain("one"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lanyard.profile=", "lanyard.profile=  ", "lanyard.region=", "lanyard.region= "})
    void a_blank_value_is_an_unset_one(String property) {
        application.withPropertyValues(property).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(LanyardProperties.class).profile()).isNull();
            assertThat(context.getBean(LanyardProperties.class).region()).isNull();
        });
    }

    @Test
    void attempts_and_what_becomes_of_expired_credentials_are_what_the_properties_say() {
        pod.agent.faults().always(Fault.expired(Duration.ofHours(1)));
        application
                .withPropertyValues("lanyard.container.max-attempts=1", "lanyard.container.expired-credentials=accept")
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
    void a_value_that_cannot_be_used_is_refused_by_the_propertys_name(String property, String value, String reason) {
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
    void customizers_change_the_builder_in_their_order_after_the_properties() {
        application
                .withUserConfiguration(TwoCustomizers.class)
                .run(context -> assertThat(context.getBean(LanyardDefaultCredentialsProvider.class)
                                .explain()
                                .sources())
                        .extracting(link -> link.name().name())
                        .containsExactly("two", "one", "container"));
    }

    // ---- the first fetch

    @Test
    void fail_fast_starts_with_credentials() {
        application.withPropertyValues("lanyard.first-load=fail-fast").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(pod.agent.issued()).hasSize(1);
        });
    }

    @Test
    void fail_fast_without_credentials_ends_the_start_and_the_analysis_says_why_and_how_to_mend_it() {
        pod.agent.eksAuth().answerWith(EksAuthAnswer.ACCESS_DENIED_TRUST_POLICY);
        application.withPropertyValues("lanyard.first-load=fail-fast").run(context -> {
            Throwable failure = Objects.requireNonNull(context.getStartupFailure());

            FailureAnalysis analysis = Objects.requireNonNull(new CredentialsFailureAnalyzer().analyze(failure));

            assertThat(analysis.getDescription())
                    .contains("Category: HTTP_STATUS")
                    .contains("Cause: HTTP_STATUS 400 AccessDeniedException")
                    .doesNotContain("Remedy:")
                    .doesNotContain("CANARY");
            assertThat(analysis.getAction()).contains("trust policy");
        });
    }

    @Test
    void fail_fast_with_a_source_of_the_sdk_that_fails_is_analysed_too() {
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
    void warn_without_credentials_starts_all_the_same_and_says_so(CapturedOutput output) {
        pod.agent.stop();
        application
                .withPropertyValues("lanyard.first-load=warn")
                .run(context -> assertThat(context).hasNotFailed());

        assertThat(output)
                .contains("The application starts without AWS credentials.")
                .contains("UNREACHABLE");
    }

    // ---- checkpoints

    @Test
    void a_checkpoint_finds_no_credentials_and_after_the_restore_there_are_new_ones_before_anybody_asks() {
        application.run(context -> {
            LanyardDefaultCredentialsProvider provider = context.getBean(LanyardDefaultCredentialsProvider.class);
            provider.resolveCredentials();

            context.stop(); // what Spring does before a checkpoint
            assertThat(provider.status().identity()).isEmpty();

            context.start(); // and after it
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> assertThat(provider.status().identity()).isPresent());
            assertThat(pod.agent.issued()).hasSize(2);
        });
    }

    @Test
    void at_the_end_of_the_application_its_beans_have_the_credentials_still() {
        application.withUserConfiguration(NeedsCredentialsAtTheEnd.class).run(context -> {
            context.getBean(AwsCredentialsProvider.class).resolveCredentials();
            NeedsCredentialsAtTheEnd bean = context.getBean(NeedsCredentialsAtTheEnd.class);

            context.close();

            assertThat(bean.key).hasValue(pod.issued().accessKeyId());
            assertThat(pod.agent.requests()).hasSize(1);
        });
    }

    // ---- threads

    @Test
    void loads_run_on_no_virtual_thread_even_where_the_application_asks_for_virtual_threads() {
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
                    assertThat(Objects.requireNonNull(thread.get()).getClass().getName())
                            .doesNotContain("Virtual");
                });
    }

    // ---- who hears

    @Test
    void what_becomes_of_the_credentials_is_told_as_application_events_without_secrets() {
        application.withUserConfiguration(Events.class).run(context -> {
            pod.agent.faults().always(Fault.lifetime(Duration.ofSeconds(2)));
            AwsCredentialsProvider provider = context.getBean(AwsCredentialsProvider.class);
            List<CredentialsEvent> heard = context.getBean(Events.class).heard;

            provider.resolveCredentials();
            await().atMost(Duration.ofSeconds(10)).until(() -> heard.size() >= 2);
            pod.agent.stop();
            await().atMost(Duration.ofSeconds(15)).until(() -> {
                provider.resolveCredentials();
                return heard.stream().anyMatch(CredentialsEvent.ServingStale.class::isInstance);
            });
            pod.agent.faults().clear();
            pod.agent.restart();
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> heard.stream().anyMatch(CredentialsEvent.Recovered.class::isInstance));

            assertThat(heard)
                    .hasAtLeastOneElementOfType(CredentialsEvent.Refreshed.class)
                    .contains(new CredentialsEvent.SourceChanged(
                            null, "container", pod.agent.issued().get(0).accessKeyId()))
                    .anySatisfy(event -> assertThat(event)
                            .isInstanceOfSatisfying(
                                    CredentialsEvent.RefreshFailed.class,
                                    failed -> assertThat(failed.category()).isEqualTo(Category.UNREACHABLE)));
            assertThat(heard).asString().doesNotContain("CANARY");
        });
    }

    @Test
    void a_listener_that_throws_keeps_no_other_from_hearing(CapturedOutput output) {
        List<String> heard = new CopyOnWriteArrayList<>();
        application
                .withBean("first", CredentialsListener.class, Throwing::new)
                .withBean("second", CredentialsListener.class, () -> new CredentialsListener() {
                    @Override
                    public void refreshed(String accessKeyId, @Nullable Instant expiration) {
                        heard.add(accessKeyId);
                    }
                })
                .run(context -> {
                    context.getBean(AwsCredentialsProvider.class).resolveCredentials();

                    await().atMost(Duration.ofSeconds(10))
                            .until(() -> heard.contains(pod.issued().accessKeyId()));
                });
        assertThat(output).contains(Throwing.class.getName() + " failed when it received a credentials event");
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
                    builder.chain(chain -> chain.before(new SourceName("one"), new SourceName("two"), link()));
        }

        @Bean
        @Order(1)
        CredentialsProviderCustomizer one() {
            return builder -> builder.chain(chain -> chain.before(SourceName.CONTAINER, new SourceName("one"), link()));
        }

        private static ChainSource<AwsCredentialsIdentity> link() {
            return LanyardDefaultCredentialsProvider.source(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIACUSTOM", "CANARY")));
        }
    }

    /** Without an order of its own, and behind ours by its name. */
    @AutoConfiguration
    static class ZOtherLibraryAutoConfiguration {

        @Bean
        @ConditionalOnMissingBean
        AwsCredentialsProvider told() {
            return StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIATOLD", "CANARY"));
        }
    }

    static final class NeedsCredentialsAtTheEnd implements AutoCloseable {
        final AtomicReference<String> key = new AtomicReference<>();
        private final AwsCredentialsProvider provider;

        NeedsCredentialsAtTheEnd(AwsCredentialsProvider provider) {
            this.provider = provider;
        }

        @Override
        public void close() {
            key.set(provider.resolveCredentials().accessKeyId());
        }
    }

    static final class Events {
        final List<CredentialsEvent> heard = new CopyOnWriteArrayList<>();

        @EventListener
        void hear(CredentialsEvent event) {
            heard.add(event);
        }
    }
}
