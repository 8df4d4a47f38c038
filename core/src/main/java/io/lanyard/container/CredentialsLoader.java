// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.internal.Log;
import io.lanyard.internal.text.ForeignText;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.Loaded;
import io.lanyard.refresh.Loader;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.spi.HostResolver;
import io.lanyard.spi.MalformedResponseException;
import io.lanyard.spi.RandomSource;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Loads credentials from the agent: attempts, with pauses between them, until one succeeds or none is left.
 *
 * <p>While there have never been credentials, failures that a start-up explains are retried for the start-up patience
 * (F9): it is counted once, from the start of the first load. Everything else has the ordinary attempts (F3). In an
 * outage, after a load has failed that had succeeded before, a load is one attempt: the cache's back-off spaces them.
 *
 * <p>Safe for use by several threads, because a load that the cache has abandoned may still run beside the next one.
 */
final class CredentialsLoader implements Loader<ContainerCredentials> {

    /** The agents' answers have some 2 KiB. */
    static final int BODY_LIMIT = 64 * 1024;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    /** When a whole fleet starts, throttled clients that ask again at once multiply the load. */
    private static final Duration SHORTEST_THROTTLED_PAUSE = Duration.ofSeconds(1);

    private static final Duration SHORTEST_PATIENT_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PATIENT_PAUSE = Duration.ofSeconds(1);

    private static final int MOST_TOKENS = 4;

    /** A trace is to be read. */
    private static final int MOST_SUPPRESSED = 4;

    /** How long credentials that were expired when they were loaded are served before the next load. */
    private static final Duration ACCEPTED_FOR = Duration.ofMinutes(1);

    /** What the EKS agent and EKS Auth call a refusal that asking again does not change. */
    private static final Set<String> REFUSALS = Set.of(
            "AccessDenied",
            "AccessDeniedException",
            "AssumeRoleUnauthorizedAccess",
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidToken",
            "InvalidTokenException",
            "InvalidParameterException",
            "InvalidRequestException",
            "NoIdInRequest",
            "ResourceNotFoundException");

    /** What passes by itself on a node, in an agent or for an association that is new. */
    private static final Set<String> PASSING_AT_START =
            Set.of("ResourceNotFoundException", "CredentialsUninitialized", "InvalidIdInRequest");

    private final AgentEndpoint endpoint;
    private final AgentEndpoint.HostPolicy hosts;
    private final TokenSource token;
    private final LoadPolicy policy;
    private final AgentTransport transport;
    private final boolean reported;
    private final Environment environment;
    private final HostResolver resolver;
    private final Clock clock;
    private final RandomSource random;

    /** The tokens that were sent last: an agent may repeat one when the next one has been sent. */
    private final List<String> sentTokens = new ArrayList<>(); // guarded by itself

    /** Requests not yet reported to the listener. */
    private final Queue<Exchange> exchanges = new ConcurrentLinkedQueue<>();

    // volatile: a load that the cache has abandoned may still run beside the next one
    private volatile boolean everLoaded;
    private volatile boolean outage;

    /** When the first load of all started: the start-up patience is counted from here, once. Null before. */
    private volatile @Nullable Long firstStart;

    CredentialsLoader(
            AgentEndpoint endpoint,
            AgentEndpoint.HostPolicy hosts,
            TokenSource token,
            LoadPolicy policy,
            AgentTransport transport,
            boolean reported,
            Environment environment,
            HostResolver resolver,
            Clock clock,
            RandomSource random) {
        this.endpoint = endpoint;
        this.hosts = hosts;
        this.token = token;
        this.policy = policy;
        this.transport = transport;
        this.reported = reported;
        this.environment = environment;
        this.resolver = resolver;
        this.clock = clock;
        this.random = random;
    }

    Duration loadTimeout() {
        return policy.loadTimeout();
    }

    @Override
    public Loaded<ContainerCredentials> load() throws InterruptedException {
        if (firstStart == null) {
            firstStart = clock.nanoTime();
        }
        boolean failed = true;
        try {
            Loaded<ContainerCredentials> loaded = new Load().run();
            everLoaded = true;
            failed = false;
            return loaded;
        } finally {
            // once a refresh has failed, the cache's back-off spaces the attempts: three at a time would only be more
            outage = failed && everLoaded;
        }
    }

