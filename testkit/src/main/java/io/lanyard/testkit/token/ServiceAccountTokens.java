// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.token;

import io.lanyard.testkit.internal.go.GoJson;
import io.lanyard.testkit.internal.go.Jwt;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * An API server that issues projected service-account tokens for EKS Pod Identity: RS256, with the claims that a real
 * cluster writes.
 *
 * <p>Immutable and thread-safe. All issuers of a JVM share one key. It is generated when the first token is issued, which
 * takes a few hundred milliseconds; after that a token takes about a millisecond. Nothing here does I/O.
 */
public final class ServiceAccountTokens {
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
     * Returns an issuer on the system clock, for a cluster in {@code us-west-2}.
     *
     * @return the issuer
     */
    public static ServiceAccountTokens create() {
        return new ServiceAccountTokens(InstantSource.system(), "us-west-2", "0123456789ABCDEF0123456789ABCDEF");
    }

    /**
     * Creates the issuer of a new cluster, which accepts no other cluster's tokens.
     *
     * @param clock the clock for {@code iat}, {@code nbf} and {@code exp}
     * @param region the AWS region
     * @return an issuer with an {@link #issuer()} of its own
     */
    public static ServiceAccountTokens ofNewCluster(InstantSource clock, String region) {
        String id = UUID.randomUUID().toString().replace("-", "").toUpperCase(Locale.ROOT);
        return new ServiceAccountTokens(clock, region, id);
    }

    /**
     * Returns the same issuer on another clock.
     *
     * @param clock the clock for {@code iat}, {@code nbf} and {@code exp}
     * @return a new issuer
     */
    public ServiceAccountTokens withClock(InstantSource clock) {
        return new ServiceAccountTokens(Objects.requireNonNull(clock, "clock"), region, id);
    }

    /**
     * Returns the same issuer in another region.
     *
     * @param region the AWS region
     * @return a new issuer
     */
    public ServiceAccountTokens withRegion(String region) {
        return new ServiceAccountTokens(clock, Objects.requireNonNull(region, "region"), id);
    }

    /**
     * Issues a token with the lifetime that the webhook requests, 24 hours.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @return a JWT, different each time
     */
    public String issue(String namespace, String serviceAccount) {
        return token(namespace, serviceAccount).issue();
    }

    /**
     * Issues a token.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @param lifetime from now to {@code exp}; zero or negative for an expired token
     * @return a JWT, different each time
     */
    public String issue(String namespace, String serviceAccount, Duration lifetime) {
        return token(namespace, serviceAccount).lifetime(lifetime).issue();
    }

    /**
     * Issues a token that has expired after 24 hours.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @param ago the time since its expiration
     * @return a JWT, different each time
     */
    public String issueExpired(String namespace, String serviceAccount, Duration ago) {
        return token(namespace, serviceAccount).issuedAgo(A_DAY.plus(ago)).issue();
    }

    /**
     * Returns the draft of a token, valid for 24 hours from now unless its options say otherwise.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
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
     * Returns the key that verifies the tokens.
     *
     * @return an RSA key of 2048 bits, the same for all issuers of this JVM
     */
    public PublicKey publicKey() {
        return SigningKey.publicKey();
    }

    /**
     * Returns the {@code kid} in the tokens' headers.
     *
     * @return 40 hex digits
     */
    public String keyId() {
        return SigningKey.ID;
    }

    /**
     * Returns the {@code iss} in the tokens' claims. It distinguishes clusters, because they share the key of this JVM.
     *
     * @return {@code https://oidc.eks.<region>.amazonaws.com/id/<32 hex digits>}
     */
    public String issuer() {
        return "https://oidc.eks." + region + ".amazonaws.com/id/" + id;
    }

    /**
     * Returns whether this issuer has issued and signed a token. Times are not checked.
     *
     * @param token a JWT, or any text
     * @return false also for a text that is not a JWT
     */
    public boolean hasIssued(String token) {
        try {
            return issuer().equals(Jwt.parse(token).text("iss")) && SigningKey.hasSigned(token);
        } catch (Jwt.MalformedException e) {
            return false;
        }
    }

    /**
     * Returns the public key as the API server publishes it.
     *
     * @return a JSON Web Key Set with one key
     */
    public String jwks() {
        return SigningKey.jwks();
    }

    private String uid(String namespace, String name) {
        String seed = issuer() + "/" + namespace + "/" + name;
        return UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** A token before it is issued. Immutable: each option returns a new draft. */
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
         * @param lifetime the time after {@code iat}
         * @return a new draft
         */
        public Draft lifetime(Duration lifetime) {
            return new Draft(tokens, namespace, serviceAccount, pod, podUid, audience, age, lifetime, notBefore, bound);
        }

        /**
         * Sets {@code iat}, and thereby {@code nbf} and {@code exp}.
         *
         * @param age the time since the token was issued; negative if the issuer's clock is ahead
         * @return a new draft
         */
        public Draft issuedAgo(Duration age) {
            return new Draft(tokens, namespace, serviceAccount, pod, podUid, audience, age, lifetime, notBefore, bound);
        }

        /**
         * Sets {@code nbf}, which equals {@code iat} in every real token.
         *
         * @param afterIssue the time after {@code iat}
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
         * Sets the pod's name, and its {@code uid} to a value derived from the name.
         *
         * @param pod name of the pod
         * @return a new draft
         */
        public Draft pod(String pod) {
            return pod(pod, tokens.uid(namespace, pod));
        }

        /**
         * Sets the pod.
         *
         * @param pod name of the pod
         * @param uid distinguishes the pod from others that have or had that name
         * @return a new draft
         */
        public Draft pod(String pod, String uid) {
            return new Draft(tokens, namespace, serviceAccount, pod, uid, audience, age, lifetime, notBefore, bound);
        }

        /**
         * Omits pod and node, as in a token that {@code kubectl create token} issues.
         *
         * @return a new draft
         */
        public Draft notBoundToPod() {
            return new Draft(tokens, namespace, serviceAccount, pod, podUid, audience, age, lifetime, notBefore, false);
        }

        /**
         * Issues the token.
         *
         * @return a JWT, different each time
         */
        public String issue() {
            Instant issuedAt = now().minus(age);
            String node = "ip-10-0-12-34." + tokens.region + ".compute.internal";
            // sorted by name, as the API server's library writes them
            String binding = bound ? ",\"node\":" + named(node) + ",\"pod\":" + object(pod, podUid) : "";
            return SigningKey.sign("{\"aud\":[" + GoJson.text(audience) + "]"
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

        /** Returns whether kubelet would replace a token issued at that time: after 80 % of its lifetime, or 24 hours. */
        boolean isDue(Instant issued) {
            Instant now = now();
            Duration freshFor = lifetime.multipliedBy(80).dividedBy(100);
            Instant due = issued.plus(freshFor.compareTo(A_DAY) < 0 ? freshFor : A_DAY);
            return !now.isBefore(due) || now.isBefore(issued);
        }

        Instant now() {
            return tokens.clock.instant();
        }
    }
}
