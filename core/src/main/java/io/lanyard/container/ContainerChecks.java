// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Check;
import io.lanyard.diagnose.Diagnosis;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Orchestrator;
import io.lanyard.diagnose.Problem;
import io.lanyard.internal.BoundedFileReader;
import io.lanyard.report.SettingSeen;
import io.lanyard.report.TokenClaims;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.FileDetails;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The checks of the container source, from its settings to one real exchange with the agent. Changes nothing of the
 * source that is checked: the exchange is made by a copy.
 *
 * <p>Every step ends: a file is read for at most a second, a file system is waited for as long, and the exchange takes
 * at most {@link #EXCHANGE_LIMIT}.
 */
final class ContainerChecks {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);

    /** The EKS agent needs up to 7.2 s to report the reason of a failure. */
    private static final Duration EXCHANGE_LIMIT = Duration.ofSeconds(8);

    private static final Duration FILE_LIMIT = Duration.ofSeconds(1);

    private static final Duration SKEW_WARNING = Duration.ofSeconds(30);

    private static final String POD_IDENTITY_AUDIENCE = "pods.eks.amazonaws.com";

    /** Where the kubelet puts the pod's own token and namespace, whether or not Pod Identity is configured. */
    private static final String POD_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    private static final int TOKEN_LIMIT = 64 * 1024;

    private final ContainerConfiguration configuration;
    private final BoundedFileReader files;
    private final Orchestrator orchestrator;
    private final Instant now;
    private final List<Check> checks = new ArrayList<>();
    private Facts facts = Facts.none();

    ContainerChecks(ContainerConfiguration configuration, BoundedFileReader files) {
        this.configuration = configuration;
        this.files = files;
        this.orchestrator = Orchestrator.of(configuration.environment::variable);
        this.now = configuration.clock.instant();
    }

    Diagnosis run() throws InterruptedException {
        learnNames();
        AgentEndpoint endpoint = settings();
        if (endpoint == null) {
            String reason = "no container credentials are configured";
            checks.add(Check.notChecked("token file", reason));
            checks.add(Check.notChecked("token", reason));
            checks.add(Check.notChecked("exchange", reason));
            checks.add(Check.notChecked("clock", reason));
            return new Diagnosis(checks, facts);
        }
        String token = tokenFile();
        token(token, endpoint);
        if (token != null || !configuration.tokenSource().isSet()) {
            exchange(endpoint);
        } else {
            checks.add(Check.notChecked("exchange", "without the token no request is sent"));
            checks.add(Check.notChecked("clock", "no request was sent"));
        }
        return new Diagnosis(checks, facts);
    }

    /** In a pod the namespace and the service account are known even where Pod Identity is not configured. */
    private void learnNames() {
        facts = facts.with(Fact.REGION, firstOf("AWS_REGION", "AWS_DEFAULT_REGION"));
        if (orchestrator == Orchestrator.KUBERNETES) {
            facts = facts.with(Fact.POD, configuration.environment.variable("HOSTNAME"));
            try {
                learnNames(TokenClaims.decode(text(files.read(POD_TOKEN, TOKEN_LIMIT))));
            } catch (IOException | RuntimeException e) {
                // the pod has no token of its own: automountServiceAccountToken is false
            }
        }
    }

    private void learnNames(Optional<TokenClaims> claims) {
        claims.ifPresent(known -> facts = Facts.of(known).or(facts));
    }

    private @Nullable String firstOf(String... variables) {
        for (String variable : variables) {
            String value = configuration.environment.variable(variable);
            if (value != null && !value.isBlank()) {
                return value;
            }
        }
        return null;
    }

    // ---- settings

    /** Checks the settings; returns the endpoint that they name, or null when there is none. */
    private @Nullable AgentEndpoint settings() {
        String name = "container settings";
        List<Finding> findings = new ArrayList<>();
        List<SettingSeen> seen;
        AgentEndpoint endpoint;
        try {
            seen = configuration.describe(files).settings();
            for (SettingSeen setting : seen) {
                if (setting.blank()) {
                    findings.add(Problem.BLANK_SETTING.with(facts.with(Fact.SETTING, setting.name())));
                }
            }
            endpoint = configuration.endpoint();
        } catch (CredentialsException e) {
            if (e.category() != Category.NOT_CONFIGURED) {
                findings.addAll(found(e));
                checks.add(failed(name, e, findings));
                return null;
            }
            Problem missing = switch (orchestrator) {
                case KUBERNETES -> Problem.NO_CONTAINER_SETTINGS_IN_POD;
                case ECS -> Problem.NO_TASK_ROLE;
                default -> null;
            };
            if (missing != null) {
                findings.add(missing.with(facts));
            }
            checks.add(Check.of(name, "none is set", findings));
            return null;
        }
        List<String> set =
                seen.stream().filter(SettingSeen::set).map(SettingSeen::name).toList();
        if (set.contains(Setting.RELATIVE_URI.variable()) && set.contains(Setting.FULL_URI.variable())) {
            findings.add(Problem.TWO_URIS.with(facts));
        }
        checks.add(
                Check.of(name, set.stream().collect(Collectors.joining(", ")) + " -> " + endpoint.display(), findings));
        return endpoint;
    }

    // ---- token

    /** Checks the token's file, where there is one; returns the token, or null when there is none that can be read. */
    private @Nullable String tokenFile() throws InterruptedException {
        String name = "token file";
        TokenSource source = configuration.tokenSource();
        String path = source.file();
        if (path == null) {
            checks.add(Check.notChecked(
                    name, source.isSet() ? source.setting() + " has the token itself" : "no token is configured"));
            return source.peek(files);
        }
        facts = facts.with(Fact.FILE, path).with(Fact.SETTING, source.setting());
        StringBuilder detail = new StringBuilder(path);
        try {
            Optional<FileDetails> details = bounded(() -> configuration.environment.fileDetails(path), FILE_LIMIT);
            details.ifPresent(known -> detail.append(": ")
                    .append(known.kind())
                    .append(", ")
                    .append(known.permissions())
                    .append(", written ")
                    .append(ago(known.modified())));
        } catch (IOException | TimeoutException e) {
            // the read that follows says what is wrong
        }
        try {
            String token = source.peek(files);
            learnNames(token == null ? Optional.empty() : TokenClaims.decode(token));
            checks.add(Check.of(name, detail.toString(), List.of()));
            return token;
        } catch (CredentialsException e) {
            checks.add(failed(name, e, found(e)));
            return null;
        }
    }

    private static boolean isEks(AgentEndpoint endpoint) {
        return endpoint.isEks() || endpoint.hasPathOfEks();
    }

    private void token(@Nullable String token, AgentEndpoint endpoint) {
        String name = "token";
        if (token == null) {
            boolean isSet = configuration.tokenSource().isSet();
            checks.add(Check.notChecked(name, isSet ? "the file cannot be read" : "no token is configured"));
            return;
        }
        Optional<TokenClaims> claims = TokenClaims.decode(token);
        List<Finding> findings = new ArrayList<>();
        if (claims.isEmpty()) {
            if (isEks(endpoint)) {
                findings.add(Problem.TOKEN_FILE_NOT_A_TOKEN.with(facts));
            }
            checks.add(Check.of(name, "opaque, not a JSON web token", findings));
            return;
        }
        TokenClaims known = claims.get();
        if (isEks(endpoint)) {
            if (!known.audiences().contains(POD_IDENTITY_AUDIENCE)) {
                findings.add(Problem.TOKEN_OF_OTHER_AUDIENCE.with(facts.with(
                        Fact.AUDIENCE,
                        known.audiences().isEmpty() ? null : known.audiences().get(0))));
            }
            if (known.pod().isEmpty()) {
                findings.add(Problem.TOKEN_NOT_BOUND_TO_POD.with(facts));
            }
        }
        known.expiration()
                .filter(end -> !end.isAfter(now))
                .ifPresent(end -> findings.add(
                        Problem.TOKEN_EXPIRED.with(facts.with(Fact.AMOUNT, words(Duration.between(end, now))))));
        checks.add(Check.of(name, known.toString(), findings));
    }

    // ---- exchange and clock

    private void exchange(AgentEndpoint endpoint) throws InterruptedException {
        String name = "exchange";
        facts = facts.with(Fact.HOST, endpoint.host());
        Recorder recorder;
        try {
            recorder = new Recorder(configuration.transport(endpoint));
        } catch (CredentialsException e) { // an SSLContext that cannot be used
            checks.add(failed(name, e, found(e)));
            checks.add(Check.notChecked("clock", "no request was sent"));
            return;
        }
        long start = configuration.clock.nanoTime();
        try (ContainerCredentialsSource copy = new ContainerCredentialsSource.Builder(configuration)
                .transport(recorder)
                .sslContext(null)
                .startupPatience(Duration.ZERO)
                .maxAttempts(1)
                .connectTimeout(CONNECT_LIMIT)
                .attemptTimeout(EXCHANGE_LIMIT)
                .loadTimeout(CONNECT_LIMIT.plus(EXCHANGE_LIMIT))
                .listener(null)
                .build()) {
            ContainerCredentials credentials = copy.resolve();
            Duration took = Duration.ofNanos(configuration.clock.nanoTime() - start);
            checks.add(Check.of(name, took.toMillis() + " ms: " + described(credentials), List.of()));
        } catch (CredentialsException e) {
            Duration took = Duration.ofNanos(configuration.clock.nanoTime() - start);
            checks.add(failed(name, e, found(e), took.toMillis() + " ms: "));
        }
        clock(recorder);
    }

    private String described(ContainerCredentials credentials) {
        return "credentials"
                + credentials
                        .accountId()
                        .map(account -> " of account " + account)
                        .orElse("")
                + credentials
                        .expiration()
                        .map(end -> ", valid for " + words(Duration.between(now, end)))
                        .orElse(", without expiration");
    }

    private void clock(Recorder recorder) {
        String name = "clock";
        Duration skew = recorder.skew;
        if (skew == null) {
            checks.add(Check.notChecked(name, "the agent sent no time of its own"));
            return;
        }
        List<Finding> findings = new ArrayList<>();
        if (skew.abs().compareTo(SKEW_WARNING) > 0) {
            Facts known = facts.with(Fact.AMOUNT, words(skew.abs()));
            findings.add(Problem.CLOCK_SKEW.with(known));
        }
        String direction = skew.isNegative() ? " behind" : " ahead of";
        checks.add(Check.of(
                name,
                findings.isEmpty()
                        ? "agrees with the agent's within " + SKEW_WARNING.toSeconds() + " s"
                        : words(skew.abs()) + direction + " the agent's",
                findings));
    }

    /** Remembers the time that the agent states. */
    private final class Recorder implements AgentTransport {
        private final AgentTransport transport;
        private volatile @Nullable Duration skew;

        Recorder(AgentTransport transport) {
            this.transport = transport;
        }

        @Override
        public AgentResponse get(AgentRequest request) throws IOException {
            AgentResponse response = transport.get(request);
            if (response != null) {
                response.header("Date").ifPresent(this::compare);
            }
            return response;
        }

        private void compare(String date) {
            Instant theirs = Timestamps.parseHttp(date);
            skew = theirs == null ? skew : Duration.between(theirs, configuration.clock.instant());
        }
    }

    // ---- help

    private List<Finding> found(CredentialsException failure) {
        return Finding.in(failure, facts).stream().toList();
    }

    private static Check failed(String name, CredentialsException failure, List<Finding> findings) {
        return failed(name, failure, findings, "");
    }

    private static Check failed(String name, CredentialsException failure, List<Finding> findings, String before) {
        return new Check(name, Check.Status.PROBLEM, before + failure.summary(), findings);
    }

    /** Runs what may block on another thread and waits for a bounded time. */
    private <R> R bounded(Callable<R> call, Duration limit) throws IOException, TimeoutException, InterruptedException {
        CompletableFuture<R> result = new CompletableFuture<>();
        configuration.scheduler.execute(() -> {
            try {
                result.complete(call.call());
            } catch (Throwable e) { // whatever it is, a caller waits
                result.completeExceptionally(e);
            }
        });
        try {
            return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | CompletionException e) {
            if (e.getCause() instanceof IOException known) {
                throw known;
            }
            throw new InterruptedIOException(String.valueOf(e.getCause()));
        }
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.UTF_8).strip();
    }

    private String ago(Instant moment) {
        Duration age = Duration.between(moment, now);
        return age.isNegative() ? "in the future" : words(age) + " ago";
    }

    static String words(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 7200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3600 + " h " + seconds / 60 % 60 + " min" : seconds / 86_400 + " d";
    }
}
