// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.RoleArn;
import io.lanyard.testkit.internal.TokenId;
import io.lanyard.testkit.internal.go.GoJson;
import io.lanyard.testkit.internal.go.GoTime;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.internal.http.HttpRequest;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An EC2 instance's metadata service in the test's own process, as far as credentials and the region need it: IMDSv2,
 * and optionally IMDSv1.
 *
 * <p>It serves {@code PUT /latest/api/token}, {@code /latest/meta-data/iam/security-credentials/} with the name of the
 * node's role, {@code …/<name>} with its credentials, and {@code /latest/dynamic/instance-identity/document} with the
 * region. It answers 401 without a valid token, and 404 without a role.
 *
 * <p>An SDK finds it by {@code AWS_EC2_METADATA_SERVICE_ENDPOINT}, which {@link #environment()} returns, or by the system
 * property {@code aws.ec2MetadataServiceEndpoint} of the AWS SDK for Java.
 *
 * <p>Each request receives new credentials with the lifetime of {@link #credentialLifetime(Duration)}. With a negative
 * one it serves expired credentials, as the real service does when it cannot renew them.
 *
 * <p>Thread-safe; see {@link CredentialsServer} for threads and blocking.
 */
public final class InstanceMetadataService extends CredentialsServer {
    private static final String TOKEN_PATH = "/latest/api/token";
    private static final String TOKEN = "X-aws-ec2-metadata-token";
    private static final String TOKEN_LIFETIME = "X-aws-ec2-metadata-token-ttl-seconds";
    private static final int MAX_TOKEN_SECONDS = 21_600;
    private static final String CREDENTIALS = "/latest/meta-data/iam/security-credentials/";
    private static final String EXTENDED_CREDENTIALS = "/latest/meta-data/iam/security-credentials-extended/";
    private static final String DOCUMENT = "/latest/dynamic/instance-identity/document";

    private final boolean version1;
    private final boolean extended;
    private final String region;
    private final Map<String, Instant> tokens = new HashMap<>();
    private volatile @Nullable String roleArn;

    private InstanceMetadataService(Builder builder) {
        super("instance-metadata-service", Duration.ofSeconds(20), builder);
        this.version1 = builder.version1;
        this.extended = builder.extended;
        this.region = builder.region;
    }

    /**
     * Starts the service on a free port of 127.0.0.1, for an instance with a role.
     *
     * @param roleArn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @return the running service, to be closed
     * @throws IllegalArgumentException if that is not a role ARN
     */
    public static InstanceMetadataService start(String roleArn) {
        InstanceMetadataService service = builder().start();
        service.role(roleArn);
        return service;
    }

    /**
     * Returns a builder for a service with other settings.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sets the instance's role, which has none at first.
     *
     * @param roleArn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @throws IllegalArgumentException if that is not a role ARN
     */
    public void role(String roleArn) {
        RoleArn.accountOf(roleArn);
        this.roleArn = roleArn;
    }

    /** Removes the instance's role: from now on the service answers 404 for its credentials. */
    public void removeRole() {
        this.roleArn = null;
    }

    /**
     * Returns the address of the service, for {@code AWS_EC2_METADATA_SERVICE_ENDPOINT}.
     *
     * @return {@code http://127.0.0.1:PORT}, or with the address that was set
     */
    public URI endpoint() {
        return URI.create(origin());
    }

    /**
     * Returns the variable by which an SDK finds this service.
     *
     * @return {@code AWS_EC2_METADATA_SERVICE_ENDPOINT} alone, immutable
     */
    public Map<String, String> environment() {
        return Map.of("AWS_EC2_METADATA_SERVICE_ENDPOINT", origin());
    }

    @Override
    HttpAnswer answer(HttpRequest request, Fault fault) {
        String path = request.path();
        if (path.equals(TOKEN_PATH)) {
            return request.method().equals("PUT") ? newToken(request) : plain(405, "");
        }
        String token = request.header(TOKEN);
        if (token == null ? !version1 : !isValid(token)) {
            return plain(401, "");
        }
        String role = roleArn;
        if (path.equals(DOCUMENT)) {
            return plain(200, document(role));
        }
        if (role == null) {
            return plain(404, "");
        }
        if (path.startsWith(CREDENTIALS)) {
            return credentials(path.substring(CREDENTIALS.length()), role, false, fault);
        }
        if (extended && path.startsWith(EXTENDED_CREDENTIALS)) {
            return credentials(path.substring(EXTENDED_CREDENTIALS.length()), role, true, fault);
        }
        return plain(404, "");
    }

    private HttpAnswer newToken(HttpRequest request) {
        String lifetime = request.header(TOKEN_LIFETIME);
        if (lifetime == null || !lifetime.matches("[1-9]\\d{0,4}") || Integer.parseInt(lifetime) > MAX_TOKEN_SECONDS) {
            return plain(400, "");
        }
        String token = "CANARY-" + UUID.randomUUID();
        synchronized (tokens) {
            tokens.put(token, clock.instant().plusSeconds(Integer.parseInt(lifetime)));
        }
        return plain(200, token).with(TOKEN_LIFETIME, lifetime);
    }

    private boolean isValid(String token) {
        synchronized (tokens) {
            Instant expiration = tokens.get(token);
            return expiration != null && clock.instant().isBefore(expiration);
        }
    }

    private HttpAnswer credentials(String requested, String role, boolean withAccount, Fault fault) {
        String name = role.substring(role.lastIndexOf('/') + 1);
        if (requested.isEmpty()) {
            return plain(200, name);
        }
        if (!requested.equals(name)) {
            return plain(404, "");
        }
        IssuedCredentials credentials = issue(role, expiration(fault, clock.instant(), null));
        String account = withAccount ? ",\n  \"AccountId\" : " + GoJson.text(credentials.accountId()) : "";
        return plain(200, """
                {
                  "Code" : "Success",
                  "LastUpdated" : %s,
                  "Type" : "AWS-HMAC",
                  "AccessKeyId" : %s,
                  "SecretAccessKey" : %s,
                  "Token" : %s,
                  "Expiration" : %s%s
                }""".formatted(
                        GoJson.text(GoTime.rfc3339Nano(clock.instant())),
                        GoJson.text(credentials.accessKeyId()),
                        GoJson.text(credentials.secretAccessKey()),
                        GoJson.text(credentials.sessionToken()),
                        GoJson.text(GoTime.rfc3339Nano(credentials.expiration())),
                        account));
    }

    private String document(@Nullable String role) {
        return """
                {
                  "accountId" : "%s",
                  "architecture" : "x86_64",
                  "availabilityZone" : "%sa",
                  "imageId" : "ami-0123456789abcdef0",
                  "instanceId" : "i-0123456789abcdef0",
                  "instanceType" : "m5.large",
                  "region" : "%s",
                  "version" : "2017-09-30"
                }""".formatted(role == null ? "111122223333" : RoleArn.accountOf(role), region, region);
    }

    private static HttpAnswer plain(int status, String body) {
        return HttpAnswer.of(status, "text/plain", body);
    }

    @Override
    @Nullable
    String tokenId(HttpRequest request) {
        String token = request.header(TOKEN);
        return TokenId.of(token == null ? "" : token);
    }

    /** Settings of the service before it starts. */
    public static final class Builder extends CredentialsServer.Builder<Builder> {
        private boolean version1;
        private boolean extended;
        private String region = "us-west-2";

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Serves requests without a token too, as an instance does if IMDSv2 is optional. By default it is required.
         *
         * @return this
         */
        public Builder version1() {
            this.version1 = true;
            return this;
        }

        /**
         * Serves {@code /latest/meta-data/iam/security-credentials-extended/} too, whose credentials name their account.
         * By default the service answers 404 for that path, which newer SDKs request first.
         *
         * @return this
         */
        public Builder extendedCredentials() {
            this.extended = true;
            return this;
        }

        /**
         * Sets the instance's region; {@code us-west-2} by default.
         *
         * @param region the AWS region
         * @return this
         */
        public Builder region(String region) {
            this.region = Objects.requireNonNull(region, "region");
            return this;
        }

        /**
         * Starts the service, without a role.
         *
         * @return the running service, to be closed
         * @throws java.io.UncheckedIOException if it cannot listen there
         */
        public InstanceMetadataService start() {
            InstanceMetadataService service = new InstanceMetadataService(this);
            service.restart();
            return service;
        }
    }
}
