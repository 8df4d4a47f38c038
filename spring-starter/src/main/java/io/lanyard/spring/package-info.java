// SPDX-License-Identifier: Apache-2.0

/**
 * Makes Lanyard's default chain the {@code AwsCredentialsProvider} of a Spring Boot application, with properties, health,
 * metrics, events and an endpoint.
 *
 * <p>The public API is {@link io.lanyard.spring.LanyardProperties}, {@link
 * io.lanyard.spring.CredentialsProviderCustomizer} and {@link io.lanyard.spring.CredentialsEvent}; Spring Boot
 * finds the rest.
 */
@NullMarked
package io.lanyard.spring;

import org.jspecify.annotations.NullMarked;
