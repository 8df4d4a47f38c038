// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.CredentialsSource;
import io.lanyard.RefreshStatus;
import io.lanyard.SettingSeen;
import io.lanyard.SourceDescription;
import io.lanyard.TokenClaims;
import io.lanyard.chain.Availability;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.refresh.RefreshingCache;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.BoundedFileReader;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.spi.HostResolver;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Gives the credentials of the container that this process runs in: asks the agent that the environment names, and
 * keeps its answer until shortly before it ends.
 *
 * <p>Safe for use by any number of threads; one source should serve a whole process. Nothing is read and nothing is
 * asked before the first resolve. While the credentials are valid, a resolve neither waits nor fails nor locks, whatever
 * the agent does: a timer refreshes them in the background, well before they end. A load runs on a daemon thread, or on
 * the executor that was given, and never on the caller's; callers that need it share it, and its failure.
 *
 * <p>A source that is garbage-collected is refreshed no more, so closing it is a courtesy: {@link #close()} ends the
 * refreshing at once.
 *
 * <p>Settings, each as a variable and as the AWS SDK's system property, which wins; options of the builder win over
 * both: {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI}, {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}, {@code
 * AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE}, {@code AWS_CONTAINER_AUTHORIZATION_TOKEN}, {@code
 * AWS_CONTAINER_SERVICE_ENDPOINT}.
 */
public final class ContainerCredentialsSource implements CredentialsSource<ContainerCredentials> {

    private final Builder options;
    private volatile @Nullable RefreshingCache<ContainerCredentials> cache;
    private @Nullable BoundedFileReader files; // guarded by this
    private boolean closed; // guarded by this

    private ContainerCredentialsSource(Builder options) {
        this.options = options;
    }

    /**
     * A source with the default options.
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
     * Starts building a source like this one; the two share nothing but what was given to the builder.
     *
     * @return a new builder with this source's options
     */
    public Builder toBuilder() {
        return new Builder(options);
    }

    /**
     * Returns whether container credentials are configured. Reads settings and nothing else.
     *
     * @return configured when a URI is set; incomplete when a token or a token file is set and no URI is; not
     *     configured otherwise, with a reason where a URI is blank
     * @throws CredentialsException when a setting cannot be read
     */
    public Availability availability() {
        return options.availability();
    }

    /**
     * Returns whether container credentials are configured. Reads settings and nothing else.
     *
     * @return true when a URI is set
     * @throws CredentialsException when a setting cannot be read
     */
    public boolean isConfigured() {
        return options.hasUri()
                || Setting.RELATIVE_URI.value(options.environment) != null
                || Setting.FULL_URI.value(options.environment) != null;
    }

    /**
     * Returns the credentials. Waits for a load when no valid ones are cached: at most the load timeout, by default 25
     * seconds, plus one second.
     *
     * @return valid credentials, or stale ones while no newer ones can be loaded, as the {@linkplain RefreshPolicy#expiredCredentials refresh policy} says
     * @throws CredentialsException when no credentials can be loaded; {@link Category#NOT_CONFIGURED} when no URI is set
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
        } catch (RuntimeException e) { // a method that returns a future does not throw
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
        if (known != null) {
            return known.status();
        }
        synchronized (this) {
            return RefreshStatus.untouched(closed);
        }
    }

    /**
     * Returns how the source is configured: settings, endpoint, and the claims of the token. Reads settings and the
     * token file at each call and makes no request. Waits for the token file for at most one second.
     *
     * @return a description without secrets
     * @throws CredentialsException when a setting cannot be read
     */
    public SourceDescription describe() {
        return options.describe(files());
    }

    /** Kept, because it remembers a read that does not return. */
    private synchronized BoundedFileReader files() {
        BoundedFileReader known = files;
        if (known == null) {
            known = new BoundedFileReader(options.environment, options.scheduler);
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
        RefreshingCache<ContainerCredentials> known;
        synchronized (this) {
            closed = true;
            known = cache;
        }
        if (known != null) {
            known.close();
        }
    }

    private RefreshingCache<ContainerCredentials> cache() {
        RefreshingCache<ContainerCredentials> known = cache;
        return known != null ? known : firstCache();
    }

    /** Settings are read at the first resolve; a failure is not remembered, for nothing has been done yet. */
    private synchronized RefreshingCache<ContainerCredentials> firstCache() {
        RefreshingCache<ContainerCredentials> first = cache;
        if (first == null) {
            first = options.cache();
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
    public static final class Builder {
        private @Nullable String relativeUri;
        private @Nullable String fullUri;
        private @Nullable String serviceEndpoint;
        private @Nullable String tokenFile;
        private @Nullable String token;
        private boolean preferStaticToken;
        private Set<String> allowedHosts = Set.of();
        private boolean restrictHttps;
        private @Nullable Duration connectTimeout;
        private @Nullable Duration attemptTimeout;
        private @Nullable Duration loadTimeout;
        private @Nullable Integer maxAttempts;
        private Duration startupPatience = LoadPolicy.STARTUP_PATIENCE;
        private @Nullable SSLContext sslContext;
        private @Nullable AgentTransport transport;
        private Environment environment = Environment.system();
        private HostResolver hostResolver = HostResolver.system();
        private Clock clock = Clock.system();
        private Scheduler scheduler = Scheduler.shared();
        private @Nullable Executor executor;
        private RefreshPolicy refreshPolicy = RefreshPolicy.standard();
        private @Nullable CredentialsListener listener;
        private @Nullable DoubleSupplier random;

        private Builder() {}

        private Builder(Builder that) {
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

        /**
         * Sets the path at the service endpoint, in place of {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI}. With this
         * or {@link #fullUri} set, neither URI of the environment is read.
         *
         * @param relativeUri a path that starts with one {@code /}, or null for the environment's
         * @return this builder
         */
        public Builder relativeUri(@Nullable String relativeUri) {
            this.relativeUri = blankToNull(relativeUri);
            return this;
        }

        /**
         * Sets the whole URI, in place of {@code AWS_CONTAINER_CREDENTIALS_FULL_URI}.
         *
         * @param fullUri the URI, or null for the environment's
         * @return this builder
         */
        public Builder fullUri(@Nullable String fullUri) {
            this.fullUri = blankToNull(fullUri);
            return this;
        }

        /**
         * Sets the host for a relative URI, in place of {@code AWS_CONTAINER_SERVICE_ENDPOINT}.
         *
         * @param serviceEndpoint scheme, host and port; null for the environment's, or {@code http://169.254.170.2}
         * @return this builder
         */
        public Builder serviceEndpoint(@Nullable String serviceEndpoint) {
            this.serviceEndpoint = blankToNull(serviceEndpoint);
            return this;
        }

        /**
         * Sets the token's file, in place of {@code AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE}. With this or {@link
         * #token} set, neither token of the environment is read.
         *
         * @param tokenFile the path, opened anew for every attempt; null for the environment's
         * @return this builder
         */
        public Builder tokenFile(@Nullable String tokenFile) {
            this.tokenFile = blankToNull(tokenFile);
            return this;
        }

        /**
         * Sets the token itself, in place of {@code AWS_CONTAINER_AUTHORIZATION_TOKEN}.
         *
         * @param token the value of the Authorization header, sent as it is; null for the environment's
         * @return this builder
         */
        public Builder token(@Nullable String token) {
            this.token = blankToNull(token);
            return this;
        }

        /**
         * Lets a fixed token win over a token file when both are set, as in the AWS SDK for Java. By default the file
         * wins, as in the other AWS SDKs.
         *
         * @param preferStaticToken true to let the fixed token win
         * @return this builder
         */
        public Builder preferStaticToken(boolean preferStaticToken) {
            this.preferStaticToken = preferStaticToken;
            return this;
        }

        /**
         * Allows further hosts over http, by the very text that the URI has. The token goes to them in the clear: this
         * is for local development.
         *
         * @param hosts host names or IP literals, without ports
         * @return this builder
         */
        public Builder allowHosts(String... hosts) {
            Set<String> allowed = new HashSet<>(allowedHosts);
            for (String host : hosts) {
                allowed.add(AgentEndpoint.hostKey(host));
            }
            this.allowedHosts = Set.copyOf(allowed);
            return this;
        }

        /**
         * Holds https to the hosts that http may have. By default https may go to any host, for its certificate says
         * who it is.
         *
         * @param restrictHttps true to restrict it
         * @return this builder
         */
        public Builder restrictHttpsHosts(boolean restrictHttps) {
            this.restrictHttps = restrictHttps;
            return this;
        }

        /**
         * Sets how long connecting may take, over all addresses of the agent. Default: 2 s.
         *
         * @param connectTimeout a positive duration; a day at most counts
         * @return this builder
         */
        public Builder connectTimeout(Duration connectTimeout) {
            this.connectTimeout = positive(connectTimeout, "connectTimeout");
            return this;
        }

        /**
         * Sets how long one exchange may take, from the first byte sent to the last byte read. Default: 8 s, because
         * the EKS agent takes up to 7.2 s to give the reason of a failure. {@code AWS_METADATA_SERVICE_TIMEOUT}
         * (seconds) sets the default, and that of connecting where it is shorter.
         *
         * @param attemptTimeout a positive duration; a day at most counts
         * @return this builder
         */
        public Builder attemptTimeout(Duration attemptTimeout) {
            this.attemptTimeout = positive(attemptTimeout, "attemptTimeout");
            return this;
        }

        /**
         * Sets how long a whole load may take, pauses included. Default: 25 s, or the attempt timeout or the start-up
         * patience where one is longer.
         *
         * @param loadTimeout a positive duration; a day at most counts
         * @return this builder
         */
        public Builder loadTimeout(Duration loadTimeout) {
            this.loadTimeout = positive(loadTimeout, "loadTimeout");
            return this;
        }

        /**
         * Sets how often the agent is asked in one load. Default: 3, or {@code AWS_METADATA_SERVICE_NUM_ATTEMPTS}.
         *
         * @param maxAttempts at least 1
         * @return this builder
         */
        public Builder maxAttempts(int maxAttempts) {
            if (maxAttempts < 1) {
                throw new IllegalArgumentException("maxAttempts must be at least 1 but is " + maxAttempts);
            }
            this.maxAttempts = maxAttempts;
            return this;
        }

        /**
         * Sets how long loads keep trying while there have never been credentials, when the agent refuses the
         * connection or answers 429 or 5xx, the token file does not exist yet, the association is not visible yet, or
         * the agent has just been restarted. The time counts once, from the start of the first load; later loads fail
         * after the ordinary attempts. Default: 10 s; zero fails after the ordinary attempts at once.
         *
         * @param startupPatience zero or a positive duration; a day at most counts
         * @return this builder
         */
        public Builder startupPatience(Duration startupPatience) {
            if (startupPatience.isNegative()) {
                throw new IllegalArgumentException("startupPatience must not be negative but is " + startupPatience);
            }
            this.startupPatience = startupPatience;
            return this;
        }

        /**
         * Sets whom https trusts. Default: the JVM's default context. Not used with a {@link #transport} of one's own.
         *
         * @param sslContext the context, or null for the default
         * @return this builder
         */
        public Builder sslContext(@Nullable SSLContext sslContext) {
            this.sslContext = sslContext;
            return this;
        }

        /**
         * Sets what carries the requests. Default: one plain socket per request, never through a proxy.
         *
         * @param transport the transport, or null for the default
         * @return this builder
         */
        public Builder transport(@Nullable AgentTransport transport) {
            this.transport = transport;
            return this;
        }

        /**
         * Sets where settings and files are read. Default: the process's own.
         *
         * @param environment the environment
         * @return this builder
         */
        public Builder environment(Environment environment) {
            this.environment = Objects.requireNonNull(environment, "environment");
            return this;
        }

        /**
         * Sets who resolves host names. Default: the JDK.
         *
         * @param hostResolver the resolver
         * @return this builder
         */
        public Builder hostResolver(HostResolver hostResolver) {
            this.hostResolver = Objects.requireNonNull(hostResolver, "hostResolver");
            return this;
        }

        /**
         * Sets the clock. Default: the machine's.
         *
         * @param clock the clock
         * @return this builder
         */
        public Builder clock(Clock clock) {
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /**
         * Runs the loads on an application's executor; each occupies a thread for as long as it takes. A load that the
         * executor rejects, or has not begun within half a second, runs on the shared daemon threads instead; timers
         * always do. Default: the shared daemon threads.
         *
         * @param executor the executor, which is not shut down by the source; null for the default
         * @return this builder
         */
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

        /**
         * Sets when credentials are refreshed, the back-off after a failure, and what happens with expired credentials. Default: {@link
         * RefreshPolicy#standard()}.
         *
         * @param refreshPolicy the policy
         * @return this builder
         */
        public Builder refreshPolicy(RefreshPolicy refreshPolicy) {
            this.refreshPolicy = Objects.requireNonNull(refreshPolicy, "refreshPolicy");
            return this;
        }

        /**
         * Sets the listener for refreshes and their failures. Default: none.
         *
         * @param listener the listener, or null for none
         * @return this builder
         */
        public Builder listener(@Nullable CredentialsListener listener) {
            this.listener = listener;
            return this;
        }

        /** Fixes the jitter, for tests that count seconds. */
        Builder random(DoubleSupplier random) {
            this.random = random;
            return this;
        }

        /**
         * Builds the source. Reads nothing.
         *
         * @return a new source
         */
        public ContainerCredentialsSource build() {
            return new ContainerCredentialsSource(new Builder(this));
        }

        private boolean hasUri() {
            return relativeUri != null || fullUri != null;
        }

        RefreshingCache<ContainerCredentials> cache() {
            CredentialsLoader loader = loader();
            RefreshingCache.Builder<ContainerCredentials> cache = RefreshingCache.builder(loader)
                    .name("the container credentials")
                    .loadTimeout(loader.loadTimeout())
                    .executor(executor)
                    .policy(refreshPolicy)
                    .clock(clock)
                    .scheduler(scheduler)
                    .listener(listener);
            if (random != null) {
                cache.random(random);
            }
            return cache.build();
        }

        /** Reads the settings; says what of them goes unused, once, for what is usable is read once. */
        CredentialsLoader loader() {
            AgentEndpoint endpoint = endpoint();
            TokenSource tokenSource = tokenSource();
            warnOfTwo(relative(), full(), true);
            warnOfTwo(file(), fixed(), !preferStaticToken);
            return new CredentialsLoader(
                    endpoint,
                    new AgentEndpoint.HostPolicy(allowedHosts, restrictHttps),
                    tokenSource,
                    LoadPolicy.of(
                            connectTimeout,
                            attemptTimeout,
                            loadTimeout,
                            maxAttempts,
                            startupPatience,
                            refreshPolicy.expiredCredentials(),
                            environment),
                    transport(endpoint),
                    listener != null,
                    environment,
                    hostResolver,
                    clock);
        }

        private AgentTransport transport(AgentEndpoint endpoint) {
            return transport != null
                    ? transport
                    : new SocketTransport(hostResolver, clock, Scheduler.shared(), tls(endpoint));
        }

        private @Nullable SSLSocketFactory tls(AgentEndpoint endpoint) {
            if (sslContext == null || !endpoint.secure()) {
                return null;
            }
            try {
                return sslContext.getSocketFactory();
            } catch (RuntimeException e) {
                throw CredentialsException.builder(
                                Category.UNREACHABLE,
                                "the SSLContext given to the builder cannot be used: "
                                        + e.getClass().getName())
                        .endpoint(endpoint.display())
                        .remedy("call SSLContext.init before the first resolve")
                        .build();
            }
        }

        private Choice relative() {
            return choose(relativeUri, "relativeUri", hasUri() ? null : Setting.RELATIVE_URI);
        }

        private Choice full() {
            return choose(fullUri, "fullUri", hasUri() ? null : Setting.FULL_URI);
        }

        private AgentEndpoint endpoint() {
            Choice relative = relative();
            Choice full = full();
            if (relative.value != null) {
                Choice service = choose(serviceEndpoint, "serviceEndpoint", Setting.SERVICE_ENDPOINT);
                return AgentEndpoint.relative(relative.value, relative.name, service.value, service.name);
            }
            if (full.value != null) {
                return AgentEndpoint.parse(full.value, full.name);
            }
            throw CredentialsException.builder(Category.NOT_CONFIGURED, withoutUri())
                    .remedy(
                            "on EKS, create the Pod Identity association before the pod (aws eks"
                                    + " create-pod-identity-association) and recreate the pod; on ECS, give the task a task role")
                    .build();
        }

        /** Which settings a source without a URI lacks, and what is set all the same. */
        private String withoutUri() {
            StringBuilder text = new StringBuilder("neither ")
                    .append(Setting.RELATIVE_URI.variable())
                    .append(" nor ")
                    .append(Setting.FULL_URI.variable())
                    .append(" is set");
            for (Setting uri : new Setting[] {Setting.RELATIVE_URI, Setting.FULL_URI}) {
                if (uri.seen(environment).blank()) {
                    text.append("; ").append(uri.variable()).append(" is blank");
                }
            }
            String token = tokenSetting();
            return token == null ? text.toString() : text + "; " + token + " is set";
        }

        /** The setting that holds a token or names its file, or null when none does. */
        private @Nullable String tokenSetting() {
            Choice file = file();
            Choice fixed = fixed();
            return file.value != null ? file.name : fixed.value != null ? fixed.name : null;
        }

        Availability availability() {
            if (relative().value != null || full().value != null) {
                return Availability.configured();
            }
            String token = tokenSetting();
            if (token != null) {
                return Availability.incomplete(
                        withoutUri(),
                        "set " + Setting.FULL_URI.variable()
                                + " to the agent's URI (EKS Pod Identity: http://169.254.170.23/v1/credentials), or"
                                + " unset " + token);
            }
            boolean blank = Setting.RELATIVE_URI.seen(environment).blank()
                    || Setting.FULL_URI.seen(environment).blank();
            return Availability.notConfigured(blank ? withoutUri() : "");
        }

        private boolean hasToken() {
            return tokenFile != null || token != null;
        }

        private Choice file() {
            return choose(tokenFile, "tokenFile", hasToken() ? null : Setting.TOKEN_FILE);
        }

        /** A fixed token is taken as it is: white space in it is an error to report, not to fix. */
        private Choice fixed() {
            return hasToken()
                    ? choose(token, "token", null)
                    : new Choice(Setting.TOKEN.raw(environment), Setting.TOKEN.variable(), Setting.TOKEN);
        }

        private TokenSource tokenSource() {
            Choice file = file();
            Choice fixed = fixed();
            if (fixed.value != null && (preferStaticToken || file.value == null)) {
                return TokenSource.fixed(fixed.value, fixed.name);
            }
            return file.value == null ? TokenSource.none() : TokenSource.file(file.value, file.name);
        }

        private static void warnOfTwo(Choice one, Choice other, boolean usesOne) {
            if (one.value != null && other.value != null) {
                Log.warn(one.name + " and " + other.name + " are both set; " + (usesOne ? one.name : other.name)
                        + " is used. Unset the other.");
            }
        }

        SourceDescription describe(BoundedFileReader files) {
            List<SettingSeen> settings = new ArrayList<>();
            for (Choice choice : List.of(relative(), full(), file(), fixed())) {
                settings.add(
                        choice.setting == null
                                ? new SettingSeen(choice.name, choice.value != null)
                                : choice.setting.seen(environment));
            }
            Optional<String> uri = Optional.empty();
            Optional<TokenClaims> claims = Optional.empty();
            Optional<String> problem = Optional.empty();
            try {
                uri = Optional.of(endpoint().display());
                claims = Optional.ofNullable(tokenSource().peek(files)).flatMap(TokenClaims::decode);
            } catch (CredentialsException e) {
                // an unusable URI is the resolve's to report; without an endpoint no token is read
                problem = uri.map(known -> String.valueOf(e.getMessage()));
            }
            return new SourceDescription(settings, uri, claims, problem);
        }

        /** A value and the name by which messages call where it came from. */
        private record Choice(
                @Nullable String value,
                String name,
                @Nullable Setting setting) {
            @Override
            public String toString() {
                return name;
            }
        }

        private Choice choose(@Nullable String option, String optionName, @Nullable Setting setting) {
            return option != null || setting == null
                    ? new Choice(option, "the option " + optionName, null)
                    : new Choice(setting.value(environment), setting.variable(), setting);
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
