// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal;

import io.lanyard.testkit.internal.go.Jwt;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Identifies a token in records without showing it. */
public final class TokenId {
    private TokenId() {}

    /** Returns the {@code jti} of a JWT, otherwise the start of the token's digest; null if there is no token. */
    public static @Nullable String of(String token) {
        if (token.isEmpty()) {
            return null;
        }
        try {
            String id = Jwt.parse(token).text("jti");
            if (id != null) {
                return id;
            }
        } catch (Jwt.MalformedException e) {
            // not a JWT: identified by its digest
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