    private record Exchange(Duration took, int status) {}

    private @Nullable AgentResponse exchange(AgentRequest request) throws IOException {
        if (!reported) {
            return transport.get(request);
        }
        long start = clock.nanoTime();
        int status = 0;
        try {
            AgentResponse response = transport.get(request);
            status = response == null ? 0 : response.status();
            return response;
        } finally {
            exchanges.add(new Exchange(Duration.ofNanos(clock.nanoTime() - start), status));
        }
    }

    @Override
    public void report(CredentialsListener listener) {
        for (Exchange exchange = exchanges.poll(); exchange != null; exchange = exchanges.poll()) {
            listener.attempted(exchange.took(), exchange.status());
        }
    }

    /** The state of one load. */
    private final class Load {
        private final long start = clock.nanoTime();
        private final List<CredentialsException> failures = new ArrayList<>();
        private int tries;
        private int ordinaryFailures;
        private int patientFailures;
        private @Nullable String sent;
        private @Nullable Duration retryAfter;

        Loaded<ContainerCredentials> run() throws InterruptedException {
            boolean rotated = false;
            String next = null;
            while (true) {
                CredentialsException failure;
                try {
                    tries++;
                    return attempt(next);
                } catch (CredentialsException e) {
                    failure = e;
                } catch (RuntimeException e) {
                    failure = unexpected("the load failed with " + e.getClass().getName(), "report it as a defect");
                }
                next = rotated ? null : rotatedToken(failure);
                if (next != null) {
                    rotated = true; // once in a load; the refused token is no fault of the agent's
                    continue;
                }
                Duration pause = pauseAfter(failure);
                if (pause == null) {
                    throw finished(failure);
                }
                remember(failure);
                clock.sleep(pause);
            }
        }

        private Loaded<ContainerCredentials> attempt(@Nullable String rotatedToken) throws InterruptedException {
            retryAfter = null;
            List<InetAddress> addresses = endpoint.addresses(resolver, hosts);
            sent = rotatedToken != null ? rotatedToken : token.read(environment, clock);
            keepSecret(sent);
            if (left().isZero()) {
                // no caller waits for this request any more: do not send the token
                throw unexpected(
                        "the load timed out before the request was sent",
                        "check what delays this process: the resolution of the host name, or the volume that holds the"
                                + " token file");
            }
            AgentRequest request = request(addresses);
            AgentResponse response;
            try {
                response = exchange(request);
            } catch (IOException e) {
                throw broken(e);
            } catch (RuntimeException e) {
                // a transport of the application: its message may contain anything
                throw unexpected(
                        "the transport failed with " + e.getClass().getName(),
                        "check the transport that was given to the builder");
            }
            if (response == null) {
                throw unexpected(
                        "the transport returned no answer", "check the transport that was given to the builder");
            }
            if (response.status() != 200) {
                throw refused(response);
            }
            if (response.truncated()) {
                throw unusable("the body is larger than 64 KiB");
            }
            return accept(parse(response), response);
        }

        private AgentRequest request(List<InetAddress> addresses) {
            Map<String, String> headers = new LinkedHashMap<>();
            headers.put("Accept", "application/json");
            headers.put("Accept-Encoding", "identity");
            headers.put("User-Agent", "lanyard/" + Version.TEXT);
            if (sent != null) {
                headers.put("Authorization", sent);
            }
            Duration left = left();
            return new AgentRequest(
                    endpoint.scheme(),
                    endpoint.host(),
                    endpoint.port(),
                    addresses,
                    endpoint.target(),
                    Collections.unmodifiableMap(headers),
                    LoadPolicy.shorter(policy.connectTimeout(), left),
                    LoadPolicy.shorter(policy.attemptTimeout(), left),
                    BODY_LIMIT);
        }

