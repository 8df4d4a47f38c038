// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ReflectionUtils;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/** Tests the credentials of imported configuration, before there are beans. */
class BootstrapCredentialsTest {

    private final Pod pod = new Pod();

    @AfterEach
    void close() {
        pod.close();
    }

    /** Runs an application with a client that reads the bootstrap registry as Spring Cloud AWS does. */
    private ConfigurableApplicationContext run(Consumer<AwsCredentialsProvider> client, String... properties) {
        ApplicationListener<ApplicationEnvironmentPreparedEvent> listener = event -> {
            Method context = Objects.requireNonNull(
                    ReflectionUtils.findMethod(ApplicationEnvironmentPreparedEvent.class, "getBootstrapContext"));
            Method get =
                    Objects.requireNonNull(ReflectionUtils.findMethod(context.getReturnType(), "get", Class.class));
            Object registry = ReflectionUtils.invokeMethod(context, event);
            client.accept((AwsCredentialsProvider)
                    Objects.requireNonNull(ReflectionUtils.invokeMethod(get, registry, AwsCredentialsProvider.class)));
        };
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .listeners(listener)
                .properties(pod.properties())
                .properties(properties)
                .run();
    }

    @Test
    void an_import_uses_lanyards_chain_with_the_applications_properties() {
        AtomicReference<String> key = new AtomicReference<>();

        run(provider -> key.set(provider.resolveCredentials().accessKeyId())).close();

        assertThat(key).hasValue(pod.agent.issued().get(0).accessKeyId());
    }

    @Test
    void clients_of_an_import_get_the_applications_credentials() {
        AtomicReference<AwsCredentialsProvider> ofImport = new AtomicReference<>();
        try (ConfigurableApplicationContext context = run(provider -> {
            provider.resolveCredentials();
            ofImport.set(provider);
        })) {
            AwsCredentialsProvider provider = context.getBean(AwsCredentialsProvider.class);
            AwsCredentialsProvider imported = Objects.requireNonNull(ofImport.get());

            assertThat(imported.resolveCredentials()).isEqualTo(provider.resolveCredentials());
            assertThat(imported.resolveIdentity(ResolveIdentityRequest.builder().build())
                            .join())
                    .isEqualTo(provider.resolveCredentials());
            assertThat(imported).asString().contains(LanyardDefaultCredentialsProvider.class.getSimpleName());
            assertThat(pod.agent.issued()).hasSize(2);
        }
    }

    @Test
    void static_keys_keep_their_precedence_in_an_import() {
        AtomicReference<String> key = new AtomicReference<>();

        run(
                        provider -> key.set(provider.resolveCredentials().accessKeyId()),
                        "spring.cloud.aws.credentials.access-key=AKIASTATIC",
                        "spring.cloud.aws.credentials.secret-key=CANARY",
                        "spring.cloud.aws.region.static=eu-central-1")
                .close();

        assertThat(key).hasValue("AKIASTATIC");
        assertThat(pod.agent.requests()).isEmpty();
    }

    @Test
    void a_disabled_starter_provides_nothing_to_an_import() {
        AtomicReference<@Nullable AwsCredentialsProvider> given = new AtomicReference<>();

        assertThatThrownBy(() -> run(given::set, "lanyard.enabled=false"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("lanyard.enabled is false");
        assertThat(given).hasNullValue();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(LanyardAutoConfiguration.class)
    static class Application {}
}
