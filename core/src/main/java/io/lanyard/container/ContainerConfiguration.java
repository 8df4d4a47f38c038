// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.chain.Availability;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Orchestrator;
import io.lanyard.diagnose.Problem;
import io.lanyard.internal.BoundedFileReader;
import io.lanyard.internal.Log;
import io.lanyard.internal.transport.SocketTransport;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.refresh.RefreshingCache;
import io.lanyard.report.SettingSeen;
import io.lanyard.report.SourceDescription;
import io.lanyard.report.TokenClaims;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.spi.HostResolver;
import io.lanyard.spi.RandomSource;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a container source: the options of its builder, and where they are not set the settings of the
 * environment, which are read when they are needed. Creates the endpoint, the token and the loader from them.
 * Immutable.
 */
final class ContainerConfiguration {

    final @Nullable String relativeUri;
    final @Nullable String fullUri;
    final @Nullable String serviceEndpoint;
    final @Nullable String tokenFile;
    final @Nullable String token;
    final boolean preferStaticToken;
    final Set<String> allowedHosts;
    final boolean restrictHttps;
    final @Nullable Duration connectTimeout;
    final @Nullable Duration attemptTimeout;
    final @Nullable Duration loadTimeout;
    final @Nullable Integer maxAttempts;
    final Duration startupPatience;
    final @Nullable SSLContext sslContext;
    final @Nullable AgentTransport transport;
    final Environment environment;
    final HostResolver hostResolver;
    final Clock clock;
    final Scheduler scheduler;
    final @Nullable Executor executor;
    final RefreshPolicy refreshPolicy;
    final @Nullable CredentialsListener listener;
    final RandomSource random;

    ContainerConfiguration(ContainerCredentialsSource.Builder builder) {
        this.relativeUri = builder.relativeUri;
        this.fullUri = builder.fullUri;
        this.serviceEndpoint = builder.serviceEndpoint;
        this.tokenFile = builder.tokenFile;
        this.token = builder.token;
        this.preferStaticToken = builder.preferStaticToken;
        this.allowedHosts = builder.allowedHosts;
        this.restrictHttps = builder.restrictHttps;
        this.connectTimeout = builder.connectTimeout;
        this.attemptTimeout = builder.attemptTimeout;
        this.loadTimeout = builder.loadTimeout;
        this.maxAttempts = builder.maxAttempts;
        this.startupPatience = builder.startupPatience;
        this.sslContext = builder.sslContext;
        this.transport = builder.transport;
        this.environment = builder.environment;
        this.hostResolver = builder.hostResolver;
        this.clock = builder.clock;
        this.scheduler = builder.scheduler;
        this.executor = builder.executor;
        this.refreshPolicy = builder.refreshPolicy;
        this.listener = builder.listener;
        this.random = builder.random;
    }

    boolean isConfigured() {
        return hasUri()
                || Setting.RELATIVE_URI.value(environment) != null
                || Setting.FULL_URI.value(environment) != null;
    }

    private boolean hasUri() {
        return relativeUri != null || fullUri != null;
    }

    RefreshingCache<ContainerCredentials> cache() {
        CredentialsLoader loader = loader();
        return RefreshingCache.builder(loader)
                .name("the container credentials")
                .loadTimeout(loader.policy.loadTimeout())
                .executor(executor)
                .policy(refreshPolicy)
                .clock(clock)
                .scheduler(scheduler)
                .random(random)
                .listener(listener)
                .build();
    }

    /** Reads the settings, and logs once which of them are not used. */
    CredentialsLoader loader() {
        AgentEndpoint endpoint = endpoint();
        TokenSource tokenSource = tokenSource();
        warnOfTwo(relative(), full(), true);
        warnOfTwo(file(), fixed(), !preferStaticToken);
        return new CredentialsLoader(this, endpoint, tokenSource);
    }

    AgentEndpoint.HostPolicy hosts() {
        return new AgentEndpoint.HostPolicy(allowedHosts, restrictHttps);
    }

    AgentTransport transport(AgentEndpoint endpoint) {
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
                    .finding(Problem.SSL_CONTEXT_NOT_INITIALIZED.id())
                    .remedy(Problem.SSL_CONTEXT_NOT_INITIALIZED.remedy())
                    .build();
        }
    }

    private Choice relative() {
        return choose(relativeUri, "relativeUri", hasUri() ? null : Setting.RELATIVE_URI);
    }

    private Choice full() {
        return choose(fullUri, "fullUri", hasUri() ? null : Setting.FULL_URI);
    }

    AgentEndpoint endpoint() {
        Choice relative = relative();
        Choice full = full();
        if (relative.value != null) {
            Choice service = choose(serviceEndpoint, "serviceEndpoint", Setting.SERVICE_ENDPOINT);
            return AgentUri.relative(relative.value, relative.name, service.value, service.name);
        }
        if (full.value != null) {
            return AgentUri.parse(full.value, full.name);
        }
        Finding finding = findingWithoutUri();
        throw CredentialsException.builder(Category.NOT_CONFIGURED, withoutUri())
                .finding(finding.id())
                .remedy(finding.remedy())
                .build();
    }

    /** Why there is no URI: an orchestrator suggests that an agent was meant to be there. */
    private Finding findingWithoutUri() {
        String token = tokenSetting();
        Problem problem = token != null
                ? Problem.TOKEN_WITHOUT_URI
                : switch (Orchestrator.of(environment::variable)) {
                    case KUBERNETES -> Problem.NO_CONTAINER_SETTINGS_IN_POD;
                    case ECS -> Problem.NO_TASK_ROLE;
                    default -> Problem.NO_CONTAINER_SETTINGS;
                };
        return problem.with(Facts.none().with(Fact.SETTING, token));
    }

    /** Returns which settings a source without a URI lacks, and which related ones are set. */
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

    /** Returns the setting that has a token or names its file, or null. */
    private @Nullable String tokenSetting() {
        Choice file = file();
        Choice fixed = fixed();
        return file.value != null ? file.name : fixed.value != null ? fixed.name : null;
    }

    Availability availability() {
        if (relative().value != null || full().value != null) {
            return Availability.configured();
        }
        if (tokenSetting() != null) {
            return Availability.incomplete(withoutUri(), findingWithoutUri().remedy());
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

    /** Returns the fixed token as it is set: white space in it is reported, not removed. */
    private Choice fixed() {
        return hasToken()
                ? choose(token, "token", null)
                : new Choice(Setting.TOKEN.raw(environment), Setting.TOKEN.variable(), Setting.TOKEN);
    }

    TokenSource tokenSource() {
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
            // resolve reports an unusable URI; without an endpoint no token is read
            problem = uri.map(known -> String.valueOf(e.getMessage()));
        }
        return new SourceDescription(settings, uri, claims, problem);
    }

    /** A value, and the name of its setting or option in messages. */
    private record Choice(
            @Nullable String value, String name, @Nullable Setting setting) {
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
}
