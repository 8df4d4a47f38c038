// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;

/**
 * Sets options that are not properties. Each bean of this type receives the builder of the application's provider, in the
 * order of the beans, after the properties.
 *
 * <pre>{@code
 * @Bean
 * CredentialsProviderCustomizer vaultFirst(Vault vault) {
 *     return builder -> builder.chain(chain -> chain.before(
 *             SourceName.ENVIRONMENT, new SourceName("vault"), LanyardDefaultCredentialsProvider.source(vault)));
 * }
 * }</pre>
 */
@FunctionalInterface
public interface CredentialsProviderCustomizer {

    /**
     * Changes the builder. Called once, by the thread that creates the bean.
     *
     * @param builder the builder, which has the application's properties
     */
    void customize(LanyardDefaultCredentialsProvider.Builder builder);
}
