// SPDX-License-Identifier: Apache-2.0

/**
 * The exchange with the agent: settings, endpoint, token, fetch, parse.
 *
 * <p>{@link io.lanyard.container.ContainerCredentialsSource} is the door. Behind it a load flows straight through:
 * {@code Setting} says where and with what, {@code AgentEndpoint} decides whether a token may go there, {@code
 * TokenSource} reads the token, {@code CredentialsLoader} asks until it has an answer or a reason, {@code
 * SocketTransport} carries one request, {@code CredentialsParser} and {@code ErrorAnswer} read what came back, and
 * {@code Remedies} knows what mends it.
 */
@NullMarked
package io.lanyard.container;

import org.jspecify.annotations.NullMarked;