        private ContainerCredentials parse(AgentResponse response) {
            try {
                return CredentialsParser.parse(response.body(), secrets());
            } catch (CredentialsParser.UnusableBodyException e) {
                throw unusable(e.reason());
            } catch (CredentialsParser.ServiceErrorException e) {
                ErrorAnswer answer = e.answer();
                throw failure(
                                Category.SERVICE_ERROR,
                                answer.message().isEmpty()
                                        ? "the agent answers 200 with an error code; its message is not shown"
                                        : "the agent answers " + ForeignText.quote(answer.message(), secrets()))
                        .status(200)
                        .serviceCode(answer.code())
                        .recoverable(!isRejection(answer))
                        .remedy(new Remedies(endpoint, token, sent).forAnswer(response, answer))
                        .build();
            }
        }

        private void keepSecret(@Nullable String secret) {
            synchronized (sentTokens) {
                if (secret != null && !sentTokens.contains(secret)) {
                    sentTokens.add(secret);
                    if (sentTokens.size() > MOST_TOKENS) {
                        sentTokens.remove(0);
                    }
                }
            }
        }

        /** What the agent may repeat, and must not be shown. */
        private List<String> secrets() {
            List<String> secrets = endpoint.secrets();
            synchronized (sentTokens) {
                secrets.addAll(sentTokens);
            }
            return secrets;
        }

        /** Accepts credentials that have not expired, or seem to have expired because the local clock is wrong. */
        private Loaded<ContainerCredentials> accept(ContainerCredentials credentials, AgentResponse response) {
            Instant end = credentials.expiration().orElse(null);
            Instant now = clock.instant();
            if (end == null || end.isAfter(now)) {
                return loaded(credentials, end);
            }
            Duration gap = Duration.between(end, now);
            Instant agentTime = date(response);
            if (agentTime != null && agentTime.isBefore(end)) {
                Duration skew = Duration.between(agentTime, now);
                Log.warn(
                        "The local clock is " + words(skew) + " ahead of the agent's at " + endpoint.display()
                                + ", so its credentials seem to have expired; Lanyard uses them. Remedy: synchronise the clock");
                return loaded(credentials, end.plus(skew));
            }
            if (policy.expired() == ExpiredCredentials.ACCEPT) {
                Log.warn("The agent at " + endpoint.display() + " returned credentials that expired " + words(gap)
                        + " ago; Lanyard uses them because expiredCredentials(ACCEPT) is set");
                return loaded(credentials, now.plus(ACCEPTED_FOR));
            }
            throw failure(Category.EXPIRED, "the agent returned credentials that expired " + words(gap) + " ago")
                    .status(200)
                    .recoverable(true)
                    .remedy(
                            "check this machine's clock; if it is right, the agent cannot refresh its credentials (an ECS"
                                    + " agent without its control plane, an EKS agent without EKS Auth): restart or fix the"
                                    + " agent, or set expiredCredentials(ACCEPT) in the refresh policy to use expired credentials")
                    .build();
        }

        /** The token that the file holds by now, where the agent has refused another. */
        private @Nullable String rotatedToken(CredentialsException failure) throws InterruptedException {
            int status = failure.category() == Category.HTTP_STATUS
                    ? failure.status().orElse(0)
                    : 0;
            boolean refused = status == 400 || status == 401 || status == 403;
            if (!refused || !token.mayChange() || left().isZero()) {
                return null;
            }
            try {
                String now = token.read(environment, clock);
                return now == null || now.equals(sent) ? null : now;
            } catch (CredentialsException unreadable) {
                return null; // the agent's word says more
            }
        }

        /** How long to wait before the next attempt, or null when there is to be none. */
        private @Nullable Duration pauseAfter(CredentialsException failure) {
            boolean atStart = !everLoaded && passesAtStart(failure);
            boolean throttled = failure.status().orElse(0) == 429;
            Duration patience = atStart ? patienceLeft() : Duration.ZERO;
            Duration pause;
            if (!patience.isZero()) {
                // the last pause ends with the patience, so that all of it is used
                pause = LoadPolicy.shorter(throttled ? throttledPause() : patientPause(), patience);
            } else {
                ordinaryFailures++;
                int count = atStart ? tries : ordinaryFailures;
                if (!retryable(failure) || count >= (outage ? 1 : policy.maxAttempts())) {
                    return null;
                }
                pause = throttled ? throttledPause() : ordinaryPause();
            }
            if (retryAfter != null && retryAfter.compareTo(pause) > 0) {
                pause = retryAfter;
            }
            return pause.compareTo(left()) < 0 ? pause : null;
        }

