// SPDX-License-Identifier: Apache-2.0

/**
 * The container source: settings, endpoint, token, attempts, parser.
 *
 * <p>{@link io.lanyard.container.ContainerCredentialsSource} is the source, {@link
 * io.lanyard.container.ContainerOptions} has what an application may set. A load flows straight down: {@code
 * ContainerConfiguration} reads the settings, {@code CredentialsLoader} makes attempts, and in each {@code Attempt}
 * {@code AgentEndpoint} decides whether a token may go there, {@code TokenSource} reads the token, and {@code
 * CredentialsParser} reads the answer. After a failure {@code AttemptFailures} builds the exception, with {@code
 * ErrorAnswer} and {@code FailureClassifier}, and {@code Retries} and {@code RetrySchedule} decide whether there is
 * another attempt.
 */
@NullMarked
package io.lanyard.container;

import org.jspecify.annotations.NullMarked;
