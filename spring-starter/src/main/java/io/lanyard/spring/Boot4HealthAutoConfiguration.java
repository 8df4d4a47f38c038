// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Registers the health indicator with the types of Spring Boot 4. */
@AutoConfiguration(after = LanyardAutoConfiguration.class)
final class Boot4HealthAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = {
                "software.amazon.awssdk.auth.credentials.AwsCredentialsProvider",
                "org.springframework.boot.health.contributor.HealthIndicator",
                "org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator"
            })
    static final class Boot4Health {

        @Bean
        @ConditionalOnSingleCandidate(LanyardDefaultCredentialsProvider.class)
        @ConditionalOnEnabledHealthIndicator("lanyard")
        Indicator lanyardHealthIndicator(LanyardDefaultCredentialsProvider provider, LanyardProperties properties) {
            return new Indicator(new CredentialsHealth(provider, properties));
        }

        record Indicator(CredentialsHealth credentials) implements HealthIndicator {
            @Override
            public Health health() {
                CredentialsHealth.Finding finding = credentials.finding();
                return Health.status(finding.status())
                        .withDetails(finding.details())
                        .build();
            }
        }
    }
}