        /** What is left of the start-up patience, which is that of the source and not of this load. */
        private Duration patienceLeft() {
            Long first = firstStart;
            long passed = first == null ? 0 : clock.nanoTime() - first;
            Duration left = policy.startupPatience().minusNanos(passed);
            return left.isNegative() ? Duration.ZERO : left;
        }

        /** 250 to 500 ms at first, later 500 ms to 1 s. */
        private Duration patientPause() {
            boolean isFirst = patientFailures++ == 0;
            return isFirst
                    ? random(SHORTEST_PATIENT_PAUSE, SHORTEST_PATIENT_PAUSE.multipliedBy(2))
                    : random(LONGEST_PATIENT_PAUSE.dividedBy(2), LONGEST_PATIENT_PAUSE);
        }

        private Duration throttledPause() {
            return random(SHORTEST_THROTTLED_PAUSE, LONGEST_PAUSE);
        }

        private Duration ordinaryPause() {
            Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(ordinaryFailures - 1, 10));
            return random(Duration.ZERO, LoadPolicy.shorter(doubled, LONGEST_PAUSE));
        }

        private CredentialsException broken(IOException e) {
            if (e instanceof MalformedResponseException) {
                return unusable(ForeignText.phrase(String.valueOf(e.getMessage()), secrets()));
            }
            String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return failure(
                            Category.UNREACHABLE,
                            "the exchange with the agent failed: " + ForeignText.quote(reason, secrets()))
                    .recoverable(true)
                    .remedy(
                            e instanceof UnknownHostException
                                    ? AgentEndpoint.UNRESOLVED
                                    : new Remedies(endpoint, token, sent).forBrokenExchange(e))
                    .cause(ForeignText.isClean(e, secrets()) ? e : null)
                    .build();
        }

        private CredentialsException refused(AgentResponse response) {
            int status = response.status();
            ErrorAnswer answer = ErrorAnswer.read(response.body(), secrets());
            retryAfter = response.header("Retry-After").map(this::retryAfter).orElse(null);
            boolean passing = (isTrouble(status) && !isRejection(answer))
                    || "InvalidIdInRequest".equals(answer.code())
                    || answer.message().contains("token is not valid yet");
            return failure(
                            Category.HTTP_STATUS,
                            answer.message().isEmpty()
                                    ? "the agent gives no reason"
                                    : "the agent answers " + ForeignText.quote(answer.message(), secrets()))
                    .status(status)
                    .serviceCode(answer.code())
                    .requestId(answer.requestId())
                    .recoverable(passing)
                    .remedy(new Remedies(endpoint, token, sent).forAnswer(response, answer))
                    .build();
        }

        private CredentialsException unexpected(String what, String remedy) {
            return failure(Category.UNREACHABLE, what)
                    .recoverable(true)
                    .remedy(remedy)
                    .build();
        }

        private CredentialsException unusable(String why) {
            return failure(Category.INVALID_RESPONSE, why)
                    .recoverable(true)
                    .remedy("check that the URI is the agent's, and that no proxy answers in its place")
                    .build();
        }

        private CredentialsException.Builder failure(Category category, String detail) {
            return CredentialsException.builder(category, detail + effort()).endpoint(endpoint.display());
        }

        private String effort() {
            return tries == 1 ? "" : " (attempt " + tries + ", after " + words(elapsed()) + ")";
        }

        /** The last failure, with some of those before it that were of another kind. */
        private CredentialsException finished(CredentialsException last) {
            CredentialsException finished = withEffort(last);
            int kept = 0;
            int more = 0;
            for (CredentialsException earlier : failures) {
                if (alike(earlier, last)) {
                    continue;
                }
                if (kept < MOST_SUPPRESSED) {
                    kept++;
                    finished.addSuppressed(earlier);
                } else {
                    more++;
                }
            }
            if (more > 0) {
                finished.addSuppressed(new IllegalStateException("and " + more + " more failures of other kinds"));
            }
            return finished;
        }

