// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a server saw of one request, and what it answered. Holds no token and no credentials.
 *
 * @param arrived when it had been read, by the server's clock
 * @param method as sent
 * @param target the request target as sent; of the parameters of {@link StsService} the action alone
 * @param host the Host header as sent, null if there was none
 * @param authorized whether the request brought a token (in the Authorization header, or where its server wants one) or
 *     a signature
 * @param tokenId the {@code jti} of the token if it has one, else {@code sha256:} and the first 12 hex digits of its
 *     digest; the access key id of a signature; null without either
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
