// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.CredentialsSource;
import io.lanyard.RefreshStatus;
import io.lanyard.chain.Availability;
import io.lanyard.diagnose.Diagnosis;
import io.lanyard.internal.BoundedFileReader;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.refresh.RefreshingCache;
import io.lanyard.report.SourceDescription;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.spi.HostResolver;
import io.lanyard.spi.RandomSource;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Provides the credentials of the container that this process runs in: loads them from the agent that the environment
 * names, and refreshes them before they expire.
 *
 * <p>Safe for use by any number of threads; one source should serve a whole process. Nothing is read and no request is
 * made before the first resolve. While the credentials are valid, a resolve does not wait, fail or lock, whatever the
 * agent does: a timer refreshes them in the background. A load runs on a daemon thread or on the builder's executor,
 * and never on a caller's thread; callers that wait for it share its result and its failure.
 *
 * <p>A source that is garbage-collected is no longer refreshed; {@link #close()} stops refreshing at once.
 *
 * <p>Settings, each as a variable and as the AWS SDK's system property, which wins; options of the builder win over
 * both: {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI}, {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}, {@code
 * AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE}, {@code AWS_CONTAINER_AUTHORIZATION_TOKEN}, {@code
 * AWS_CONTAINER_SERVICE_ENDPOINT}.
 */
public final class ContainerCredentialsSource implements CredentialsSource<ContainerCredentials> {

    private final ContainerConfiguration configuration;
    private volatile @Nullable RefreshingCache<ContainerCredentials> cache;
    private @Nullable BoundedFileReader files; // guarded by this
    private volatile boolean closed;

    private ContainerCredentialsSource(ContainerConfiguration configuration) {
        this.configuration = configuration;
    }

    /**
     * Creates a source with the default options.
     *
     * @return a new source that has read nothing yet
     */
    public static ContainerCredentialsSource create() {
        return builder().build();
    }

    /**
     * Starts building a source.
     *
     * @return a new builder with the default options
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Starts building a source like this one. The two share only what was given to the builder.
     *
     * @return a new builder with this source's options
     */
    public Builder toBuilder() {
        return new Builder(configuration);
    }

    /**
     * Returns whether container credentials are configured. Reads settings and nothing else.
     *
     * @return configured when a URI is set; incomplete when a token or a token file is set and no URI is; not
     *     configured otherwise, with a reason where a URI is blank
     * @throws CredentialsException when a setting cannot be read
     */
    public Availability availability() {
        return configuration.availability();
    }

    /**
     * Returns whether container credentials are configured. Reads settings and nothing else.
     *
     * @return true when a URI is set
     * @throws CredentialsException when a setting cannot be read
     */
    public boolean isConfigured() {
        return configuration.isConfigured();
    }

    /**
     * Returns the credentials. Waits for a load when no valid ones are cached: at most the load timeout, by default 25
     * seconds, plus one second.
     *
     * @return valid credentials, or stale ones while no newer ones can be loaded, as the {@linkplain
     *     RefreshPolicy#expiredCredentials refresh policy} says
     * @throws CredentialsException when no credentials can be loaded; {@link Category#NOT_CONFIGURED} when no URI is
     *     set
     * @throws InterruptedException when the calling thread is interrupted while it waits; the load goes on
     */
    @Override
    public ContainerCredentials resolve() throws InterruptedException {
        return cache().resolve();
    }

    @Override
    public CompletableFuture<ContainerCredentials> resolveAsync() {
        try {
            return cache().resolveAsync();
        } catch (RuntimeException e) { // the settings are wrong
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void invalidate(String accessKeyId) {
        RefreshingCache<ContainerCredentials> known = cache;
        if (known != null) {
            known.invalidate(accessKeyId);
        }
    }

    @Override
    public RefreshStatus status() {
        RefreshingCache<ContainerCredentials> known = cache;
        return known == null ? RefreshStatus.untouched(closed) : known.status();
    }

    /**
     * Returns how the source is configured: settings, endpoint, and the claims of the token. Reads settings and the
     * token file at each call and makes no request. Waits for the token file for at most one second.
     *
     * @return a description without secrets
     * @throws CredentialsException when a setting cannot be read
     */
    public SourceDescription describe() {
        return configuration.describe(files());
    }

    /**
     * Checks everything that the source depends on, from its settings to one real exchange with the agent. A copy of
     * the source makes the exchange, so the cached credentials do not change. Blocks for at most 13 seconds.
     *
     * @return the checks, without secrets: container settings, token file, token, exchange, clock
     * @throws InterruptedException when the calling thread is interrupted while it waits
     */
    public Diagnosis diagnose() throws InterruptedException {
        return new ContainerChecks(configuration, files()).run();
    }

    /** Returns the one reader of this source: it remembers a read that does not return. */
    private synchronized BoundedFileReader files() {
        BoundedFileReader known = files;
        if (known == null) {
            known = new BoundedFileReader(configuration.environment, configuration.scheduler);
            files = known;
        }
        return known;
    }

    @Override
    public Optional<ContainerCredentials> cached() {
        RefreshingCache<ContainerCredentials> known = cache;
        return known == null ? Optional.empty() : known.cached();
    }

    @Override
    public void close() {
        closed = true;
        RefreshingCache<ContainerCredentials> known = cache;
        if (known != null) {
            known.close();
        }
    }

    private RefreshingCache<ContainerCredentials> cache() {
        RefreshingCache<ContainerCredentials> known = cache;
        return known != null ? known : firstCache();
    }

    /**
     * Creates the cache at the first resolve, because that reads the settings. When they are wrong, the next call
     * retries.
     */
    private synchronized RefreshingCache<ContainerCredentials> firstCache() {
        RefreshingCache<ContainerCredentials> first = cache;
        if (first == null) {
            first = configuration.cache();
            cache = first;
        }
        return first;
    }

    @Override
    public String toString() {
        return "ContainerCredentialsSource()";
    }

    /**
     * Builds a {@link ContainerCredentialsSource}. Not safe for use by several threads at once; a built source does not
     * change with its builder.
     */
    public static final class Builder implements ContainerOptions {
        @Nullable
        String relativeUri;

        @Nullable
        String fullUri;

        @Nullable
        String serviceEndpoint;

        @Nullable
        String tokenFile;

        @Nullable
        String token;

        boolean preferStaticToken;
        Set<String> allowedHosts = Set.of();
        boolean restrictHttps;

        @Nullable
        Duration connectTimeout;

        @Nullable
        Duration attemptTimeout;

        @Nullable
        Duration loadTimeout;

        @Nullable
        Integer maxAttempts;

        Duration startupPatience = LoadPolicy.STARTUP_PATIENCE;

        @Nullable
        SSLContext sslContext;

        @Nullable
        AgentTransport transport;

        Environment environment = Environment.system();
        HostResolver hostResolver = HostResolver.system();
        Clock clock = Clock.system();
        Scheduler scheduler = Scheduler.shared();

        @Nullable
        Executor executor;

        RefreshPolicy refreshPolicy = RefreshPolicy.standard();

        @Nullable
        CredentialsListener listener;

        RandomSource random = RandomSource.system();

        private Builder() {}

        Builder(ContainerConfiguration that) {
            this.relativeUri = that.relativeUri;
            this.fullUri = that.fullUri;
            this.serviceEndpoint = that.serviceEndpoint;
            this.tokenFile = that.tokenFile;
            this.token = that.token;
            this.preferStaticToken = that.preferStaticToken;
            this.allowedHosts = that.allowedHosts;
            this.restrictHttps = that.restrictHttps;
            this.connectTimeout = that.connectTimeout;
            this.attemptTimeout = that.attemptTimeout;
            this.loadTimeout = that.loadTimeout;
            this.maxAttempts = that.maxAttempts;
            this.startupPatience = that.startupPatience;
            this.sslContext = that.sslContext;
            this.transport = that.transport;
            this.environment = that.environment;
            this.hostResolver = that.hostResolver;
            this.clock = that.clock;
            this.scheduler = that.scheduler;
            this.executor = that.executor;
            this.refreshPolicy = that.refreshPolicy;
            this.listener = that.listener;
            this.random = that.random;
        }

        @Override
        public Builder relativeUri(@Nullable String relativeUri) {
            this.relativeUri = blankToNull(relativeUri);
            return this;
        }

        @Override
        public Builder fullUri(@Nullable String fullUri) {
            this.fullUri = blankToNull(fullUri);
            return this;
        }

        @Override
        public Builder serviceEndpoint(@Nullable String serviceEndpoint) {
            this.serviceEndpoint = blankToNull(serviceEndpoint);
            return this;
        }

        @Override
        public Builder tokenFile(@Nullable String tokenFile) {
            this.tokenFile = blankToNull(tokenFile);
            return this;
        }

        @Override
        public Builder token(@Nullable String token) {
            this.token = blankToNull(token);
            return this;
        }

        @Override
        public Builder preferStaticToken(boolean preferStaticToken) {
            this.preferStaticToken = preferStaticToken;
            return this;
        }

        @Override
        public Builder allowHosts(String... hosts) {
            Set<String> allowed = new HashSet<>(allowedHosts);
            for (String host : hosts) {
                allowed.add(AgentEndpoint.hostKey(host));
            }
            this.allowedHosts = Set.copyOf(allowed);
            return this;
        }

        @Override
        public Builder restrictHttpsHosts(boolean restrictHttps) {
            this.restrictHttps = restrictHttps;
            return this;
        }

        @Override
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = positive(connectTimeout, "connectTimeout");
            return this;
        }

        @Override
        public Builder attemptTimeout(Duration attemptTimeout) {
            this.attemptTimeout = positive(attemptTimeout, "attemptTimeout");
            return this;
        }

        @Override
        public Builder loadTimeout(Duration loadTimeout) {
            this.loadTimeout = positive(loadTimeout, "loadTimeout");
            return this;
        }

        @Override
        public Builder maxAttempts(int maxAttempts) {
            if (maxAttempts < 1) {
                throw new IllegalArgumentException("maxAttempts must be at least 1 but is " + maxAttempts);
            }
            this.maxAttempts = maxAttempts;
            return this;
        }

        @Override
        public Builder startupPatience(Duration startupPatience) {
            if (startupPatience.isNegative()) {
                throw new IllegalArgumentException("startupPatience must not be negative but is " + startupPatience);
            }
            this.startupPatience = startupPatience;
            return this;
        }

        @Override
        public Builder sslContext(@Nullable SSLContext sslContext) {
            this.sslContext = sslContext;
            return this;
        }

        @Override
        public Builder transport(@Nullable AgentTransport transport) {
            this.transport = transport;
            return this;
        }

        @Override
        public Builder environment(Environment environment) {
            this.environment = Objects.requireNonNull(environment, "environment");
            return this;
        }

        @Override
        public Builder hostResolver(HostResolver hostResolver) {
            this.hostResolver = Objects.requireNonNull(hostResolver, "hostResolver");
            return this;
        }

        @Override
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        @Override
        public Builder executor(@Nullable Executor executor) {
            this.executor = executor;
            return this;
        }

        /**
         * Sets what runs the loads and the timer. Default: {@link Scheduler#shared()}.
         *
         * @param scheduler the scheduler
         * @return this builder
         */
        public Builder scheduler(Scheduler scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        @Override
        public Builder refreshPolicy(RefreshPolicy refreshPolicy) {
            this.refreshPolicy = Objects.requireNonNull(refreshPolicy, "refreshPolicy");
            return this;
        }

        @Override
        public Builder listener(@Nullable CredentialsListener listener) {
            this.listener = listener;
            return this;
        }

        /**
         * Sets the random numbers for jitter. Default: {@link RandomSource#system()}.
         *
         * @param random the random numbers
         * @return this builder
         */
        public Builder random(RandomSource random) {
            this.random = Objects.requireNonNull(random, "random");
            return this;
        }

        /**
         * Builds the source. Reads nothing.
         *
         * @return a new source
         */
        public ContainerCredentialsSource build() {
            return new ContainerCredentialsSource(new ContainerConfiguration(this));
        }

        private static @Nullable String blankToNull(@Nullable String text) {
            return text == null || text.isBlank() ? null : text;
        }

        private static Duration positive(Duration duration, String name) {
            if (duration.isNegative() || duration.isZero()) {
                throw new IllegalArgumentException(name + " must be positive but is " + duration);
            }
            return duration;
        }

        @Override
        public String toString() {
            return "ContainerCredentialsSource.Builder()";
        }
    }
}