        /** A failure that came about before anything was sent says how long the load tried, too. */
        private CredentialsException withEffort(CredentialsException last) {
            boolean local = last.category() == Category.TOKEN_FILE_UNREADABLE
                    || last.category() == Category.INVALID_TOKEN
                    || last.category() == Category.HOST_NOT_ALLOWED;
            return tries == 1 || !local
                    ? last
                    : CredentialsException.builder(last.category(), last.detail() + effort())
                            .endpoint(last.endpoint().orElse(null))
                            .recoverable(last.recoverable())
                            .remedy(last.remedy().orElse(null))
                            .cause(last.getCause())
                            .build();
        }

        private void remember(CredentialsException failure) {
            for (CredentialsException earlier : failures) {
                if (alike(earlier, failure)) {
                    return;
                }
            }
            failures.add(failure);
        }

        private @Nullable Duration retryAfter(String header) {
            if (header.length() <= 9 && !header.isEmpty() && header.chars().allMatch(c -> c >= '0' && c <= '9')) {
                return Duration.ofSeconds(Integer.parseInt(header));
            }
            Instant at = httpDate(header);
            return at == null ? null : Duration.between(clock.instant(), at);
        }

        private Duration elapsed() {
            return Duration.ofNanos(clock.nanoTime() - start);
        }

        private Duration left() {
            Duration left = policy.loadTimeout().minus(elapsed());
            return left.isNegative() ? Duration.ZERO : left;
        }
    }

    private static boolean retryable(CredentialsException failure) {
        return switch (failure.category()) {
            case UNREACHABLE, INVALID_RESPONSE, EXPIRED -> true;
            // an agent may answer 500 when STS rejects the role
            case HTTP_STATUS ->
                failure.recoverable() && isTrouble(failure.status().orElse(0));
            default -> false;
        };
    }

    private static boolean isRejection(ErrorAnswer answer) {
        return answer.code() != null && REFUSALS.contains(answer.code());
    }

    /** A status by which the agent says that asking again makes sense. */
    private static boolean isTrouble(int status) {
        return status == 429 || status >= 500;
    }

    private static boolean passesAtStart(CredentialsException failure) {
        return switch (failure.category()) {
            case UNREACHABLE -> failure.getCause() instanceof ConnectException;
            // a file that is there and cannot be read stays so
            case TOKEN_FILE_UNREADABLE -> TokenSource.isNotThereYet(failure);
            case HTTP_STATUS ->
                (failure.recoverable() && isTrouble(failure.status().orElse(0)))
                        || failure.serviceCode().map(PASSING_AT_START::contains).orElse(false)
                        || String.valueOf(failure.getMessage()).contains("token is not valid yet");
            default -> false;
        };
    }

    private static boolean alike(CredentialsException a, CredentialsException b) {
        return a.category() == b.category()
                && a.status().equals(b.status())
                && a.serviceCode().equals(b.serviceCode());
    }

    private static Loaded<ContainerCredentials> loaded(ContainerCredentials credentials, @Nullable Instant expiration) {
        return Loaded.of(credentials, credentials.accessKeyId(), expiration);
    }

    private static @Nullable Instant date(AgentResponse response) {
        return response.header("Date").map(CredentialsLoader::httpDate).orElse(null);
    }

    private static @Nullable Instant httpDate(String text) {
        try {
            return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private Duration random(Duration from, Duration to) {
        return from.plusMillis((long) (random.nextDouble() * (to.toMillis() - from.toMillis() + 1)));
    }

    private static String words(Duration duration) {
        if (duration.compareTo(Duration.ofMinutes(2)) < 0) {
            return duration.toMillis() / 1000 + "." + duration.toMillis() % 1000 / 100 + " s";
        }
        return duration.compareTo(Duration.ofHours(2)) < 0
                ? duration.toMinutes() + " min"
                : duration.toHours() + " h " + duration.toMinutesPart() + " min";
    }
}
