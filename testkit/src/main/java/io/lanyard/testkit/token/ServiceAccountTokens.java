// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.token;

import io.lanyard.testkit.internal.go.GoJson;
import io.lanyard.testkit.internal.go.Jwt;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * An API server that issues projected service-account tokens for EKS Pod Identity: RS256, with the claims that a real
 * cluster writes, signed with a key of this JVM's own.
 *
 * <p>Immutable and thread-safe. The key is made when the first token is issued, which takes some hundred milliseconds
 * once in a JVM; after that a token takes about a millisecond. Nothing here does I/O.
 */
public final class ServiceAccountTokens {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String ALGORITHM = "SHA256withRSA";
    private static final Duration A_DAY = Duration.ofHours(24);

    private final InstantSource clock;
    private final String region;
    private final String id;

    private ServiceAccountTokens(InstantSource clock, String region, String id) {
        this.clock = clock;
        this.region = region;
        this.id = id;
    }

    /**
     * An issuer on the system's clock, for a cluster in {@code us-west-2}.
     *
     * @return the issuer
     */
    public static ServiceAccountTokens create() {
        return new ServiceAccountTokens(InstantSource.system(), "us-west-2", "0123456789ABCDEF0123456789ABCDEF");
    }

    /**
     * Creates the issuer of a new cluster, which takes the tokens of no other for its own.
     *
     * @param clock where {@code iat}, {@code nbf} and {@code exp} come from
     * @param region of AWS
     * @return an issuer whose {@link #issuer()} is never the same twice
     */
    public static ServiceAccountTokens ofNewCluster(InstantSource clock, String region) {
        String id = UUID.randomUUID().toString().replace("-", "").toUpperCase(Locale.ROOT);
        return new ServiceAccountTokens(clock, region, id);
    }

    /**
     * The same issuer on another clock.
     *
     * @param clock where {@code iat}, {@code nbf} and {@code exp} come from
     * @return a new issuer
     */
    public ServiceAccountTokens withClock(InstantSource clock) {
        return new ServiceAccountTokens(Objects.requireNonNull(clock, "clock"), region, id);
    }

    /**
     * The same issuer in another region.
     *
     * @param region of AWS
     * @return a new issuer
     */
    public ServiceAccountTokens withRegion(String region) {
        return new ServiceAccountTokens(clock, Objects.requireNonNull(region, "region"), id);
    }

    /**
     * Issues a token for 24 hours, as the webhook asks for.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @return a JWT, never the same twice
     */
    public String issue(String namespace, String serviceAccount) {
        return token(namespace, serviceAccount).issue();
    }

    /**
     * Issues a token.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @param lifetime from now to {@code exp}; zero or negative for an expired one
     * @return a JWT, never the same twice
     */
    public String issue(String namespace, String serviceAccount, Duration lifetime) {
        return token(namespace, serviceAccount).lifetime(lifetime).issue();
    }

    /**
     * Issues a token whose 24 hours were over a while ago.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @param ago how long ago it expired
     * @return a JWT, never the same twice
     */
    public String issueExpired(String namespace, String serviceAccount, Duration ago) {
        return token(namespace, serviceAccount).issuedAgo(A_DAY.plus(ago)).issue();
    }

    /**
     * A token with options, for 24 hours from now unless they say otherwise.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @return the token before it is issued
     */
    public Draft token(String namespace, String serviceAccount) {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(serviceAccount, "serviceAccount");
        String pod = serviceAccount + "-5d8f7c9b6d-x2x7k";
        return new Draft(
                this,
                namespace,
                serviceAccount,
                pod,
                uid(namespace, pod),
                "pods.eks.amazonaws.com",
                Duration.ZERO,
                A_DAY,
                Duration.ZERO,
                true);
    }

    /**
     * The key that verifies every token of this JVM.
     *
     * @return an RSA key of 2048 bits
     */
    public PublicKey publicKey() {
        return Key.PAIR.getPublic();
    }

