// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spring;

import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;

/**
 * Changes what the properties cannot: each bean of this type receives the builder of the application's provider, after
 * the properties have been applied, in the order of the beans.
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
     * @param builder has the application's properties already
     */
    void customize(LanyardDefaultCredentialsProvider.Builder builder);
}
