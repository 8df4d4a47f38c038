// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.go;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A JSON Web Token, parsed but not verified, with the messages of golang-jwt 5.2.2, which the EKS agent uses. */
public final class Jwt {
    private static final Set<String> METHODS = Set.of(
            "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512",
            "EdDSA", "none");
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private final String token;
    private final Map<?, ?> claims;
    private final @Nullable Instant expiresAt;
    private final @Nullable Instant notBefore;

    private Jwt(String token, Map<?, ?> claims) throws MalformedException {
        this.token = token;
        this.claims = claims;
        this.expiresAt = instant("exp");
        this.notBefore = instant("nbf");
    }

    public static Jwt parse(String token) throws MalformedException {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            throw malformed("token contains an invalid number of segments");
        }
        Map<?, ?> header = object(parts[0], "header", "Go value of type map[string]interface {}");
        Jwt jwt = new Jwt(token, object(parts[1], "claim", "Go value of type jwt.RegisteredClaims"));
        if (!(header.get("alg") instanceof String method)) {
            throw new MalformedException("token is unverifiable: signing method (alg) is unspecified");
        }
        if (!METHODS.contains(method)) {
            throw new MalformedException("token is unverifiable: signing method (alg) is unavailable");
        }
        return jwt;
    }

    /** Returns the library's message if the token has expired or is not valid yet, otherwise an empty text. No leeway. */
    public String timeFault(Instant now) {
        List<String> faults = new ArrayList<>();
        if (expiresAt != null && !now.isBefore(expiresAt)) {
            faults.add("token is expired");
        }
        if (notBefore != null && now.isBefore(notBefore)) {
            faults.add("token is not valid yet");
        }
        return String.join(", ", faults);
    }

    public @Nullable String text(String claim) {
        return claims.get(claim) instanceof String text ? text : null;
    }

    public boolean hasAudience(String audience) {
        Object claim = claims.get("aud");
        return claim instanceof List<?> list ? list.contains(audience) : audience.equals(claim);
    }

    /** Returns name or uid of the pod that the token is bound to; null if it is not bound. */
    public @Nullable String pod(String field) {
        return claims.get("kubernetes.io") instanceof Map<?, ?> kubernetes
                        && kubernetes.get("pod") instanceof Map<?, ?> pod
                        && pod.get(field) instanceof String text
                ? text
                : null;
    }

    public String token() {
        return token;
    }

    private @Nullable Instant instant(String claim) throws MalformedException {
        Object value = claims.get(claim);
        if (value == null) {
            return null;
        }
        if (value instanceof BigDecimal seconds
                && seconds.precision() - seconds.scale() <= 12
                && seconds.scale() < 99) {
            return Instant.ofEpochSecond(seconds.longValue());
        }
        throw malformed("could not JSON decode claim: could not parse NumericData: json: invalid number");
    }

    private static Map<?, ?> object(String segment, String name, String type) throws MalformedException {
        byte[] bytes;
        try {
            bytes = decode(segment);
        } catch (MalformedException e) {
            throw malformed("could not base64 decode " + name + ": " + e.getMessage());
        }
        try {
            Object value = GoJson.parse(new String(bytes, StandardCharsets.UTF_8));
            if (value == null) {
                return Map.of();
            }
            if (value instanceof Map<?, ?> map) {
                return map;
            }
            String kind = value instanceof List
                    ? "array"
                    : value instanceof String ? "string" : value instanceof Boolean ? "bool" : "number";
            throw malformed("could not JSON decode " + name + ": json: cannot unmarshal " + kind + " into " + type);
        } catch (GoJson.SyntaxException e) {
            throw malformed("could not JSON decode " + name + ": " + e.getMessage());
        }
    }

    /** Decodes Go's unpadded URL alphabet. The error names the illegal byte, or the start of an incomplete group. */
    private static byte[] decode(String segment) throws MalformedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int bits = 0;
        int pending = 0;
        int group = 0;
        for (int i = 0; i < segment.length(); i++) {
            int value = ALPHABET.indexOf(segment.charAt(i));
            if (value < 0) {
                throw new MalformedException("illegal base64 data at input byte " + i);
            }
            group = (group + 1) % 4;
            bits = (bits << 6) | value;
            pending += 6;
            if (pending >= 8) {
                pending -= 8;
                out.write(bits >> pending);
            }
        }
        if (group == 1) {
            throw new MalformedException("illegal base64 data at input byte " + (segment.length() - 1));
        }
        return out.toByteArray();
    }

    private static MalformedException malformed(String message) {
        return new MalformedException("token is malformed: " + message);
    }

    /** A token that cannot be parsed, with the library's message. */
    public static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }
}