    /**
     * The {@code kid} in the tokens' headers.
     *
     * @return 40 hex digits
     */
    public String keyId() {
        return Key.ID;
    }

    /**
     * The {@code iss} in the tokens' claims. Clusters share the key of this JVM, so it is this that tells them apart.
     *
     * @return {@code https://oidc.eks.<region>.amazonaws.com/id/<32 hex digits>}
     */
    public String issuer() {
        return "https://oidc.eks." + region + ".amazonaws.com/id/" + id;
    }

    /**
     * Returns whether the issuer and the signature of a token are this cluster's. The times are not looked at.
     *
     * @param token a JWT, or any text
     * @return false also for what is no JWT
     */
    public boolean hasIssued(String token) {
        try {
            String claimedIssuer = Jwt.parse(token).text("iss");
            int end = token.lastIndexOf('.');
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(publicKey());
            signature.update(token.substring(0, end).getBytes(StandardCharsets.US_ASCII));
            byte[] claimed = Base64.getUrlDecoder().decode(token.substring(end + 1));
            return issuer().equals(claimedIssuer) && signature.verify(claimed);
        } catch (Jwt.MalformedException | SignatureException | IllegalArgumentException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has RSA", e);
        }
    }

    /**
     * Returns the public key as the API server publishes it.
     *
     * @return a JSON Web Key Set with one key
     */
    public String jwks() {
        RSAPublicKey key = (RSAPublicKey) publicKey();
        return "{\"keys\":[{\"use\":\"sig\",\"kty\":\"RSA\",\"kid\":\"" + keyId() + "\",\"alg\":\"RS256\""
                + ",\"n\":\"" + unsigned(key.getModulus())
                + "\",\"e\":\"" + unsigned(key.getPublicExponent()) + "\"}]}";
    }

    private static String unsigned(BigInteger number) {
        byte[] bytes = number.toByteArray();
        return BASE64.encodeToString(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
    }

    private String uid(String namespace, String name) {
        String seed = issuer() + "/" + namespace + "/" + name;
        return UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).toString();
    }

    private String sign(String claims) {
        String header = GoJson.object("alg", "RS256", "kid", Key.ID);
        String content = encode(header) + "." + encode(claims);
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(Key.PAIR.getPrivate());
            signature.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + BASE64.encodeToString(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has RSA", e);
        }
    }

    private static String encode(String text) {
        return BASE64.encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Made at first use. */
    private static final class Key {
        static final KeyPair PAIR = pair();
        static final String ID = id(PAIR.getPublic());

        private static KeyPair pair() {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2048);
                return generator.generateKeyPair();
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has RSA", e);
            }
        }

