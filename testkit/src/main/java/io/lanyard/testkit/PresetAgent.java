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
 * One of the smaller servers of the container-credentials protocol in the test's own process; which, the
 * {@link AgentPreset} says.
 *
 * <p>Each request gets new credentials, also where the real server holds them for a while. They live as the preset
 * says, and from {@link #credentialLifetime(Duration)} on as that says.
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
     * @param preset which server
     * @param roleArn whose credentials it gives: {@code arn:aws:iam::<12 digits>:role/<name>}
     * @return the running server, to be closed
     * @throws IllegalArgumentException if that is no role ARN
     */
    public static PresetAgent start(AgentPreset preset, String roleArn) {
        return builder(preset, roleArn).start();
    }

    /**
     * Settings first.
     *
     * @param preset which server
     * @param roleArn whose credentials it gives: {@code arn:aws:iam::<12 digits>:role/<name>}
     * @return a new builder
     * @throws IllegalArgumentException if that is no role ARN
     */
    public static Builder builder(AgentPreset preset, String roleArn) {
        return new Builder(preset, roleArn);
    }

    /**
     * What the server, or whoever sets it up, puts into a program's environment, with this server's address.
     *
     * @return {@code AWS_CONTAINER_CREDENTIALS_FULL_URI} and {@code AWS_CONTAINER_AUTHORIZATION_TOKEN}; of
     *     {@link AgentPreset#ECS_LOCAL} {@code AWS_CONTAINER_CREDENTIALS_RELATIVE_URI} and, in place of the link-local
     *     address, {@code AWS_CONTAINER_SERVICE_ENDPOINT}; immutable
     */
    public Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        if (token.isEmpty()) {
            environment.put("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", preset.path());
            environment.put("AWS_CONTAINER_SERVICE_ENDPOINT", origin());
        } else {
            String origin =
                    preset.saysLocalhost() ? origin().replaceFirst("//127\\.0\\.0\\.1:", "//localhost:") : origin();
            environment.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", origin + preset.path());
            environment.put("AWS_CONTAINER_AUTHORIZATION_TOKEN", token);
        }
        return Collections.unmodifiableMap(environment);
    }

    /**
     * Whether what is behind the server (STS, IAM Identity Center, AWS IoT) refuses; off at first. Each preset says so
     * in its own way.
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

    /** Credentials of the server's own role. */
    @Nullable
    IssuedCredentials credentials(Fault fault) {
        return credentials(roleArn, fault);
    }

    /** Credentials of any role; null if they are refused. */
    @Nullable
    IssuedCredentials credentials(String askedRoleArn, Fault fault) {
        if (refusing || !RoleArn.matches(askedRoleArn)) {
            return null;
        }
        boolean eternal = preset.neverExpires() && fault.lifetime() == null;
        return issue(askedRoleArn, eternal ? AgentPreset.NEVER : expiration(fault, now(), null));
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
