// SPDX-License-Identifier: Apache-2.0

/**
 * Lanyard's default chain in a Spring Boot application: as the {@code AwsCredentialsProvider} of every AWS client, and
 * under the application's properties, probes, metrics and events.
 *
 * <p>What an application sees of it are {@link io.lanyard.spring.LanyardProperties}, {@link
 * io.lanyard.spring.CredentialsProviderCustomizer} and {@link io.lanyard.spring.CredentialsEvent}; the rest Spring Boot
 * finds by itself.
 */
@NullMarked
package io.lanyard.spring;

import org.jspecify.annotations.NullMarked;
