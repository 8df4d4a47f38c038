// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.EksCredentialsCache.Loaded;
import io.lanyard.testkit.iam.IamRole;
import io.lanyard.testkit.iam.PodIdentityAssociation;
import io.lanyard.testkit.internal.RateLimiter;
import io.lanyard.testkit.internal.go.GoJson;
import io.lanyard.testkit.internal.go.GoPath;
import io.lanyard.testkit.internal.go.GoTime;
import io.lanyard.testkit.internal.go.Jwt;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.internal.http.HttpRequest;
import io.lanyard.testkit.internal.http.Origin;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An EKS Pod Identity Agent in the test's own process. Its answers equal the captured answers of agent 0.1.37, byte for
 * byte.
 *
 * <p>It serves {@code /v1/credentials} for any method and checks in the real agent's order: rate limit; Host header;
 * token present; token can be parsed; {@code exp} and {@code nbf} without leeway; cache; then {@link #eksAuth()} answers.
 * A standalone agent has an EKS Auth of its own, where every role trusts EKS and every signature is accepted; the agent
 * of an {@link EksCluster} has the cluster's.
 *
 * <p>After a transient failure of EKS Auth the agent makes up to three attempts for one request, of one second each. Only
 * the delay of a slow EKS Auth passes in real time; there are no pauses between the attempts. A client that disconnects
 * ends the attempts for its request.
 *
 * <p>Credentials have the lifetime of {@link #credentialLifetime(Duration)}, those of a target role at most 59 minutes.
 * If 15 seconds or less are left, the agent answers 500, as the real one does; {@link Fault#lifetime(Duration)} serves
 * such credentials, or expired ones.
 *
 * <p>With {@link #cache(boolean)} the agent caches credentials by token, as the real one does. It serves them while they
 * have more than 15 seconds left, then loads new ones on demand. It renews them at the first full minute after three
 * hours, so that a client of 6-hour credentials sees three to six hours left; 59-minute credentials do not change before
 * their last 15 seconds. A failed renewal keeps the cached credentials and is repeated two minutes later; a permanent
 * failure (no association, access denied, token expired or invalid) evicts them. A restart empties the cache. The
 * emulator does not limit the number of entries or the rate of renewals. Nothing runs in the background: a request first
 * makes up for the renewals of its token that were due since the last request, each as of its own minute, but with the
 * answers that EKS Auth is set to give now.
 *
 * <p>With the cache, one request calls EKS Auth. Concurrent requests for the same token poll the cache nine times, 200 ms
 * apart in real time, and then call EKS Auth themselves. So they share a success and do not share a failure.
 *
 * <p>The real agent compares the Host header with its two addresses as text. The emulator listens elsewhere, so it also
 * accepts its own address and {@code localhost}, which {@link #credentialsUri()} needs; {@link Builder#strictHost()}
 * accepts the two addresses only. The message of the refusal is the real one in either case.
 *
 * <p>Thread-safe; see {@link CredentialsServer} for threads and blocking.
 */
public final class EksPodIdentityAgent extends CredentialsServer {
    private static final String PATH = "/v1/credentials";
    private static final List<String> REAL_HOSTS = List.of("169.254.170.23", "fd00:ec2::23");
    private static final int ATTEMPTS = 3;
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(1);

    private final Set<String> hosts;
    private final EksAuth eksAuth;
    private final @Nullable RateLimiter limiter;
    private final EksCredentialsCache cache;
    private volatile boolean caching;

    private EksPodIdentityAgent(Builder builder) {
        super("eks-pod-identity-agent", Duration.ofSeconds(30), builder);
        this.eksAuth =
                builder.eksAuth != null ? builder.eksAuth : new EksAuth(builder.cluster, clock, Duration.ZERO, null);
        this.limiter = builder.rateLimited ? new RateLimiter(clock, 1000, 500) : null;
        this.cache = new EksCredentialsCache(clock, (jwt, at, client) -> load(jwt, at, client, Fault.NONE));
        Set<String> accepted = new HashSet<>(REAL_HOSTS);
        accepted.addAll(builder.hosts);
        if (!builder.strictHost) {
            accepted.add(Origin.literal(address()));
            accepted.add("localhost");
        }
        this.hosts = Set.copyOf(accepted);
    }

    /**
     * Starts an agent on a free port of 127.0.0.1, without associations.
     *
     * @return the running agent, to be closed
     */
    public static EksPodIdentityAgent start() {
        return builder().start();
    }

    /**
     * Returns a builder for an agent with other settings.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the URI of the credentials, for {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}.
     *
     * @return {@code http://127.0.0.1:PORT/v1/credentials}, or with the address that was set
     */
    public URI credentialsUri() {
        return URI.create(origin() + PATH);
    }

    /**
     * Returns the variables that the Pod Identity webhook sets in a pod, with this agent's address.
     *
     * @param tokenFile the pod's token
     * @return {@code AWS_CONTAINER_CREDENTIALS_FULL_URI} and {@code AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE}, immutable
     */
    public Map<String, String> environmentFor(ServiceAccountTokenFile tokenFile) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", credentialsUri().toString());
        environment.put(
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", tokenFile.path().toString());
        return Collections.unmodifiableMap(environment);
    }

    /**
     * Returns the EKS Auth that this agent calls.
     *
     * @return always the same object
     */
    public EksAuth eksAuth() {
        return eksAuth;
    }

    /**
     * Associates a service account with a role that trusts EKS. Replaces its earlier association.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @param roleArn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @throws IllegalArgumentException if that is not a role ARN
     */
    public void associate(String namespace, String serviceAccount, String roleArn) {
        eksAuth.associate(PodIdentityAssociation.of(namespace, serviceAccount, IamRole.trustingEks(roleArn)));
    }

    /**
     * Associates a service account with a role and a target role that is assumed from it. Replaces its earlier
     * association. The credentials belong to the target role and are valid for 59 minutes at most, as with any chained
     * role.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @param roleArn the role in the cluster's account
     * @param targetRoleArn the role of the credentials
     * @throws IllegalArgumentException if either is not a role ARN
     */
    public void associate(String namespace, String serviceAccount, String roleArn, String targetRoleArn) {
        eksAuth.associate(PodIdentityAssociation.of(namespace, serviceAccount, IamRole.trustingEks(roleArn))
                .withTargetRole(IamRole.trustingRole(targetRoleArn, roleArn)));
    }

    /**
     * Deletes an association. From now on EKS Auth answers 404 ResourceNotFoundException. With {@link #cache(boolean)}
     * the agent serves cached credentials until their next renewal, as the real one does.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     */
    public void disassociate(String namespace, String serviceAccount) {
        eksAuth.disassociate(namespace, serviceAccount);
    }

    /**
     * Sets whether the agent caches credentials by token, as the real one does. Off at first: each request receives new
     * credentials.
     *
     * @param on from the next request on
     */
    public void cache(boolean on) {
        this.caching = on;
    }

    @Override
    HttpAnswer answer(HttpRequest request, Fault fault) {
        String clean = GoPath.clean(request.path());
        if (!clean.equals(request.path()) && !request.method().equals("CONNECT")) {
            return HttpAnswer.movedPermanently(request, clean + request.query());
        }
        if (!request.path().equals(PATH)) {
            return HttpAnswer.notFound();
        }
        if (limiter != null && !limiter.allow()) {
            return HttpAnswer.error(429, "Too Many Requests");
        }
        String host = request.hostName();
        if (!hosts.contains(host)) {
            return HttpAnswer.error(
                    403,
                    "Access Denied. Called agent through invalid address, please use either ["
                            + String.join(" ", REAL_HOSTS) + "] address not " + host);
        }
        String token = authorization(request);
        if (token.isEmpty()) {
            return HttpAnswer.error(400, "Service account token cannot be empty");
        }
        Jwt jwt;
        try {
            jwt = Jwt.parse(token);
        } catch (Jwt.MalformedException e) {
            return HttpAnswer.error(400, "Service account token cannot be parsed: " + e.getMessage());
        }
        String timeFault = jwt.timeFault(clock.instant());
        if (!timeFault.isEmpty()) {
            return HttpAnswer.error(400, "Service account token failed basic claim validations: " + timeFault);
        }
        Loaded loaded = credentials(jwt, request.client(), fault);
        IssuedCredentials credentials = loaded.credentials();
        return credentials != null ? json(credentials) : Objects.requireNonNull(loaded.refusal());
    }

    private Loaded credentials(Jwt jwt, HttpRequest.Client client, Fault fault) {
        if (caching && fault.lifetime() == null) {
            return cache.get(jwt, client);
        }
        Instant now = clock.instant();
        Loaded loaded = load(jwt, now, client, fault);
        if (caching) {
            cache.put(jwt, loaded, now);
        }
        return loaded;
    }

    private Loaded load(Jwt jwt, Instant at, HttpRequest.Client client, Fault fault) {
        EksAuth.Outcome outcome = callEksAuth(jwt, at, client);
        if (outcome instanceof EksAuth.Refusal refusal) {
            return Loaded.refused(refusal.response(), refusal.answer().isPermanent());
        }
        EksAuth.Grant grant = (EksAuth.Grant) outcome;
        Instant expiration = expiration(fault, at, grant.longestLifetime());
        Duration left = Duration.between(at, expiration);
        if (fault.lifetime() == null && left.compareTo(EksCredentialsCache.SHORTEST_LIFETIME) <= 0) {
            String message = String.format(
                    Locale.ROOT,
                    "fetched credentials are expired or will expire within the next %.2f seconds",
                    left.toNanos() / 1e9);
            return Loaded.refused(HttpAnswer.error(500, message), false);
        }
        return Loaded.of(issue(grant.roleArn(), expiration, grant.session()));
    }

    private EksAuth.Outcome callEksAuth(Jwt jwt, Instant at, HttpRequest.Client client) {
        for (int attempt = 1; true; attempt++) {
            Duration delay = eksAuth.delay();
            boolean inTime = delay.compareTo(ATTEMPT_TIMEOUT) <= 0;
            EksAuth.Outcome outcome = eksAuth.call(jwt, at);
            if (!client.staysFor(inTime ? delay : ATTEMPT_TIMEOUT)) {
                return EksAuth.UNREACHABLE;
            }
            if (!inTime) {
                outcome = EksAuth.UNREACHABLE;
            }
            if (attempt == ATTEMPTS || !outcome.answer().isRetried()) {
                return outcome;
            }
        }
    }

    private static HttpAnswer json(IssuedCredentials credentials) {
        return HttpAnswer.json(
                200,
                GoJson.object(
                        "AccessKeyId", credentials.accessKeyId(),
                        "SecretAccessKey", credentials.secretAccessKey(),
                        "Token", credentials.sessionToken(),
                        "AccountId", credentials.accountId(),
                        "Expiration", GoTime.rfc3339Nano(credentials.expiration())));
    }

    @Override
    void forgetCache() {
        cache.clear();
    }

    @Override
    void forgetCredentials() {
        cache.clear();
    }

    @Override
    Runnable ownRestorePoint() {
        boolean cached = caching;
        Runnable service = eksAuth.restorePoint();
        return () -> {
            cache(cached);
            service.run();
        };
    }

    /** Settings of the agent before it starts. */
    public static final class Builder extends CredentialsServer.Builder<Builder> {
        private final Set<String> hosts = new HashSet<>();
        private EksAuth.ClusterId cluster = EksAuth.ClusterId.CAPTURED;
        private @Nullable EksAuth eksAuth;
        private boolean strictHost;
        private boolean rateLimited;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Accepts more values of the Host header, without port and brackets.
         *
         * @param names compared as text
         * @return this
         */
        public Builder acceptHost(String... names) {
            hosts.addAll(Arrays.asList(names));
            return this;
        }

        /**
         * Accepts only the real agent's {@code 169.254.170.23} and {@code fd00:ec2::23}, and the names of
         * {@link #acceptHost(String...)}.
         *
         * @return this
         */
        public Builder strictHost() {
            this.strictHost = true;
            return this;
        }

        /**
         * Limits the rate of requests as the real agent does, on the agent's clock. Off by default, so that no test
         * depends on the speed of the machine.
         *
         * @return this
         */
        public Builder rateLimited() {
            this.rateLimited = true;
            return this;
        }

        /**
         * Sets the cluster's name in the messages of EKS Auth; {@code peer-cluster} by default, as captured.
         *
         * @param name the cluster's name
         * @return this
         */
        public Builder cluster(String name) {
            this.cluster = cluster.named(Objects.requireNonNull(name, "name"));
            return this;
        }

        /**
         * Sets the EKS Auth that the agent calls, instead of one of its own. So an agent can be a second node of a
         * cluster, or the other address of the same node, with its own cache and rate limit. The cluster's name is then
         * that service's.
         *
         * @param eksAuth the service of an {@link EksCluster} or of another agent
         * @return this
         */
        public Builder eksAuth(EksAuth eksAuth) {
            this.eksAuth = Objects.requireNonNull(eksAuth, "eksAuth");
            return this;
        }

        /**
         * Starts the agent.
         *
         * @return the running agent, to be closed
         * @throws java.io.UncheckedIOException if it cannot listen there
         */
        public EksPodIdentityAgent start() {
            EksPodIdentityAgent agent = new EksPodIdentityAgent(this);
            agent.restart();
            return agent;
        }
    }
}
