// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.chain.ChainStatus;
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

/** Registers the endpoint and the contribution to {@code /actuator/info} if the application has an actuator. */
@AutoConfiguration(after = LanyardAutoConfiguration.class)
final class LanyardActuatorAutoConfiguration {

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(
            name = {
                "software.amazon.awssdk.auth.credentials.AwsCredentialsProvider",
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
        CredentialsInfo lanyardInfoContributor(
                LanyardDefaultCredentialsProvider provider, LanyardProperties properties) {
            return new CredentialsInfo(provider, properties.info().showIdentity());
        }

        record CredentialsInfo(LanyardDefaultCredentialsProvider provider, boolean showIdentity)
                implements InfoContributor {
            @Override
            public void contribute(Info.Builder builder) {
                ChainStatus status = provider.status();
                status.source().ifPresent(source -> {
                    Map<String, Object> details = new LinkedHashMap<>();
                    details.put("source", source.name());
                    status.identity()
                            .ifPresent(identity -> details.putAll(
                                    showIdentity
                                            ? LanyardEndpoint.describe(identity)
                                            : LanyardEndpoint.expiration(identity)));
                    builder.withDetail("awsCredentials", details);
                });
            }
        }
    }
}
