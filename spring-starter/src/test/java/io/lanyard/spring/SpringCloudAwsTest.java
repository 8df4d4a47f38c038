// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.awspring.cloud.autoconfigure.core.AwsConnectionDetails;
import io.awspring.cloud.autoconfigure.core.CredentialsProperties;
import io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.RegionProviderAutoConfiguration;
import io.lanyard.RefreshState;
import io.lanyard.chain.SourceName;
import io.lanyard.chain.SourceState;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import io.lanyard.testkit.Fault;
import io.lanyard.testkit.InstanceMetadataService;
import io.lanyard.testkit.StsService;
import io.lanyard.testkit.token.ServiceAccountTokens;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.Region;

/** Tests that an application with Spring Cloud AWS keeps its credentials when it adds the starter. */
class SpringCloudAwsTest {

    private static final SourceName SPRING_CLOUD_AWS = new SourceName("spring-cloud-aws");

    private final Pod pod = new Pod();
    private final ApplicationContextRunner application = pod.application()
            .withConfiguration(AutoConfigurations.of(
                    CredentialsProviderAutoConfiguration.class, RegionProviderAutoConfiguration.class))
            .withPropertyValues("spring.cloud.aws.region.static=eu-central-1");

    @AfterEach
    void close() {
        pod.close();
    }

    private static LanyardDefaultCredentialsProvider provider(AssertableApplicationContext context) {
        assertThat(context).hasNotFailed().hasSingleBean(AwsCredentialsProvider.class);
        return context.getBean(LanyardDefaultCredentialsProvider.class);
    }

    @Test
    void without_explicit_settings_the_default_chain_is_lanyards() {
        application.run(context -> {
            LanyardDefaultCredentialsProvider provider = provider(context);

            assertThat(provider.resolveCredentials().accessKeyId())
                    .isEqualTo(pod.issued().accessKeyId());
            assertThat(provider.explain().source(SPRING_CLOUD_AWS)).isEmpty();
        });
    }

    @Test
    void static_keys_keep_their_precedence() {
        application
                .withPropertyValues(
                        "spring.cloud.aws.credentials.access-key=AKIASTATIC",
                        "spring.cloud.aws.credentials.secret-key=CANARY")
                .run(context -> {
                    LanyardDefaultCredentialsProvider provider = provider(context);

                    assertThat(provider.resolveCredentials().accessKeyId()).isEqualTo("AKIASTATIC");
                    assertThat(provider.explain().inUse().orElseThrow().name()).isEqualTo(SPRING_CLOUD_AWS);
                    assertThat(provider.explain()
                                    .source(SourceName.CONTAINER)
                                    .orElseThrow()
                                    .state())
                            .isEqualTo(SourceState.SHADOWED);
                    assertThat(provider.explain().toString()).doesNotContain("CANARY");
                });
        assertThat(pod.agent.requests()).isEmpty();
    }

    @Test
    void a_service_connection_keeps_its_precedence() {
        application
                .withBean(AwsConnectionDetails.class, LocalStack::new)
                .run(context -> assertThat(
                                provider(context).resolveCredentials().accessKeyId())
                        .isEqualTo("AKIALOCALSTACK"));
        assertThat(pod.agent.requests()).isEmpty();
    }

