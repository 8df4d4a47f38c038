// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an agent saw of one request, and what it answered. Holds no token and no credentials.
 *
 * @param arrived when its head had been read, by the agent's clock
 * @param method as sent
 * @param target the request target as sent
 * @param host the Host header as sent, null if there was none
 * @param authorized whether there was an Authorization header that was not empty
 * @param tokenId the {@code jti} of the token if it has one, else {@code sha256:} and the first 12 hex digits of its
 *     digest; null without a token
 * @param status the status answered; 0 if the fault left no status to answer
 */
public record RecordedRequest(
        Instant arrived,
        String method,
        String target,
        @Nullable String host,
        boolean authorized,
        @Nullable String tokenId,
        int status) {}
