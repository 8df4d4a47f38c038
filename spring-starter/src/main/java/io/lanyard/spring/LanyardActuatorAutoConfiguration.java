// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The endpoint and what {@code /actuator/info} says of the credentials, where there is an actuator. */
@AutoConfiguration(after = LanyardAutoConfiguration.class)
final class LanyardActuatorAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = {
                "org.springframework.boot.actuate.info.InfoContributor",
                "org.springframework.boot.actuate.autoconfigure.info.ConditionalOnEnabledInfoContributor"
            })
    @ConditionalOnSingleCandidate(LanyardDefaultCredentialsProvider.class)
    static final class Actuator {

        @Bean
        @ConditionalOnAvailableEndpoint
        LanyardEndpoint lanyardEndpoint(LanyardDefaultCredentialsProvider provider) {
            return new LanyardEndpoint(provider);
        }

        @Bean
        @ConditionalOnEnabledInfoContributor("lanyard")
        CredentialsInfo lanyardInfoContributor(LanyardDefaultCredentialsProvider provider) {
            return new CredentialsInfo(provider);
        }

        record CredentialsInfo(LanyardDefaultCredentialsProvider provider) implements InfoContributor {
            @Override
            public void contribute(Info.Builder builder) {
                provider.status().source().ifPresent(source -> {
                    Map<String, Object> details = new LinkedHashMap<>();
                    details.put("source", source.name());
                    provider.status().identity().ifPresent(who -> details.putAll(LanyardEndpoint.describe(who)));
                    builder.withDetail("awsCredentials", details);
                });
            }
        }
    }
}
