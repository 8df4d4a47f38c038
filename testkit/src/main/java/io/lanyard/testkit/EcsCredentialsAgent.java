// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.RateLimiter;
import io.lanyard.testkit.internal.RoleArn;
import io.lanyard.testkit.internal.go.GoJson;
import io.lanyard.testkit.internal.go.GoPath;
import io.lanyard.testkit.internal.go.GoTime;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.internal.http.HttpRequest;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The credentials endpoint of an Amazon ECS agent in the test's own process. Its answers equal the captured answers of
 * agent 1.105.1, byte for byte.
 *
 * <p>It serves {@code /v2/credentials/<id>} and {@code /v1/credentials?id=<id>} for any method, Host and Authorization
 * header. The agent does not check expirations: with a negative {@link #credentialLifetime(Duration)} it serves expired
 * credentials.
 *
 * <p>The agent stores no credentials on disk. After {@link #restart()} it still knows its tasks, but answers 503
 * {@code CredentialsUninitialized} until the control plane sends a task's credentials again, which
 * {@link #initialized(String)} does.
 *
 * <p>Thread-safe; see {@link CredentialsServer} for threads and blocking.
 */
public final class EcsCredentialsAgent extends CredentialsServer {
    private static final String V1 = "/v1/credentials";
    private static final String V2 = "/v2/credentials/";

    private final boolean rateLimited;
    private final Map<String, Task> tasks = new HashMap<>();
    private final Map<String, RateLimiter> limiters = new HashMap<>();
    private volatile boolean caching;

    private static final class Task {
        private final String roleArn;
        private boolean initialized = true;
        private @Nullable IssuedCredentials cached;

        Task(String roleArn) {
            this.roleArn = roleArn;
        }
    }

    private EcsCredentialsAgent(Builder builder) {
        super("ecs-credentials-agent", Duration.ofSeconds(5), builder);
        this.rateLimited = builder.rateLimited;
    }

    /**
     * Starts an agent on a free port of 127.0.0.1, without tasks.
     *
     * @return the running agent, to be closed
     */
    public static EcsCredentialsAgent start() {
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
     * Adds a task with a role.
     *
     * @param roleArn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @return the task's {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI}
     * @throws IllegalArgumentException if that is not a role ARN
     */
    public String task(String roleArn) {
        String id = UUID.randomUUID().toString();
        task(id, roleArn);
        return V2 + id;
    }

    void task(String id, String roleArn) {
        RoleArn.accountOf(roleArn);
        synchronized (tasks) {
            tasks.put(id, new Task(roleArn));
        }
    }

    /**
     * Sets the state of a task to that after a restart of the agent: 503 {@code CredentialsUninitialized} until
     * {@link #initialized(String)}.
     *
     * @param relativeUri the task's URI
     * @throws IllegalArgumentException if there is no such task
     */
    public void uninitialized(String relativeUri) {
        synchronized (tasks) {
            existing(relativeUri).initialized = false;
        }
    }

    /**
     * Ends the state of {@link #uninitialized(String)}, as if the control plane had sent credentials.
     *
     * @param relativeUri the task's URI
     * @throws IllegalArgumentException if there is no such task
     */
    public void initialized(String relativeUri) {
        synchronized (tasks) {
            existing(relativeUri).initialized = true;
        }
    }

    /**
     * Removes a task: 400 {@code InvalidIdInRequest} from now on. Agents before 1.101.2 also answer so after a restart.
     *
     * @param relativeUri the task's URI
     */
    public void forget(String relativeUri) {
        synchronized (tasks) {
            tasks.remove(idOf(relativeUri));
        }
    }

    /**
     * Returns the address of the agent, for {@code AWS_CONTAINER_SERVICE_ENDPOINT}.
     *
     * @return {@code http://127.0.0.1:PORT}, or with the address that was set
     */
    public URI serviceEndpoint() {
        return URI.create(origin());
    }

    /**
     * Returns a task's variables, with this agent's address instead of the link-local one.
     *
     * @param relativeUri the task's URI
     * @return {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI} and {@code AWS_CONTAINER_SERVICE_ENDPOINT}, immutable
     */
    public Map<String, String> environmentFor(String relativeUri) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", relativeUri);
        environment.put("AWS_CONTAINER_SERVICE_ENDPOINT", origin());
        return Collections.unmodifiableMap(environment);
    }

    /**
     * Sets whether each task keeps its credentials, even past their expiration, as with an agent that the control plane
     * sends no newer ones. Off at first: each request receives new credentials.
     *
     * @param on from the next request on
     */
    public void cache(boolean on) {
        this.caching = on;
    }

    @Override
    HttpAnswer answer(HttpRequest request, Fault fault) {
        String clean = GoPath.clean(request.path());
        if (!clean.equals(request.path())) {
            return HttpAnswer.of(301, "", "").with("Location", clean + request.query());
        }
        return rateLimitHeaders(request, isAllowed(request) ? route(request, fault) : limitReached());
    }

    private HttpAnswer route(HttpRequest request, Fault fault) {
        if (request.path().startsWith(V2)) {
            return credentials(2, request.path().substring(V2.length()), fault);
        }
        return request.path().equals(V1)
                ? credentials(1, request.queryParameters().getOrDefault("id", ""), fault)
                : HttpAnswer.notFound();
    }

    private HttpAnswer credentials(int version, String id, Fault fault) {
        if (id.isEmpty()) {
            return error(400, "NoIdInRequest", version, "No Credential ID in the request");
        }
        Task task;
        IssuedCredentials cached;
        synchronized (tasks) {
            task = tasks.get(id);
            if (task == null) {
                return error(400, "InvalidIdInRequest", version, "Credentials not found");
            }
            if (!task.initialized) {
                return error(503, "CredentialsUninitialized", version, "Credentials uninitialized for ID");
            }
            cached = caching && fault.lifetime() == null ? task.cached : null;
        }
        if (cached != null) {
            return credentials(cached);
        }
        // not under the lock, because listeners run here
        IssuedCredentials fresh = issue(task.roleArn, expiration(fault, clock.instant(), null));
        synchronized (tasks) {
            task.cached = fresh;
        }
        return credentials(fresh);
    }

    private static HttpAnswer credentials(IssuedCredentials credentials) {
        return HttpAnswer.json(
                200,
                GoJson.object(
                        "RoleArn", credentials.roleArn(),
                        "AccessKeyId", credentials.accessKeyId(),
                        "SecretAccessKey", credentials.secretAccessKey(),
                        "Token", credentials.sessionToken(),
                        "Expiration", GoTime.rfc3339Nano(credentials.expiration())));
    }

    private static HttpAnswer error(int status, String code, int version, String message) {
        return HttpAnswer.json(
                status,
                GoJson.object(
                        "code", code,
                        "message", "CredentialsV" + version + "Request: " + message,
                        "HTTPErrorCode", status));
    }

    private static HttpAnswer limitReached() {
        return HttpAnswer.of(429, "text/plain; charset=utf-8", "You have reached maximum request limit.");
    }

    private static HttpAnswer rateLimitHeaders(HttpRequest request, HttpAnswer answer) {
        String forwardedFor = request.header("X-Forwarded-For");
        return answer.with("X-Rate-Limit-Duration", "1")
                .with("X-Rate-Limit-Limit", "40.00")
                .with("X-Rate-Limit-Request-Forwarded-For", forwardedFor == null ? "" : forwardedFor)
                .with("X-Rate-Limit-Request-Remote-Addr", request.remote());
    }

    /** Allows 40 requests a second and bursts of 60, for each client address and path. */
    private boolean isAllowed(HttpRequest request) {
        if (!rateLimited) {
            return true;
        }
        String client = request.remote().substring(0, request.remote().lastIndexOf(':'));
        synchronized (limiters) {
            return limiters.computeIfAbsent(client + request.path(), key -> new RateLimiter(clock, 40, 60))
                    .allow();
        }
    }

    private Task existing(String relativeUri) {
        Task task = tasks.get(idOf(relativeUri));
        if (task == null) {
            throw new IllegalArgumentException("no such task: " + relativeUri);
        }
        return task;
    }

    private static String idOf(String relativeUri) {
        return relativeUri.startsWith(V2) ? relativeUri.substring(V2.length()) : relativeUri;
    }

    @Override
    void forgetCredentials() {
        synchronized (tasks) {
            tasks.values().forEach(task -> task.cached = null);
        }
    }

    @Override
    Runnable ownRestorePoint() {
        boolean cache = caching;
        Map<String, Task> known = new HashMap<>();
        Map<String, Boolean> initialized = new HashMap<>();
        synchronized (tasks) {
            known.putAll(tasks);
            tasks.forEach((id, task) -> initialized.put(id, task.initialized));
        }
        return () -> {
            cache(cache);
            synchronized (tasks) {
                tasks.clear();
                tasks.putAll(known);
                tasks.forEach((id, task) -> task.initialized = Boolean.TRUE.equals(initialized.get(id)));
            }
        };
    }

    @Override
    void forgetCache() {
        synchronized (tasks) {
            for (Task task : tasks.values()) {
                task.initialized = false;
                task.cached = null;
            }
        }
    }

    /** Settings of the agent before it starts. */
    public static final class Builder extends CredentialsServer.Builder<Builder> {
        private boolean rateLimited;

        private Builder() {}

        @Override
        Builder self() {
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
         * Starts the agent.
         *
         * @return the running agent, to be closed
         * @throws java.io.UncheckedIOException if it cannot listen there
         */
        public EcsCredentialsAgent start() {
            EcsCredentialsAgent agent = new EcsCredentialsAgent(this);
            agent.restart();
            return agent;
        }
    }
}
