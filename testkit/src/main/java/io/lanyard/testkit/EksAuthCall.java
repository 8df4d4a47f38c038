// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One call of EKS Auth by an agent. Holds no token and no credentials.
 *
 * @param arrived when, by the cluster's clock; of a renewal that an agent caught up on, when it was due
 * @param tokenId the {@code jti} of the token, null if it has none
 * @param answer what was answered, whether or not the agent still waited for it
 */
public record EksAuthCall(Instant arrived, @Nullable String tokenId, EksAuthAnswer answer) {}
