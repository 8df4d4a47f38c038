// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An EKS Pod Identity Agent in the test's own process: it answers as agent 0.1.37 was captured answering, to the byte.
 *
 * <p>It serves {@code /v1/credentials} to any method and checks in the real agent's order: rate limit, Host header,
 * token there, token parses, {@code exp} and {@code nbf} without leeway, cache, and then what EKS Auth says. EKS Auth
 * here is {@link #associate(String, String, String)} and {@link #answerWith(EksAuthAnswer)}: it knows a pod by the
 * token's {@code sub}, wants the audience {@code pods.eks.amazonaws.com} and a pod claim, and checks no signature.
 *
 * <p>Credentials live as long as {@link #credentialLifetime(Duration)} says; with 15 seconds or less the agent answers
 * 500 as the real one does (to get such credentials, or expired ones, use {@link Fault#lifetime(Duration)}).
 * A target role's live 59 minutes at the most ({@link #associate(String, String, String, String)}).
 *
 * <p>{@link #cache(boolean)} makes it hold credentials by token as the real one does: one caller fetches for all; they
 * are given while they have more than 15 seconds left, and then fetched on demand; they are renewed at the first full
 * minute after three hours, so that a client sees three to six hours left of six, and 59-minute credentials do not
 * change until their last 15 seconds. A renewal that fails keeps what there is and is tried again two minutes later,
 * but for what EKS Auth refuses for good (no association, access denied, token expired or invalid): that evicts. A
 * restart forgets all. What is left out: the limits on the number of entries and on the rate of renewals. Nothing runs
 * in the background: a request first catches up on the renewals that fell due for its token since the last one, each as
 * of its own minute, but with the associations and the answers of EKS Auth that are set now.
 *
 * <p>The real agent compares the Host header with its two addresses as text. The emulator listens elsewhere, so it also
 * takes the address it listens on and {@code localhost}, or no client could use {@link #credentialsUri()} as it is;
 * {@link Builder#strictHost()} takes that back. The refusal's text is the real one in either case.
 *
 * <p>Thread-safe; see {@link CredentialsAgent} for threads and blocking.
 */
public final class EksPodIdentityAgent extends CredentialsAgent {
    private static final String PATH = "/v1/credentials";
    private static final List<String> REAL_HOSTS = List.of("169.254.170.23", "fd00:ec2::23");
    private static final String AUDIENCE = "pods.eks.amazonaws.com";
    private static final String SUBJECT = "system:serviceaccount:";
    private static final Duration LIFE_OF_CHAINED_ROLE = Duration.ofMinutes(59);

    private final Set<String> hosts;
    private final String cluster;
    private final @Nullable RateLimiter limiter;
    private final Map<String, Association> associations = new HashMap<>();
    private final EksCredentialsCache cached = new EksCredentialsCache();
    private final Queue<EksAuthAnswer> queued = new ArrayDeque<>();
    private EksAuthAnswer standing = EksAuthAnswer.CREDENTIALS;

    private record Association(String roleArn, @Nullable Duration longestLife) {}

    private EksPodIdentityAgent(Builder builder) {
        super("eks-pod-identity-agent", Duration.ofSeconds(30), builder);
        this.cluster = builder.cluster;
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
     * Associates a service account with a role, in place of an earlier one.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @param roleArn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @throws IllegalArgumentException if that is no role ARN
     */
    public void associate(String namespace, String serviceAccount, String roleArn) {
        Objects.requireNonNull(FakeCredentials.accountOf(roleArn));
        put(namespace, serviceAccount, new Association(roleArn, null));
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
        Objects.requireNonNull(FakeCredentials.accountOf(roleArn));
        Objects.requireNonNull(FakeCredentials.accountOf(targetRoleArn));
        put(namespace, serviceAccount, new Association(targetRoleArn, LIFE_OF_CHAINED_ROLE));
    }

    private void put(String namespace, String serviceAccount, Association association) {
        synchronized (associations) {
            associations.put(namespace + ":" + serviceAccount, association);
        }
    }

    /**
     * Ends an association: from now on EKS Auth says 404 ResourceNotFoundException. With {@link #cache(boolean)} the
     * agent gives what it holds until it next renews that, as the real one does.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     */
    public void disassociate(String namespace, String serviceAccount) {
        synchronized (associations) {
            associations.remove(namespace + ":" + serviceAccount);
        }
    }

    /**
     * Makes EKS Auth give that answer to every request that gets so far, until told otherwise.
     *
     * @param answer {@link EksAuthAnswer#CREDENTIALS} for the ordinary ways
     */
    public void answerWith(EksAuthAnswer answer) {
        synchronized (queued) {
            queued.clear();
            standing = Objects.requireNonNull(answer, "answer");
        }
    }

    /**
     * Queues answers of EKS Auth for the next requests that get so far, and for the agent's own renewals, one each; then
     * as {@link #answerWith} said.
     *
     * @param answers in order
     */
    public void answerNext(EksAuthAnswer... answers) {
        synchronized (queued) {
            queued.addAll(Arrays.asList(answers));
        }
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
        if ((limiter != null && !limiter.allow()) || isNext(EksAuthAnswer.AGENT_RATE_LIMITED)) {
            return EksAuthAnswer.AGENT_RATE_LIMITED.answer("", "", cluster);
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
        if (!isCaching()) {
            return answer(askEksAuth(jwt, clock.instant(), fault));
        }
        synchronized (cached) {
            Instant now = clock.instant();
            IssuedCredentials held = fault.lifetime() == null
                    ? cached.held(token, now, (renewing, at) -> askEksAuth(renewing, at, Fault.NONE))
                    : null;
            if (held != null) {
                return credentials(held);
            }
            EksCredentialsCache.Told told = askEksAuth(jwt, now, fault);
            if (told.credentials() != null) {
                cached.keep(token, jwt, told.credentials(), now);
            }
            return answer(told);
        }
    }

    private EksCredentialsCache.Told askEksAuth(Jwt jwt, Instant now, Fault fault) {
        EksAuthAnswer scripted = nextAnswer();
        String subject = jwt.text("sub");
        String account = subject != null && subject.startsWith(SUBJECT) ? subject.substring(SUBJECT.length()) : "";
        String[] names = account.split(":", 2);
        if (scripted == EksAuthAnswer.CREDENTIALS) {
            if (!jwt.timeFault(now).isEmpty()) {
                scripted = EksAuthAnswer.EXPIRED_TOKEN;
            } else if (names.length < 2 || !jwt.hasAudience(AUDIENCE)) {
                scripted = EksAuthAnswer.INVALID_TOKEN;
            } else if (!jwt.isBoundToPod()) {
                scripted = EksAuthAnswer.INVALID_REQUEST;
            }
        }
        Association association;
        synchronized (associations) {
            association = associations.get(account);
        }
        if (scripted == EksAuthAnswer.CREDENTIALS && association == null) {
            scripted = EksAuthAnswer.NOT_FOUND;
        }
        if (scripted != EksAuthAnswer.CREDENTIALS || association == null) {
            HttpAnswer refusal = scripted.answer(names[0], names.length < 2 ? "" : names[1], cluster);
            return new EksCredentialsCache.Told(null, refusal, scripted.isForGood());
        }
        Instant expiration = expiration(fault, now, association.longestLife);
        Duration left = Duration.between(now, expiration);
        if (fault.lifetime() == null && left.compareTo(EksCredentialsCache.SHORTEST_LIFE) <= 0) {
            HttpAnswer refusal = HttpAnswer.error(
                    500,
                    String.format(
                            Locale.ROOT,
                            "fetched credentials are expired or will expire within the next %.2f seconds",
                            left.toNanos() / 1e9));
            return new EksCredentialsCache.Told(null, refusal, false);
        }
        return new EksCredentialsCache.Told(issue(association.roleArn, expiration), null, false);
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
        synchronized (cached) {
            cached.clear();
        }
    }

    private EksAuthAnswer nextAnswer() {
        synchronized (queued) {
            EksAuthAnswer next = queued.poll();
            return next != null ? next : standing;
        }
    }

    /** Whether that answer is due, taking it from the queue if so. */
    private boolean isNext(EksAuthAnswer answer) {
        synchronized (queued) {
            EksAuthAnswer next = queued.isEmpty() ? standing : queued.peek();
            if (next != answer) {
                return false;
            }
            queued.poll();
            return true;
        }
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
    public static final class Builder extends CredentialsAgent.Builder<Builder> {
        private final Set<String> hosts = new HashSet<>();
        private String cluster = "peer-cluster";
        private boolean strictHost;

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
         * Names the cluster in the texts of EKS Auth; {@code peer-cluster}, as captured, if not set.
         *
         * @param name of the cluster
         * @return this
         */
        public Builder cluster(String name) {
            this.cluster = Objects.requireNonNull(name, "name");
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
