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
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProvider;

/**
 * Makes Lanyard's default chain the application's {@code AwsCredentialsProvider}, unless the application has one.
 *
 * <p>The chain selects the source at run time, so an ahead-of-time build has the same beans.
 */
// last, so that another library's provider takes precedence, as the application's does
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE)
@AutoConfiguration(beforeName = "io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration")
@ConditionalOnClass(AwsCredentialsProvider.class) // an application without an AWS client needs no credentials
@ConditionalOnBooleanProperty(name = LanyardProperties.PREFIX + ".enabled", matchIfMissing = true)
@EnableConfigurationProperties(LanyardProperties.class)
final class LanyardAutoConfiguration {

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean(AwsCredentialsProvider.class)
    LanyardDefaultCredentialsProvider lanyardCredentialsProvider(
            LanyardProperties properties,
            ObjectProvider<CredentialsListener> listeners,
            ObjectProvider<CredentialsProviderCustomizer> customizers,
            ObjectProvider<BootstrapCredentials> bootstrap) {
        LanyardDefaultCredentialsProvider.Builder builder = properties
                .providerBuilder()
                .listener(new Listeners(listeners.orderedStream().toList()));
        customizers.orderedStream().forEach(customizer -> customizer.customize(builder));
        properties.excludeSources(builder); // after the customizers, so that their sources can be excluded
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
        return new CredentialsLifecycle(provider, properties.firstLoad(), application);
    }

    /** Registers the source of explicit Spring Cloud AWS settings, which keep their precedence. */
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
                ObjectProvider<AwsConnectionDetails> connection,
                ObjectProvider<CredentialsListener> listeners) {
            return new SpringCloudAwsCredentials(
                    credentials,
                    () -> region.getObject().getRegion(),
                    connection.getIfAvailable(),
                    lanyard.region() == null ? environment.getProperty(SpringCloudAwsCredentials.REGION) : null,
                    () -> new Listeners(listeners.orderedStream().toList()));
        }
    }
}
