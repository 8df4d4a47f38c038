// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.awspring.cloud.autoconfigure.core.AwsConnectionDetails;
import io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.RegionProviderAutoConfiguration;
import io.lanyard.chain.LinkState;
import io.lanyard.chain.Slot;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import io.lanyard.testkit.InstanceMetadataService;
import io.lanyard.testkit.ServiceAccountTokens;
import io.lanyard.testkit.StsService;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;

/** An application that has Spring Cloud AWS and adds the starter keeps the credentials it has. */
class SpringCloudAwsTest {

    private static final Slot THEIRS = new Slot("spring-cloud-aws");

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
    void where_spring_cloud_aws_has_been_told_nothing_its_default_chain_is_lanyards() {
        application.run(context -> {
            LanyardDefaultCredentialsProvider provider = provider(context);

            assertThat(provider.resolveCredentials().accessKeyId())
                    .isEqualTo(pod.issued().accessKeyId());
            assertThat(provider.explain().link(THEIRS)).isEmpty();
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
                    assertThat(provider.explain().inUse().orElseThrow().slot()).isEqualTo(THEIRS);
                    assertThat(provider.explain()
                                    .link(Slot.CONTAINER)
                                    .orElseThrow()
                                    .state())
                            .isEqualTo(LinkState.SHADOWED);
                    assertThat(provider.explain().toString()).doesNotContain("CANARY");
                });
        assertThat(pod.agent.requests()).isEmpty();
    }

    @Test
    void a_service_connection_keeps_its_precedence_over_all() {
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
    void an_application_without_spring_cloud_aws_misses_nothing() {
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
