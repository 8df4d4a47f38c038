// SPDX-License-Identifier: Apache-2.0
package io.lanyard.report;

import io.lanyard.internal.json.Json;
import io.lanyard.internal.text.ForeignText;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The claims of a service account token: decoded, not verified, and without anything that would let the token be used.
 *
 * @param namespace the Kubernetes namespace
 * @param serviceAccount the service account's name
 * @param pod the pod that the token is bound to; absent where it is bound to none
 * @param node the node that the pod runs on; absent where the token does not say
 * @param audiences the services that the token is for, for example {@code pods.eks.amazonaws.com} or {@code
 *     sts.amazonaws.com}
 * @param expiration when it expires
 */
public record TokenClaims(
        Optional<String> namespace,
        Optional<String> serviceAccount,
        Optional<String> pod,
        Optional<String> node,
        List<String> audiences,
        Optional<Instant> expiration) {

    private static final String SUBJECT = "system:serviceaccount:";

    /** The longest claim that a report shows; a longer one is cut. */
    private static final int LONGEST_CLAIM = 256;

    private static final int MOST_AUDIENCES = 8;

    /**
     * Decodes the claims.
     *
     * @param token a token
     * @return its claims; empty when it is not a JSON web token
     */
    public static Optional<TokenClaims> decode(String token) {
        String[] parts = token.strip().split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        Map<String, @Nullable Object> claims;
        try {
            claims = Json.object(Base64.getUrlDecoder().decode(parts[1]));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
        String[] names = claims.get("sub") instanceof String subject && subject.startsWith(SUBJECT)
                ? subject.substring(SUBJECT.length()).split(":", 2)
                : new String[0];
        boolean isNamed = names.length == 2;
        return Optional.of(new TokenClaims(
                isNamed ? Optional.of(cut(names[0])) : Optional.empty(),
                isNamed ? Optional.of(cut(names[1])) : Optional.empty(),
                named("pod", claims.get("kubernetes.io")),
                named("node", claims.get("kubernetes.io")),
                audiences(claims.get("aud")),
                expiration(claims.get("exp"))));
    }

    /** The name of an object that the token is bound to. */
    private static Optional<String> named(String kind, @Nullable Object kubernetes) {
        return kubernetes instanceof Map<?, ?> bound
                        && bound.get(kind) instanceof Map<?, ?> object
                        && object.get("name") instanceof String name
                ? Optional.of(cut(name))
                : Optional.empty();
    }

    private static List<String> audiences(@Nullable Object claim) {
        List<String> audiences = new ArrayList<>();
        for (Object audience : claim instanceof List<?> several ? several : Collections.singletonList(claim)) {
            if (audience instanceof String name && audiences.size() < MOST_AUDIENCES) {
                audiences.add(cut(name));
            }
        }
        return List.copyOf(audiences);
    }

    private static Optional<Instant> expiration(@Nullable Object claim) {
        try {
            return claim instanceof Number seconds
                    ? Optional.of(Instant.ofEpochSecond(seconds.longValue()))
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty(); // beyond the range of Instant
        }
    }

    private static String cut(String claim) {
        return ForeignText.clean(claim, List.of(), LONGEST_CLAIM);
    }

    /** Returns for example {@code shop/cart for pods.eks.amazonaws.com until 2026-11-23T10:00:00Z}. */
    @Override
    public String toString() {
        return namespace.orElse("?") + "/" + serviceAccount.orElse("?")
                + (pod.isPresent() ? ", pod " + pod.get() : "")
                + " for "
                + (audiences.isEmpty() ? "no audience" : String.join(" ", audiences))
                + expiration.map(end -> " until " + end).orElse(", which never expires");
    }
}
