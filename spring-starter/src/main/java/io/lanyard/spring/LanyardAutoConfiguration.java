// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.awspring.cloud.autoconfigure.core.AwsConnectionDetails;
import io.awspring.cloud.autoconfigure.core.CredentialsProperties;
import io.lanyard.CredentialsListener;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;

/**
 * Lanyard's default chain as the application's {@code AwsCredentialsProvider}, unless the application has one.
 *
 * <p>Which source is used is decided by the chain, at run time: an ahead-of-time build has the same beans.
 */
// late: a library's own provider, with keys that it has been told, wins as the application's does
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(beforeName = "io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration")
@ConditionalOnBooleanProperty(name = LanyardProperties.PREFIX + ".enabled", matchIfMissing = true)
@EnableConfigurationProperties(LanyardProperties.class)
final class LanyardAutoConfiguration {

    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean(AwsCredentialsProvider.class)
    LanyardDefaultCredentialsProvider lanyardCredentialsProvider(
            LanyardProperties properties,
            Environment environment,
            ObjectProvider<CredentialsListener> listeners,
            ObjectProvider<CredentialsProviderCustomizer> customizers,
            ObjectProvider<BootstrapCredentials> bootstrap) {
        LanyardDefaultCredentialsProvider.Builder builder = properties
                .providerBuilder()
                .listener(new Listeners(listeners.orderedStream().toList()));
        if (environment.getProperty("spring.threads.virtual.enabled", boolean.class, false)
                && Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS) {
            builder.executor(new VirtualThreadTaskExecutor("lanyard-"));
        }
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        properties.excludeSources(builder); // also from among those that customizers have added
        LanyardDefaultCredentialsProvider provider = builder.build();
        bootstrap.ifAvailable(credentials -> credentials.handOverTo(provider));
        return provider;
    }

    @Bean
    EventPublisher lanyardEventPublisher(ApplicationEventPublisher application) {
        return new EventPublisher(application);
    }

    @Bean
    @ConditionalOnSingleCandidate(LanyardDefaultCredentialsProvider.class)
    CredentialsLifecycle lanyardCredentialsLifecycle(
            LanyardDefaultCredentialsProvider provider, LanyardProperties properties, ApplicationContext application) {
        return new CredentialsLifecycle(provider, properties.firstFetch(), application);
    }

    /** What Spring Cloud AWS has been told of credentials keeps its precedence. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration")
    @EnableConfigurationProperties(CredentialsProperties.class)
    static final class SpringCloudAwsConfiguration {

        @Bean
        @Order(Ordered.HIGHEST_PRECEDENCE)
        SpringCloudAwsCredentials lanyardSpringCloudAwsCredentials(
                LanyardProperties lanyard,
                CredentialsProperties credentials,
                Environment environment,
                ObjectProvider<AwsRegionProvider> region,
                ObjectProvider<AwsConnectionDetails> connection) {
            return new SpringCloudAwsCredentials(
                    credentials,
                    () -> region.getObject().getRegion(),
                    connection.getIfAvailable(),
                    lanyard.region() == null ? environment.getProperty(SpringCloudAwsCredentials.REGION) : null);
        }
    }
}
