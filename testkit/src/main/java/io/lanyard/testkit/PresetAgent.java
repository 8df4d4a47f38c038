// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.RoleArn;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.internal.http.HttpRequest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One of the smaller servers of the container-credentials protocol in the test's own process, chosen by an
 * {@link AgentPreset}.
 *
 * <p>Each request receives new credentials, even if the real server caches them. Their lifetime is the preset's, until
 * {@link #credentialLifetime(Duration)} sets another.
 *
 * <p>Thread-safe; see {@link CredentialsServer} for threads and blocking.
 */
public final class PresetAgent extends CredentialsServer {
    static final String GREENGRASS_PATH = "/2016-11-01/credentialprovider/";

    private final AgentPreset preset;
    private final String roleArn;
    private final String token;
    private volatile boolean refusing;

    private PresetAgent(Builder builder) {
        super(builder.preset.name().toLowerCase(Locale.ROOT).replace('_', '-'), Duration.ofSeconds(30), builder);
        this.preset = builder.preset;
        this.roleArn = builder.roleArn;
        this.token = preset.newToken(new SecureRandom());
        credentialLifetime(preset.lifetime());
    }

    /**
     * Starts a server on a free port of 127.0.0.1.
     *
     * @param preset the server
     * @param roleArn the role of its credentials: {@code arn:aws:iam::<12 digits>:role/<name>}
     * @return the running server, to be closed
     * @throws IllegalArgumentException if that is not a role ARN
     */
    public static PresetAgent start(AgentPreset preset, String roleArn) {
        return builder(preset, roleArn).start();
    }

    /**
     * Returns a builder for a server with other settings.
     *
     * @param preset the server
     * @param roleArn the role of its credentials: {@code arn:aws:iam::<12 digits>:role/<name>}
     * @return a new builder
     * @throws IllegalArgumentException if that is not a role ARN
     */
    public static Builder builder(AgentPreset preset, String roleArn) {
        return new Builder(preset, roleArn);
    }

    /**
     * Returns the variables by which a program finds this server.
     *
     * @return {@code AWS_CONTAINER_CREDENTIALS_FULL_URI} and {@code AWS_CONTAINER_AUTHORIZATION_TOKEN}; for
     *     {@link AgentPreset#ECS_LOCAL} {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI} and, instead of the link-local
     *     address, {@code AWS_CONTAINER_SERVICE_ENDPOINT}; immutable
     */
    public Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        if (token.isEmpty()) {
            environment.put("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", preset.path());
            environment.put("AWS_CONTAINER_SERVICE_ENDPOINT", origin());
        } else {
            String origin =
                    preset.usesLocalhost() ? origin().replaceFirst("//127\\.0\\.0\\.1:", "//localhost:") : origin();
            environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", origin + preset.path());
            environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN", token);
        }
        return Collections.unmodifiableMap(environment);
    }

    /**
     * Sets whether the service behind the server (STS, IAM Identity Center, AWS IoT) refuses; off at first. Each preset
     * then answers in its own way.
     *
     * @param on from the next request on
     */
    public void refuse(boolean on) {
        this.refusing = on;
    }

    @Override
    HttpAnswer answer(HttpRequest request, Fault fault) {
        return preset.answer(this, request, fault);
    }

    boolean admits(HttpRequest request) {
        return token.equals(authorization(request));
    }

    String account() {
        return RoleArn.accountOf(roleArn);
    }

    Instant now() {
        return clock.instant();
    }

    /** Returns credentials of the server's own role; null if the service behind it refuses. */
    @Nullable
    IssuedCredentials credentials(Fault fault) {
        return credentials(roleArn, fault);
    }

    /** Returns credentials of any role; null if the service behind the server refuses. */
    @Nullable
    IssuedCredentials credentials(String requestedRoleArn, Fault fault) {
        if (refusing || !RoleArn.matches(requestedRoleArn)) {
            return null;
        }
        boolean neverExpires = preset.neverExpires() && fault.lifetime() == null;
        return issue(requestedRoleArn, neverExpires ? AgentPreset.NEVER : expiration(fault, now(), null));
    }

    /** Settings of the server before it starts. */
    public static final class Builder extends CredentialsServer.Builder<Builder> {
        private final AgentPreset preset;
        private final String roleArn;

        private Builder(AgentPreset preset, String roleArn) {
            RoleArn.accountOf(roleArn);
            this.preset = Objects.requireNonNull(preset, "preset");
            this.roleArn = roleArn;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Starts the server.
         *
         * @return the running server, to be closed
         * @throws java.io.UncheckedIOException if it cannot listen there
         */
        public PresetAgent start() {
            PresetAgent agent = new PresetAgent(preset.neverExpires() ? fakes(fakes.longTerm()) : this);
            agent.restart();
            return agent;
        }
    }
}
