// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.internal.Log;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.Loaded;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.MalformedResponseException;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One attempt: the agent's addresses, the token, one request, and the credentials in its answer. */
final class Attempt {

    /** The agents' answers have some 2 KiB. */
    private static final int BODY_LIMIT = 64 * 1024;

    /** How long credentials that had expired when they were loaded are served before the next load. */
    private static final Duration ACCEPTED_FOR = Duration.ofMinutes(1);

    private final CredentialsLoader loader;
    private final long loadStart;
    private @Nullable String token;
    private @Nullable AgentResponse response;

    /**
     * Creates an attempt.
     *
     * @param loader what outlasts the attempt
     * @param loadStart when the load started
     * @param token the token to send, or null to read it
     */
    Attempt(CredentialsLoader loader, long loadStart, @Nullable String token) {
        this.loader = loader;
        this.loadStart = loadStart;
        this.token = token;
    }

    /** Makes the attempt; whatever fails is a {@link CredentialsException}, except for a defect of Lanyard. */
    Loaded<ContainerCredentials> run() throws InterruptedException {
        ContainerConfiguration configuration = loader.configuration;
        List<InetAddress> addresses = loader.endpoint.addresses(configuration.hostResolver, configuration.hosts());
        if (token == null) {
            token = loader.token.read(configuration.environment, configuration.clock);
        }
        loader.keepSecret(token);
        Duration left = loader.left(loadStart);
        if (left.isZero()) {
            // no caller waits for this request any more: do not send the token
            throw failures().late();
        }
        try {
            AgentResponse answer = send(request(addresses, left));
            response = answer;
            if (answer.status() != 200) {
                throw failures().refused(answer);
            }
            if (answer.truncated()) {
                throw new MalformedResponseException("the body is larger than 64 KiB");
            }
            CredentialsParser body = CredentialsParser.read(answer.body(), loader.secrets());
            ErrorAnswer error = body.error();
            if (error != null) {
                throw failures().refused(answer, error);
            }
            return accepted(body.credentials(), answer);
        } catch (IOException e) {
            throw failures().broken(e);
        }
    }

    private AgentRequest request(List<InetAddress> addresses, Duration left) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", "application/json");
        headers.put("Accept-Encoding", "identity");
        headers.put("User-Agent", "lanyard/" + Version.TEXT);
        if (token != null) {
            headers.put("Authorization", token);
        }
        AgentEndpoint endpoint = loader.endpoint;
        return new AgentRequest(
                endpoint.scheme(),
                endpoint.host(),
                endpoint.port(),
                addresses,
                endpoint.target(),
                Collections.unmodifiableMap(headers),
                LoadPolicy.shorter(loader.policy.connectTimeout(), left),
                LoadPolicy.shorter(loader.policy.attemptTimeout(), left),
                BODY_LIMIT);
    }

    /** Sends the request. A transport of the application may fail in any way, and its message may contain anything. */
    private AgentResponse send(AgentRequest request) throws IOException {
        AgentResponse answer;
        try {
            answer = loader.send(request);
        } catch (RuntimeException e) {
            throw failures().ofTransport("failed with " + e.getClass().getName());
        }
        if (answer == null) {
            throw failures().ofTransport("returned no answer");
        }
        return answer;
    }

    /** Accepts credentials that have not expired, or seem to have expired because the local clock is wrong. */
    private Loaded<ContainerCredentials> accepted(ContainerCredentials credentials, AgentResponse answer) {
        Instant expiration = credentials.expiration().orElse(null);
        Instant now = loader.clock().instant();
        return Loaded.of(
                credentials,
                credentials.accessKeyId(),
                expiration == null || expiration.isAfter(now) ? expiration : pastExpiration(expiration, now, answer));
    }

    /** Returns until when credentials are used that have expired by the local clock. */
    private Instant pastExpiration(Instant expiration, Instant now, AgentResponse answer) {
        String expired = "returned credentials that expired " + AttemptFailures.words(Duration.between(expiration, now))
                + " ago";
        Instant agentTime = answer.header("Date").map(Timestamps::parseHttp).orElse(null);
        if (agentTime != null && agentTime.isBefore(expiration)) {
            Duration skew = Duration.between(agentTime, now);
            Log.warn("The local clock is " + AttemptFailures.words(skew) + " ahead of the agent's at "
                    + loader.endpoint.display()
                    + ", so its credentials seem to have expired; Lanyard uses them. Remedy: synchronise the clock");
            return expiration.plus(skew);
        }
        if (loader.policy.expired() == ExpiredCredentials.ACCEPT) {
            Log.warn("The agent at " + loader.endpoint.display() + " " + expired
                    + "; Lanyard uses them because expiredCredentials(ACCEPT) is set");
            return now.plus(ACCEPTED_FOR);
        }
        throw failures().expired("the agent " + expired);
    }

    AttemptFailures failures() {
        return new AttemptFailures(loader.endpoint, loader.token, token, loader.secrets());
    }

    /** Returns the token that was sent, or null where there was none. */
    @Nullable
    String token() {
        return token;
    }

    /** Returns the answer, or null where there was none. */
    @Nullable
    AgentResponse response() {
        return response;
    }
}
