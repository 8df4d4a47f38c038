// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import io.lanyard.Category;
import io.lanyard.CredentialsListener;
import io.lanyard.container.ContainerCredentialsSource;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.AgentTransport;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.spi.Scheduler;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A pod with a real Lanyard source, whose environment, clock, scheduler and transport are the pod. */
final class LanyardPod extends Pod implements AgentTransport, Environment, Clock, Scheduler, CredentialsListener {
    private static final Map<String, String> VARIABLES = Map.of(
            "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/run/secrets/pods.eks.amazonaws.com/token");

    private final RefreshPolicy policy;
    private @Nullable ContainerCredentialsSource source;
    private Kernel.@Nullable Event firstCall;
    private long expiration;
    private boolean failing;

    LanyardPod(Fleet fleet, Agent agent, RefreshPolicy policy) {
        super(fleet, agent);
        this.policy = policy;
    }

    @Override
    void begin() {
        source = ContainerCredentialsSource.builder()
                .transport(this)
                .environment(this)
                .clock(this)
                .scheduler(this)
                .listener(this)
                .random(fleet.jitter::nextDouble)
                .refreshPolicy(policy)
                .build();
        call();
    }

    @Override
    void stop() {
        if (source != null) {
            source.close();
        }
        if (firstCall != null) {
            firstCall.cancel();
        }
    }

    /** Makes a call while there are no credentials; later, the timer starts the loads. */
    private void call() {
        if (source != null && source.resolveAsync().isCompletedExceptionally()) {
            // the source backs off, so no load() follows that schedules the next call
            long now = fleet.kernel.now();
            fleet.tally.failed(now, 1);
            firstCall = fleet.kernel.at(now + fleet.untilNextCall(), this::call);
        }
    }

    /** Runs a load to its end in its own local time and accounts for the calls in the meantime. */
    private void load(Runnable task) {
        long start = fleet.kernel.now();
        boolean first = !hasCredentials();
        long cachedTo = expiration;
        long waitFrom = first
                ? start
                : Math.max(
                        start, agent.when(expiration - policy.expirationMargin().toNanos()));
        account(start);
        failing = false;
        task.run();
        long end = fleet.kernel.now();
        if (!first) { // with a slow clock, calls are served although the credentials have expired
            fleet.expired(Math.max(start, cachedTo), Math.min(waitFrom, end));
        }
        if (end > waitFrom) {
            double calls = fleet.calls(end - waitFrom) + (first ? 1 : 0);
            fleet.tally.waited(waitFrom, calls, (end - waitFrom) / 2.0, end - waitFrom);
            if (failing && first) {
                fleet.tally.failed(waitFrom, calls);
            } else if (failing && end >= cachedTo) {
                fleet.tally.expired(waitFrom, calls);
            }
        }
        accounted(end);
        if (!hasCredentials()) {
            firstCall = fleet.kernel.at(end + fleet.untilNextCall(), this::call);
        }
    }

    @Override
    public void refreshed(String accessKeyId, @Nullable Instant expiration) {
        this.expiration = expiration == null ? Time.NEVER : Time.ofEpochMillis(expiration.toEpochMilli());
        loaded(this.expiration);
    }

    @Override
    public void recovered(String accessKeyId) {
        loaded(this.expiration);
    }

    @Override
    public void refreshFailed(int attempt, Category category, @Nullable Instant nextLoad) {
        failing = true;
        failed();
    }

    @Override
    public AgentResponse get(AgentRequest request) throws IOException {
        Agent.Answer answer =
                agent.request(token(), fleet.kernel.now(), request.timeout().toNanos());
        fleet.kernel.pass(answer.at() - fleet.kernel.now());
        return switch (answer.outcome()) {
            case SERVED -> response(200, body(Objects.requireNonNull(answer.issued())));
            case REFUSED -> throw new ConnectException("Connection refused");
            case TIMED_OUT -> throw new SocketTimeoutException("Read timed out");
            case LIMITED -> response(429, "Too Many Requests\n");
            case TOKEN_EXPIRED ->
                response(400, "Service account token failed basic claim validations: token is expired\n");
            case THROTTLED -> response(429, "[id]: (ThrottlingException): Rate exceeded, fault: client\n");
            case UNAVAILABLE -> response(503, "[id]: (ServiceUnavailableException): unavailable, fault: server\n");
            case UPSTREAM_TIMED_OUT -> response(500, "[]\n");
        };
    }

    private AgentResponse response(int status, String body) {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(instant().atOffset(ZoneOffset.UTC));
        return new AgentResponse(status, Map.of("Date", date), body.getBytes(StandardCharsets.UTF_8), false);
    }

    private static String body(Issued issued) {
        return "{\"AccessKeyId\":\"ASIA" + issued.id()
                + "\",\"SecretAccessKey\":\"secret-CANARY\",\"Token\":\"session-CANARY\",\"AccountId\":\"111122223333\","
                + "\"Expiration\":\"" + Instant.ofEpochMilli(Time.epochMillis(issued.expiration())) + "\"}";
    }

    @Override
    public @Nullable String variable(String name) {
        return VARIABLES.get(name);
    }

    @Override
    public @Nullable String property(String name) {
        return null;
    }

    @Override
    public byte[] readFile(String path, int limit) {
        return token().text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long epochMillis() {
        return Time.epochMillis(wall());
    }

    @Override
    public long nanoTime() {
        return fleet.kernel.now();
    }

    @Override
    public void sleep(Duration duration) {
        fleet.kernel.pass(duration.toNanos());
    }

    @Override
    public void execute(Runnable task) {
        fleet.kernel.at(fleet.kernel.now(), () -> load(task));
    }

    @Override
    public <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay) {
        return fleet.kernel.at(fleet.kernel.now() + delay.toNanos(), () -> task.accept(owner));
    }
}
