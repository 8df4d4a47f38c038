// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.awspring.cloud.autoconfigure.core.CredentialsProperties;
import io.awspring.cloud.autoconfigure.core.RegionProperties;
import io.awspring.cloud.autoconfigure.core.RegionProviderAutoConfiguration;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.lang.reflect.Method;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.event.ApplicationContextInitializedEvent;
import org.springframework.boot.context.event.ApplicationStartingEvent;
import org.springframework.boot.context.event.SpringApplicationEvent;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationListener;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * Provides the credentials of {@code spring.config.import=aws-secretsmanager:} and {@code aws-parameterstore:}, which
 * are needed before there are beans.
 *
 * <p>The AWS clients made for an import become beans of the application. Once the application has its own provider, they
 * get that provider's credentials: only one provider refreshes, and the application's listeners receive its events.
 */
final class BootstrapCredentials implements ApplicationListener<SpringApplicationEvent> {

    private volatile @Nullable Relay relay;

    @Override
    public void onApplicationEvent(SpringApplicationEvent event) {
        if (event instanceof ApplicationStartingEvent starting) {
            register(starting);
        } else if (event instanceof ApplicationContextInitializedEvent initialized && relay != null) {
            initialized.getApplicationContext().getBeanFactory().registerSingleton("lanyardBootstrapCredentials", this);
        }
    }

    void handOverTo(LanyardDefaultCredentialsProvider provider) {
        Relay known = relay;
        if (known != null) {
            known.handOverTo(provider);
        }
    }

    /** Uses reflection, because the registry's types have different packages in Spring Boot 3 and 4. */
    private void register(ApplicationStartingEvent event) {
        Method context = method(ApplicationStartingEvent.class, "getBootstrapContext");
        Class<?> registryType = context.getReturnType();
        Method registerIfAbsent = method(registryType, "registerIfAbsent");
        Method get = method(registryType, "get", Class.class);
        Method from = method(registerIfAbsent.getParameterTypes()[1], "from", Supplier.class);
        Object registry = ReflectionUtils.invokeMethod(context, event);
        Supplier<AwsCredentialsProvider> supplier = () ->
                provider((Binder) Objects.requireNonNull(ReflectionUtils.invokeMethod(get, registry, Binder.class)));
        ReflectionUtils.invokeMethod(
                registerIfAbsent,
                registry,
                AwsCredentialsProvider.class,
                ReflectionUtils.invokeMethod(from, null, supplier));
    }

    private static Method method(Class<?> type, String name, Class<?>... parameters) {
        Method method = parameters.length == 0
                ? ReflectionUtils.findMethod(type, name, (Class<?>[]) null)
                : ReflectionUtils.findMethod(type, name, parameters);
        return Objects.requireNonNull(method, name);
    }

    /** Makes the provider. When this method throws, Spring Cloud AWS makes its own, as without this starter. */
    private AwsCredentialsProvider provider(Binder binder) {
        LanyardProperties properties = binder.bindOrCreate(LanyardProperties.PREFIX, LanyardProperties.class);
        if (!properties.enabled()) {
            throw new IllegalStateException(LanyardProperties.PREFIX + ".enabled is false");
        }
        LanyardDefaultCredentialsProvider.Builder builder = properties.providerBuilder();
        boolean springCloudAws = ClassUtils.isPresent(
                "io.awspring.cloud.autoconfigure.core.CredentialsProperties",
                BootstrapCredentials.class.getClassLoader());
        if (springCloudAws) {
            SpringCloudAws.customize(builder, properties, binder);
        }
        properties.excludeSources(builder);
        Relay made = new Relay(builder.build());
        relay = made;
        return made;
    }

    /** A class of its own, because Spring Cloud AWS is optional. */
    private static final class SpringCloudAws {

        static void customize(
                LanyardDefaultCredentialsProvider.Builder builder, LanyardProperties lanyard, Binder binder) {
            new SpringCloudAwsCredentials(
                            binder.bindOrCreate(CredentialsProperties.PREFIX, CredentialsProperties.class),
                            RegionProviderAutoConfiguration.createRegionProvider(
                                    binder.bindOrCreate(RegionProperties.PREFIX, RegionProperties.class)),
                            null,
                            lanyard.region() == null
                                    ? binder.bind(SpringCloudAwsCredentials.REGION, String.class)
                                            .orElse(null)
                                    : null,
                            () -> null)
                    .customize(builder);
        }
    }

    /** Delegates to its own provider, and from the hand-over on to the application's. */
    private static final class Relay implements AwsCredentialsProvider, SdkAutoCloseable {

        private final LanyardDefaultCredentialsProvider own;
        private volatile AwsCredentialsProvider current;

        Relay(LanyardDefaultCredentialsProvider own) {
            this.own = own;
            this.current = own;
        }

        void handOverTo(AwsCredentialsProvider provider) {
            current = provider;
            own.forget();
        }

        @Override
        public AwsCredentials resolveCredentials() {
            return current.resolveCredentials();
        }

        @Override
        public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(ResolveIdentityRequest request) {
            return current.resolveIdentity(request);
        }

        @Override
        public void close() {
            own.close();
        }

        @Override
        public String toString() {
            return "BootstrapCredentials(" + current + ")";
        }
    }
}
