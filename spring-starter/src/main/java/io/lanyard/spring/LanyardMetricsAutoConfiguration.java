// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Registers the meters if the application has a registry. */
@AutoConfiguration(
        after = LanyardAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
        })
final class LanyardMetricsAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = {
                "software.amazon.awssdk.auth.credentials.AwsCredentialsProvider",
                "io.micrometer.core.instrument.binder.MeterBinder"
            })
    static final class Metrics {

        @Bean
        @ConditionalOnBean(MeterRegistry.class)
        @ConditionalOnSingleCandidate(LanyardDefaultCredentialsProvider.class)
        CredentialsMetrics lanyardCredentialsMetrics(ObjectProvider<LanyardDefaultCredentialsProvider> provider) {
            return new CredentialsMetrics(provider);
        }
    }
}
