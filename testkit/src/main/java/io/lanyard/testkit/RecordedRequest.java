// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request to a server, and the status of its answer. Contains no token and no credentials.
 *
 * @param arrived when the server had read it, on the server's clock
 * @param method as sent
 * @param target the request target as sent; for {@link StsService} only the path and the action
 * @param host the Host header as sent, null if there was none
 * @param authorized whether the request had a token (in the Authorization header or the server's own header) or a
 *     signature
 * @param tokenId the {@code jti} of the token if it has one, otherwise {@code sha256:} and the first 12 hex digits of its
 *     digest; the access key ID of a signature; null without either
 * @param status the status of the answer; 0 if a fault sends no status
 */
public record RecordedRequest(
        Instant arrived,
        String method,
        String target,
        @Nullable String host,
        boolean authorized,
        @Nullable String tokenId,
        int status) {}
