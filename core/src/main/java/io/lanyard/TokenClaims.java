// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a service account token says of itself: decoded, not verified, and without anything by which the token could be
 * used.
 *
 * @param namespace the Kubernetes namespace
 * @param serviceAccount the service account's name
 * @param pod the pod that the token is bound to; absent where it is bound to none
 * @param audiences whom the token is for, for example {@code pods.eks.amazonaws.com} or {@code sts.amazonaws.com}
 * @param expiration when it ends
 */
public record TokenClaims(
        Optional<String> namespace,
        Optional<String> serviceAccount,
        Optional<String> pod,
        List<String> audiences,
        Optional<Instant> expiration) {

    private static final String SUBJECT = "system:serviceaccount:";

    /** A claim is a name, not an essay; what is longer is cut, so that no report can be flooded by a token. */
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
        Claims claims = new Claims();
        try (JsonParser json =
                new JsonFactory().createParser(Base64.getUrlDecoder().decode(parts[1]))) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            claims.readObject(json);
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            return Optional.empty(); // the message quotes what could not be read
        }
        return Optional.of(claims.build());
    }

    /** For example {@code shop/cart for pods.eks.amazonaws.com until 2026-11-23T10:00:00Z}. */
    @Override
    public String toString() {
        return namespace.orElse("?") + "/" + serviceAccount.orElse("?")
                + (pod.isPresent() ? ", pod " + pod.get() : "")
                + " for "
                + (audiences.isEmpty() ? "nobody" : String.join(" ", audiences))
                + expiration.map(end -> " until " + end).orElse(" without an end");
    }

    private static final class Claims {
        private @Nullable String namespace;
        private @Nullable String serviceAccount;
        private @Nullable String pod;
        private final List<String> audiences = new ArrayList<>();
        private @Nullable Instant expiration;

        /** The claims that Kubernetes writes; the subject serves where the others are missing. */
        void readObject(JsonParser json) throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String claim = json.currentName();
                JsonToken value = json.nextToken();
                if (claim.equals("sub") && value == JsonToken.VALUE_STRING) {
                    subject(json.getText());
                } else if (claim.equals("aud")) {
                    audience(json, value);
                } else if (claim.equals("exp") && value.isNumeric()) {
                    expiration = Instant.ofEpochSecond(json.getLongValue());
                } else if (claim.equals("kubernetes.io") && value == JsonToken.START_OBJECT) {
                    kubernetes(json);
                } else {
                    json.skipChildren();
                }
            }
        }

        private void subject(String subject) {
            String[] names = subject.startsWith(SUBJECT)
                    ? subject.substring(SUBJECT.length()).split(":", 2)
                    : new String[0];
            if (names.length == 2) {
                namespace = cut(names[0]);
                serviceAccount = cut(names[1]);
            }
        }

        private void audience(JsonParser json, JsonToken value) throws IOException {
            if (value == JsonToken.VALUE_STRING) {
                audiences.add(cut(json.getText()));
            } else if (value == JsonToken.START_ARRAY) {
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    if (json.currentToken() == JsonToken.VALUE_STRING && audiences.size() < MOST_AUDIENCES) {
                        audiences.add(cut(json.getText()));
                    } else {
                        json.skipChildren();
                    }
                }
            } else {
                json.skipChildren();
            }
        }

        private void kubernetes(JsonParser json) throws IOException {
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                boolean isPod = json.currentName().equals("pod");
                if (json.nextToken() != JsonToken.START_OBJECT || !isPod) {
                    json.skipChildren();
                    continue;
                }
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    boolean isName = json.currentName().equals("name");
                    if (json.nextToken() == JsonToken.VALUE_STRING && isName) {
                        pod = cut(json.getText());
                    } else {
                        json.skipChildren();
                    }
                }
            }
        }

        private static String cut(String claim) {
            StringBuilder text = new StringBuilder();
            claim.chars().limit(LONGEST_CLAIM).forEach(c -> text.append(Character.isISOControl(c) ? ' ' : (char) c));
            return text.toString();
        }

        TokenClaims build() {
            return new TokenClaims(
                    Optional.ofNullable(namespace),
                    Optional.ofNullable(serviceAccount),
                    Optional.ofNullable(pod),
                    List.copyOf(audiences),
                    Optional.ofNullable(expiration));
        }
    }
}
