// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.iam.IamRole;
import io.lanyard.testkit.iam.PodIdentityAssociation;
import io.lanyard.testkit.internal.RateLimiter;
import io.lanyard.testkit.internal.go.GoJson;
import io.lanyard.testkit.internal.go.GoPath;
import io.lanyard.testkit.internal.go.Jwt;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.internal.http.HttpRequest;
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
 * An EKS Pod Identity Agent in the test's own process: it answers as agent 0.1.37 was captured answering, to the byte.
 *
 * <p>It serves {@code /v1/credentials} to any method and checks in the real agent's order: rate limit, Host header,
 * token there, token parses, {@code exp} and {@code nbf} without leeway, cache, and then what {@link #eksAuth()} says.
 * An agent that is started by itself has an EKS Auth of its own, in which every role trusts EKS and every signature is
 * good; the agent of an {@link EksCluster} has the cluster's.
 *
 * <p>EKS Auth in trouble is tried three times for one request, a second each; only that second passes in real time, if
 * EKS Auth is slow, and not the pauses between the tries. A client that leaves ends the tries made for it.
 *
 * <p>Credentials live as long as {@link #credentialLifetime(Duration)} says; with 15 seconds or less the agent answers
 * 500 as the real one does (to get such credentials, or expired ones, use {@link Fault#lifetime(Duration)}).
 * A target role's live 59 minutes at the most.
 *
 * <p>{@link #cache(boolean)} makes it hold credentials by token as the real one does: they are given while they have
 * more than 15 seconds left, and then fetched on demand; they are renewed at the first full minute after three hours, so
 * that a client sees three to six hours left of six, and 59-minute credentials do not change until their last 15
 * seconds. A renewal that fails keeps what there is and is tried again two minutes later, but for what EKS Auth refuses
 * for good (no association, access denied, token expired or invalid): that evicts. A restart forgets all. What is left
 * out: the limits on the number of entries and on the rate of renewals. Nothing runs in the background: a request first
 * catches up on the renewals that fell due for its token since the last one, each as of its own minute and in no time,
 * but with the answers of EKS Auth that are set now.
 *
 * <p>With the cache, one request asks EKS Auth and those for the same token that come meanwhile look nine times, 200 ms
 * apart in real time, whether it has got credentials; then they ask themselves. So a success is shared and a failure is
 * not.
 *
 * <p>The real agent compares the Host header with its two addresses as text. The emulator listens elsewhere, so it also
 * takes the address it listens on and {@code localhost}, or no client could use {@link #credentialsUri()} as it is;
 * {@link Builder#strictHost()} takes that back. The refusal's text is the real one in either case.
 *
 * <p>Thread-safe; see {@link CredentialsServer} for threads and blocking.
 */
public final class EksPodIdentityAgent extends CredentialsServer {
    private static final String PATH = "/v1/credentials";
    private static final List<String> REAL_HOSTS = List.of("169.254.170.23", "fd00:ec2::23");
    private static final int TRIES = 3;
    private static final Duration PER_TRY = Duration.ofSeconds(1);
    private static final int POLLS = 9;
    private static final Duration BETWEEN_POLLS = Duration.ofMillis(200);

    private final Set<String> hosts;
    private final EksAuth eksAuth;
    private final @Nullable RateLimiter limiter;
    private final EksCredentialsCache cached = new EksCredentialsCache();
    private volatile boolean caching;

    private EksPodIdentityAgent(Builder builder) {
        super("eks-pod-identity-agent", Duration.ofSeconds(30), builder);
        this.eksAuth =
                builder.eksAuth != null ? builder.eksAuth : new EksAuth(builder.cluster, clock, Duration.ZERO, null);
        this.limiter = builder.rateLimited ? new RateLimiter(clock, 1000, 500) : null;
        Set<String> accepted = new HashSet<>(REAL_HOSTS);
        accepted.addAll(builder.hosts);
        if (!builder.strictHost) {
            accepted.add(literal());
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
     * Settings first.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Where the credentials are, for {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}.
     *
     * @return {@code http://127.0.0.1:PORT/v1/credentials}, or with the address that was set
     */
    public URI credentialsUri() {
        return URI.create(origin() + PATH);
    }

    /**
     * What the Pod Identity webhook puts into a pod's environment, with this agent's address.
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
     * The service behind the agent, with a script of its own.
     *
     * @return always the same object
     */
    public EksAuth eksAuth() {
        return eksAuth;
    }

    /**
     * Associates a service account with a role that trusts EKS, in place of an earlier one.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @param roleArn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @throws IllegalArgumentException if that is no role ARN
     */
    public void associate(String namespace, String serviceAccount, String roleArn) {
        eksAuth.associate(PodIdentityAssociation.of(namespace, serviceAccount, IamRole.trustingEks(roleArn)));
    }

    /**
     * Associates a service account with a role and a target role that is assumed from it, in place of an earlier
     * association. The credentials are the target role's and live 59 minutes at the most, as those of a chained role
     * do.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @param roleArn the role in the cluster's account
     * @param targetRoleArn the role that the credentials stand for
     * @throws IllegalArgumentException if either is no role ARN
     */
    public void associate(String namespace, String serviceAccount, String roleArn, String targetRoleArn) {
        eksAuth.associate(PodIdentityAssociation.of(namespace, serviceAccount, IamRole.trustingEks(roleArn))
                .withTargetRole(IamRole.trustingRole(targetRoleArn, roleArn)));
    }

    /**
     * Ends an association: from now on EKS Auth says 404 ResourceNotFoundException. With {@link #cache(boolean)} the
     * agent gives what it holds until it next renews that, as the real one does.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     */
    public void disassociate(String namespace, String serviceAccount) {
        eksAuth.disassociate(namespace, serviceAccount);
    }

    /**
     * Sets whether the agent caches credentials by token, as the real one does. Off at first: each request gets new
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
            return moved(request, clean + request.query());
        }
        if (!request.path().equals(PATH)) {
            return HttpAnswer.notFound();
        }
        if (limiter != null && !limiter.allow()) {
            return HttpAnswer.error(429, "Too Many Requests");
        }
        String host = bareHost(request.host());
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
        boolean mayHold = caching && fault.lifetime() == null;
        return mayHold ? heldOrFetched(jwt, request.client()) : answer(fetch(jwt, request.client(), fault));
    }

    private HttpAnswer heldOrFetched(Jwt jwt, HttpRequest.Client client) {
        boolean leads;
        synchronized (cached) {
            IssuedCredentials held = held(jwt);
            if (held != null) {
                return credentials(held);
            }
            leads = cached.leads(jwt);
        }
        for (int poll = 0; !leads && poll < POLLS; poll++) {
            if (!client.staysFor(BETWEEN_POLLS)) {
                return EksAuth.UNREACHABLE.told();
            }
            IssuedCredentials held = held(jwt);
            if (held != null) {
                return credentials(held);
            }
        }
        try {
            return answer(fetch(jwt, client, Fault.NONE));
        } finally {
            if (leads) {
                synchronized (cached) {
                    cached.landed(jwt);
                }
            }
        }
    }

    private @Nullable IssuedCredentials held(Jwt jwt) {
        synchronized (cached) {
            return cached.held(
                    jwt, clock.instant(), (renewing, at) -> askEksAuth(renewing, at, duration -> true, Fault.NONE));
        }
    }

    private EksCredentialsCache.Told fetch(Jwt jwt, HttpRequest.Client client, Fault fault) {
        Instant now = clock.instant();
        EksCredentialsCache.Told told = askEksAuth(jwt, now, client, fault);
        if (caching && told.credentials() != null) {
            synchronized (cached) {
                cached.keep(jwt, told.credentials(), now);
            }
        }
        return told;
    }

    private EksCredentialsCache.Told askEksAuth(Jwt jwt, Instant at, HttpRequest.Client client, Fault fault) {
        EksAuth.Outcome outcome = tryEksAuth(jwt, at, client);
        if (outcome instanceof EksAuth.Refusal refusal) {
            return new EksCredentialsCache.Told(
                    null, refusal.told(), refusal.answer().isForGood());
        }
        EksAuth.Grant grant = (EksAuth.Grant) outcome;
        Instant expiration = expiration(fault, at, grant.longestLife());
        Duration left = Duration.between(at, expiration);
        if (fault.lifetime() == null && left.compareTo(EksCredentialsCache.SHORTEST_LIFE) <= 0) {
            HttpAnswer refusal = HttpAnswer.error(
                    500,
                    String.format(
                            Locale.ROOT,
                            "fetched credentials are expired or will expire within the next %.2f seconds",
                            left.toNanos() / 1e9));
            return new EksCredentialsCache.Told(null, refusal, false);
        }
        return new EksCredentialsCache.Told(issue(grant.roleArn(), expiration, grant.session()), null, false);
    }

    private EksAuth.Outcome tryEksAuth(Jwt jwt, Instant at, HttpRequest.Client client) {
        for (int more = TRIES - 1; true; more--) {
            Duration delay = eksAuth.delay();
            boolean inTime = delay.compareTo(PER_TRY) <= 0;
            EksAuth.Outcome outcome = eksAuth.call(jwt, at);
            if (!client.staysFor(inTime ? delay : PER_TRY)) {
                return EksAuth.UNREACHABLE;
            }
            if (!inTime) {
                outcome = EksAuth.UNREACHABLE;
            }
            if (more == 0 || !outcome.answer().isTrouble()) {
                return outcome;
            }
        }
    }

    private static HttpAnswer answer(EksCredentialsCache.Told told) {
        return told.credentials() != null ? credentials(told.credentials()) : Objects.requireNonNull(told.refusal());
    }

    private static HttpAnswer credentials(IssuedCredentials credentials) {
        return HttpAnswer.json(
                200,
                GoJson.object(
                        "AccessKeyId", credentials.accessKeyId(),
                        "SecretAccessKey", credentials.secretAccessKey(),
                        "Token", credentials.sessionToken(),
                        "AccountId", credentials.accountId(),
                        "Expiration", rfc3339Nano(credentials.expiration())));
    }

    @Override
    void forgetCache() {
        forgetCredentials();
    }

    @Override
    void forgetCredentials() {
        synchronized (cached) {
            cached.clear();
        }
    }

    @Override
    Runnable ownRestorePoint() {
        boolean cache = caching;
        Runnable service = eksAuth.restorePoint();
        return () -> {
            cache(cache);
            service.run();
        };
    }

    /** As Go's {@code http.Redirect}: a body for GET, a type for GET and HEAD. */
    private static HttpAnswer moved(HttpRequest request, String location) {
        boolean get = request.method().equals("GET");
        String escaped = location.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&#34;")
                .replace("'", "&#39;");
        String body = get ? "<a href=\"" + escaped + "\">Moved Permanently</a>.\n\n" : "";
        String type = get || request.isHead() ? "text/html; charset=utf-8" : "";
        return HttpAnswer.of(301, type, body).with("Location", location);
    }

    /** The host without port and brackets, as Go's {@code net.SplitHostPort} takes them off, and never normalised. */
    private static String bareHost(String host) {
        int colon = host.lastIndexOf(':');
        boolean hasPort = host.startsWith("[") ? host.contains("]:") : colon >= 0 && host.indexOf(':') == colon;
        if (hasPort) {
            host = host.substring(0, colon);
        }
        boolean brackets = host.length() > 1 && host.startsWith("[") && host.endsWith("]");
        return brackets ? host.substring(1, host.length() - 1) : host;
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
         * Accepts these texts in the Host header besides, without port and brackets.
         *
         * @param names compared as they are
         * @return this
         */
        public Builder acceptHost(String... names) {
            hosts.addAll(Arrays.asList(names));
            return this;
        }

        /**
         * Accepts only what the real agent accepts, {@code 169.254.170.23} and {@code fd00:ec2::23}, and what
         * {@link #acceptHost(String...)} named.
         *
         * @return this
         */
        public Builder strictHost() {
            this.strictHost = true;
            return this;
        }

        /**
         * Limits the rate of requests as the real agent does, on the agent's clock. Off if not set, so that no test
         * depends on the speed of the machine.
         *
         * @return this
         */
        public Builder rateLimited() {
            this.rateLimited = true;
            return this;
        }

        /**
         * Names the cluster in the texts of EKS Auth; {@code peer-cluster}, as captured, if not set.
         *
         * @param name of the cluster
         * @return this
         */
        public Builder cluster(String name) {
            this.cluster = cluster.named(Objects.requireNonNull(name, "name"));
            return this;
        }

        /**
         * Puts the agent in front of that EKS Auth, in place of one of its own: a second node of a cluster, or the same
         * node's other address, each of which has a cache and a rate limit to itself. The name of the cluster is then
         * that service's.
         *
         * @param eksAuth of an {@link EksCluster} or of another agent
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
