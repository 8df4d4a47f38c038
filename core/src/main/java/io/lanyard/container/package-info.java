// SPDX-License-Identifier: Apache-2.0

/**
 * The container source: settings, endpoint, token, attempts, parser.
 *
 * <p>{@link io.lanyard.container.ContainerCredentialsSource} is the source, {@link
 * io.lanyard.container.ContainerOptions} what an application may set. A load flows straight down: {@code
 * ContainerConfiguration} reads the settings, {@code AgentEndpoint} decides whether a token may go there, {@code
 * TokenSource} reads the token, {@code CredentialsLoader} makes attempts until one succeeds or none is left, {@code
 * CredentialsParser} and {@code ErrorAnswer} read the answers, and {@code Remedies} knows the fix.
 */
@NullMarked
package io.lanyard.container;

import org.jspecify.annotations.NullMarked;
