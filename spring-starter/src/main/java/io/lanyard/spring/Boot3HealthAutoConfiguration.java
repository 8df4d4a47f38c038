// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Registers the health indicator with the types of Spring Boot 3. */
@AutoConfiguration(after = LanyardAutoConfiguration.class)
final class Boot3HealthAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = {
                "software.amazon.awssdk.auth.credentials.AwsCredentialsProvider",
                "org.springframework.boot.actuate.health.HealthIndicator",
                "org.springframework.boot.actuate.autoconfigure.health.ConditionalOnEnabledHealthIndicator"
            })
    static final class Boot3Health {

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