        private static String id(PublicKey key) {
            try {
                return HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-1").digest(key.getEncoded()));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-1", e);
            }
        }
    }

    /** A token before it is issued. Immutable: each option gives a new draft. */
    public static final class Draft {
        private final ServiceAccountTokens tokens;
        private final String namespace;
        private final String serviceAccount;
        private final String pod;
        private final String podUid;
        private final String audience;
        private final Duration age;
        private final Duration lifetime;
        private final Duration notBefore;
        private final boolean bound;

        private Draft(
                ServiceAccountTokens tokens,
                String namespace,
                String serviceAccount,
                String pod,
                String podUid,
                String audience,
                Duration age,
                Duration lifetime,
                Duration notBefore,
                boolean bound) {
            this.tokens = tokens;
            this.namespace = namespace;
            this.serviceAccount = serviceAccount;
            this.pod = pod;
            this.podUid = podUid;
            this.audience = audience;
            this.age = age;
            this.lifetime = lifetime;
            this.notBefore = notBefore;
            this.bound = bound;
        }

        /**
         * Sets {@code exp}.
         *
         * @param lifetime from {@code iat} on
         * @return a new draft
         */
        public Draft lifetime(Duration lifetime) {
            return new Draft(tokens, namespace, serviceAccount, pod, podUid, audience, age, lifetime, notBefore, bound);
        }

        /**
         * Sets {@code iat}, and {@code nbf} and {@code exp} with it.
         *
         * @param age how long ago; negative for a clock that is ahead
         * @return a new draft
         */
        public Draft issuedAgo(Duration age) {
            return new Draft(tokens, namespace, serviceAccount, pod, podUid, audience, age, lifetime, notBefore, bound);
        }

        /**
         * Sets {@code nbf} apart from {@code iat}, where it is in every real token.
         *
         * @param afterIssue how long after {@code iat}
         * @return a new draft
         */
        public Draft notBefore(Duration afterIssue) {
            return new Draft(
                    tokens, namespace, serviceAccount, pod, podUid, audience, age, lifetime, afterIssue, bound);
        }

        /**
         * Sets {@code aud}.
         *
         * @param audience {@code sts.amazonaws.com} for a token of IRSA
         * @return a new draft
         */
        public Draft audience(String audience) {
            return new Draft(tokens, namespace, serviceAccount, pod, podUid, audience, age, lifetime, notBefore, bound);
        }

        /**
         * Names the pod, whose {@code uid} follows from its name.
         *
         * @param pod name of the pod
         * @return a new draft
         */
        public Draft pod(String pod) {
            return pod(pod, tokens.uid(namespace, pod));
        }

        /**
         * Names the pod.
         *
         * @param pod name of the pod
         * @param uid tells it from other pods that have or had that name
         * @return a new draft
         */
        public Draft pod(String pod, String uid) {
            return new Draft(tokens, namespace, serviceAccount, pod, uid, audience, age, lifetime, notBefore, bound);
        }

        /**
         * Leaves out pod and node, as in a token that was asked for by hand.
         *
         * @return a new draft
         */
        public Draft notBoundToPod() {
            return new Draft(tokens, namespace, serviceAccount, pod, podUid, audience, age, lifetime, notBefore, false);
        }

        /**
         * Issues the token.
         *
         * @return a JWT, never the same twice
         */
        public String issue() {
            Instant issuedAt = tokens.clock.instant().minus(age);
            String node = "ip-10-0-12-34." + tokens.region + ".compute.internal";
            // in the order of their names, as the API server's library writes them
            String binding = bound ? ",\"node\":" + named(node) + ",\"pod\":" + object(pod, podUid) : "";
            return tokens.sign("{\"aud\":[" + GoJson.text(audience) + "]"
                    + ",\"exp\":" + issuedAt.plus(lifetime).getEpochSecond()
                    + ",\"iat\":" + issuedAt.getEpochSecond()
                    + ",\"iss\":" + GoJson.text(tokens.issuer())
                    + ",\"jti\":" + GoJson.text(UUID.randomUUID().toString())
                    + ",\"kubernetes.io\":{\"namespace\":" + GoJson.text(namespace) + binding
                    + ",\"serviceaccount\":" + named(serviceAccount) + "}"
                    + ",\"nbf\":" + issuedAt.plus(notBefore).getEpochSecond()
                    + ",\"sub\":" + GoJson.text("system:serviceaccount:" + namespace + ":" + serviceAccount) + "}");
        }

        private String named(String name) {
            return object(name, tokens.uid(namespace, name));
        }

        private static String object(String name, String uid) {
            return GoJson.object("name", name, "uid", uid);
        }

        /** Whether kubelet would replace a token of that time by now: after 80 % of its life, or 24 hours. */
        boolean isDue(Instant issued) {
            Instant now = tokens.clock.instant();
            Duration freshFor = lifetime.multipliedBy(80).dividedBy(100);
            Instant due = issued.plus(freshFor.compareTo(A_DAY) < 0 ? freshFor : A_DAY);
            return !now.isBefore(due) || now.isBefore(issued);
        }

        Instant now() {
            return tokens.clock.instant();
        }
    }
}