    @Test
    void a_profile_keeps_its_precedence(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("credentials"), "[work]\naws_access_key_id=AKIAPROFILE\naws_secret_access_key=CANARY\n");
        application
                .withPropertyValues(
                        "spring.cloud.aws.credentials.profile.name=work",
                        "spring.cloud.aws.credentials.profile.path=" + file)
                .run(context -> assertThat(
                                provider(context).resolveCredentials().accessKeyId())
                        .isEqualTo("AKIAPROFILE"));
    }

    @Test
    void the_instance_profile_keeps_its_precedence() {
        try (InstanceMetadataService metadata = InstanceMetadataService.start("arn:aws:iam::111122223333:role/node")) {
            application
                    .withSystemProperties("aws.ec2MetadataServiceEndpoint=" + metadata.endpoint())
                    .withPropertyValues("spring.cloud.aws.credentials.instance-profile=true")
                    .run(context -> assertThat(
                                    provider(context).resolveCredentials().accessKeyId())
                            .isEqualTo(metadata.issued().get(0).accessKeyId()));
        }
    }

    @Test
    void sts_with_a_web_identity_keeps_its_precedence(@TempDir Path folder) throws IOException {
        String role = "arn:aws:iam::111122223333:role/irsa";
        try (StsService sts = StsService.start()) {
            Path token = Files.writeString(
                    folder.resolve("token"),
                    ServiceAccountTokens.create()
                            .token("demo", "orders")
                            .audience("sts.amazonaws.com")
                            .issue());
            sts.allow(role, "demo", "orders");
            application
                    .withSystemProperties("aws.endpointUrlSts=" + sts.endpoint())
                    .withPropertyValues(
                            "spring.cloud.aws.credentials.sts.web-identity-token-file=" + token,
                            "spring.cloud.aws.credentials.sts.role-arn=" + role,
                            "spring.cloud.aws.credentials.sts.role-session-name=orders")
                    .run(context -> assertThat(
                                    provider(context).resolveCredentials().accessKeyId())
                            .isEqualTo(sts.issued().get(0).accessKeyId()));
        }
    }

    @Test
    void the_variables_of_irsa_belong_to_the_chains_own_source(@TempDir Path folder) throws IOException {
        try (StsService sts = slowSts();
                Irsa irsa = Irsa.set(sts, token(folder))) {
            observed(irsa).run(context -> {
                LanyardDefaultCredentialsProvider provider = provider(context);
                provider.resolveCredentials();

                assertThat(provider.explain().inUse().orElseThrow().name()).isEqualTo(SourceName.WEB_IDENTITY);
                assertThat(provider.explain().source(SPRING_CLOUD_AWS)).isEmpty();
                noCallWaitsUntilTheCredentialsAreRefreshed(context, sts);
            });
        }
    }

    @Test
    void explicit_sts_settings_are_refreshed_in_the_background(@TempDir Path folder) throws IOException {
        try (StsService sts = slowSts()) {
            Path token = token(folder);
            observed(Map.of())
                    .withSystemProperties("aws.endpointUrlSts=" + sts.endpoint())
                    .withPropertyValues(
                            "spring.cloud.aws.credentials.sts.web-identity-token-file=" + token,
                            "spring.cloud.aws.credentials.sts.role-arn=" + Irsa.ROLE)
                    .run(context -> {
                        LanyardDefaultCredentialsProvider provider = provider(context);
                        provider.resolveCredentials();

                        assertThat(provider.status().source()).contains(SPRING_CLOUD_AWS);
                        noCallWaitsUntilTheCredentialsAreRefreshed(context, sts);
                    });
        }
    }

    @Test
    void a_role_property_makes_the_environments_token_an_explicit_setting(@TempDir Path folder) throws IOException {
        String role = "arn:aws:iam::111122223333:role/explicit";
        try (StsService sts = StsService.start();
                Irsa irsa = Irsa.set(sts, token(folder))) {
            sts.allow(role, "demo", "orders");
            observed(irsa)
                    .withPropertyValues("spring.cloud.aws.credentials.sts.role-arn=" + role)
                    .run(context -> {
                        provider(context).resolveCredentials();

                        assertThat(sts.issued())
                                .singleElement()
                                .satisfies(
                                        issued -> assertThat(issued.roleArn()).isEqualTo(role));
                    });
        }
    }

    @Test
    void explicit_settings_that_fail_are_not_replaced_by_the_environment(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("credentials"), "[other]\naws_access_key_id=AKIAOTHER\n");
        try (StsService sts = StsService.start();
                Irsa irsa = Irsa.set(sts, token(folder))) {
            observed(irsa)
                    .withPropertyValues(
                            "spring.cloud.aws.credentials.profile.name=work",
                            "spring.cloud.aws.credentials.profile.path=" + file)
                    .run(context -> {
                        assertThat(catchThrowable(provider(context)::resolveCredentials))
                                .isNotNull();
                        assertThat(sts.requests()).isEmpty();
                    });
        }
    }

    @Test
    void an_import_leaves_the_variables_of_irsa_to_the_chains_own_source(@TempDir Path folder) throws IOException {
        try (StsService sts = StsService.start();
                Irsa irsa = Irsa.set(sts, token(folder))) {
            LanyardDefaultCredentialsProvider.Builder builder = LanyardDefaultCredentialsProvider.builder();
            new SpringCloudAwsCredentials(
                            new CredentialsProperties(), () -> Region.EU_CENTRAL_1, null, null, () -> null)
                    .customize(builder);
            try (LanyardDefaultCredentialsProvider provider = builder.build()) {
                assertThat(provider.explain().source(SPRING_CLOUD_AWS)).isEmpty();
                provider.resolveCredentials();
                assertThat(provider.status().source()).contains(SourceName.WEB_IDENTITY);
                assertThat(irsa).isNotEmpty();
            }
        }
    }

    private static StsService slowSts() {
        StsService sts = StsService.start();
        sts.allow(Irsa.ROLE, "demo", "orders");
        sts.credentialLifetime(Duration.ofSeconds(12));
        sts.faults().always(Fault.delay(Duration.ofMillis(1500)));
        return sts;
    }

    private static Path token(Path folder) throws IOException {
        return Files.writeString(
                folder.resolve("token"),
                ServiceAccountTokens.create()
                        .token("demo", "orders")
                        .audience("sts.amazonaws.com")
                        .issue());
    }

    /** Returns an application with meters and health, whose chain excludes the sources of this machine. */
    private ApplicationContextRunner observed(Map<String, String> environment) {
        return application
                .withConfiguration(AutoConfigurations.of(
                        LanyardMetricsAutoConfiguration.class, Boot3HealthAutoConfiguration.class))
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withPropertyValues("lanyard.excluded-sources="
                        + (environment.isEmpty()
                                ? "system-properties,environment,web-identity,profile,instance-metadata"
                                : "system-properties,environment,profile,instance-metadata"));
    }

    private static void noCallWaitsUntilTheCredentialsAreRefreshed(
            AssertableApplicationContext context, StsService sts) {
        LanyardDefaultCredentialsProvider provider = context.getBean(LanyardDefaultCredentialsProvider.class);
        MeterRegistry registry = context.getBean(MeterRegistry.class);
        context.getBean(CredentialsMetrics.class).bindTo(registry);
        String first = provider.resolveCredentials().accessKeyId();
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    long start = System.nanoTime();
                    String key = provider.resolveCredentials().accessKeyId();
                    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
                    return !key.equals(first);
                });

        assertThat(sts.issued()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(provider.status().refresh().orElseThrow().refreshes()).isGreaterThanOrEqualTo(2);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(registry.get("lanyard.credentials.load")
                                .tag("outcome", "success")
                                .timer()
                                .count())
                        .isGreaterThanOrEqualTo(2));
        CredentialsHealth.Finding health =
                new CredentialsHealth(provider, context.getBean(LanyardProperties.class)).finding();
        assertThat(health.status()).isEqualTo("UP");
        assertThat(health.details()).containsEntry("state", RefreshState.FRESH.name());
    }

    /** Sets the variables of IRSA as system properties. */
    private static final class Irsa extends HashMap<String, String> implements AutoCloseable {

        private static final long serialVersionUID = 1L;

        static final String ROLE = "arn:aws:iam::111122223333:role/irsa";

        static Irsa set(StsService sts, Path token) {
            sts.allow(ROLE, "demo", "orders");
            Irsa irsa = new Irsa();
            irsa.put("aws.roleArn", ROLE);
            irsa.put("aws.webIdentityTokenFile", token.toString());
            irsa.put("aws.endpointUrlSts", sts.endpoint().toString());
            irsa.put("aws.region", "us-west-2");
            irsa.forEach(System::setProperty);
            return irsa;
        }

        @Override
        public void close() {
            keySet().forEach(System::clearProperty);
        }
    }

    @Test
    void an_application_without_spring_cloud_aws_has_credentials() {
        pod.application()
                .withClassLoader(new FilteredClassLoader("io.awspring"))
                .run(context -> assertThat(
                                provider(context).resolveCredentials().accessKeyId())
                        .isEqualTo(pod.issued().accessKeyId()));
    }

    private static final class LocalStack implements AwsConnectionDetails {
        @Override
        public String getAccessKey() {
            return "AKIALOCALSTACK";
        }

        @Override
        public String getSecretKey() {
            return "CANARY";
        }
    }
}
