// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.iam.PodIdentitySession;
import io.lanyard.testkit.internal.RoleArn;
import io.lanyard.testkit.internal.TokenId;
import io.lanyard.testkit.internal.go.GoTime;
import io.lanyard.testkit.internal.go.Jwt;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.internal.http.HttpRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * AWS STS in the test's own process, as far as IRSA and caller identities need it. It serves
 * {@code AssumeRoleWithWebIdentity}, {@code AssumeRole} and {@code GetCallerIdentity} by the query protocol, POST or
 * GET, over plain HTTP, with the responses and error codes of the real API.
 *
 * <p>An SDK finds it by {@code AWS_ENDPOINT_URL_STS}, by the system property {@code aws.endpointUrlSts} of the AWS SDK for
 * Java, or by {@code endpointOverride} of one client. {@link #environmentFor(String, Path)} returns all variables of
 * IRSA.
 *
 * <p>{@code AssumeRoleWithWebIdentity} accepts a token that can be parsed, is valid by {@code nbf} and {@code exp}, and
 * has the audience {@code sts.amazonaws.com} and a subject that the role trusts
 * ({@link #allow(String, String, String)}). It does not verify the signature. The other two identify their caller by the
 * access key ID of the request's signature, which they do not verify. Temporary credentials need their session token, and
 * are rejected with {@code ExpiredToken} after their expiration. Known are the credentials that this service has issued,
 * and those of {@link #register(IssuedCredentials)} and {@link #register(String, String)}. {@code AssumeRole} checks no
 * trust policy: a known caller may assume any role.
 *
 * <p>Credentials are valid for the {@code DurationSeconds} of the request, at most for
 * {@link #credentialLifetime(Duration)}, one hour at first. The real service rejects a duration beyond the role's
 * maximum; this one shortens it.
 *
 * <p>Thread-safe; see {@link CredentialsServer} for threads and blocking.
 */
public final class StsService extends CredentialsServer {
    private static final String AUDIENCE = "sts.amazonaws.com";
    private static final Duration DEFAULT_LIFETIME = Duration.ofHours(1);
    private static final Pattern SIGNER = Pattern.compile("AWS4-HMAC-SHA256 Credential=([^/,\\s]+)/.*");

    private final String region;
    private final Set<Trust> trusts = new HashSet<>();
    private final Map<String, Identity> identities = new HashMap<>();

    private record Trust(String roleArn, String subject) {}

    /** The owner of an access key. Expiration and session token are null for a long-term key. */
    private record Identity(
            String arn,
            String userId,
            @Nullable Instant expiration,
            @Nullable String sessionToken) {}

    private StsService(Builder builder) {
        super("sts", Duration.ofSeconds(20), builder);
        region = builder.region;
        credentialLifetime(DEFAULT_LIFETIME);
    }

    /**
     * Starts the service on a free port of 127.0.0.1. No web identity may assume a role yet.
     *
     * @return the running service, to be closed
     */
    public static StsService start() {
        return builder().start();
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
     * Returns the address of the service, for {@code AWS_ENDPOINT_URL_STS} or {@code endpointOverride}.
     *
     * @return {@code http://127.0.0.1:PORT}, or with the address that was set
     */
    public URI endpoint() {
        return URI.create(origin());
    }

    /**
     * Returns the variables for credentials that IRSA's webhook sets in a pod, and this service's address.
     *
     * @param roleArn the role in the service account's annotation
     * @param tokenFile the pod's token, issued for {@code sts.amazonaws.com}:
     *     {@link io.lanyard.testkit.token.ServiceAccountTokenFile#createForSts(String, String)}
     * @return {@code AWS_ROLE_ARN}, {@code AWS_WEB_IDENTITY_TOKEN_FILE}, {@code AWS_REGION} and
     *     {@code AWS_ENDPOINT_URL_STS}, immutable
     */
    public Map<String, String> environmentFor(String roleArn, Path tokenFile) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("AWS_ROLE_ARN", roleArn);
        environment.put("AWS_WEB_IDENTITY_TOKEN_FILE", tokenFile.toString());
        environment.put("AWS_REGION", region);
        environment.put("AWS_ENDPOINT_URL_STS", origin());
        return Collections.unmodifiableMap(environment);
    }

    /**
     * Lets a service account assume a role with its token, as the role's trust policy does for IRSA. Others receive
     * {@code AccessDenied}.
     *
     * @param roleArn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @throws IllegalArgumentException if that is not a role ARN
     */
    public void allow(String roleArn, String namespace, String serviceAccount) {
        RoleArn.accountOf(roleArn);
        synchronized (trusts) {
            trusts.add(new Trust(roleArn, "system:serviceaccount:" + namespace + ":" + serviceAccount));
        }
    }

    /**
     * Registers credentials of another server: {@code agent.onIssued(sts::register)}. Their identity is the assumed role
     * with the session name of EKS Auth, or {@code testkit} if they have no session.
     *
     * @param credentials issued by any server of the testkit
     */
    public void register(IssuedCredentials credentials) {
        PodIdentitySession session = credentials.session();
        register(credentials, session == null ? "testkit" : session.roleSessionName());
    }

    /**
     * Registers a long-term access key.
     *
     * @param accessKeyId usually {@code AKIA...}
     * @param arn its owner, for example {@code arn:aws:iam::111122223333:user/deploy}
     * @throws IllegalArgumentException if that is not an ARN with an account ID
     */
    public void register(String accessKeyId, String arn) {
        RoleArn.accountOf(arn);
        register(accessKeyId, new Identity(arn, uniqueId("AIDA", arn), null, null));
    }

    private Identity register(IssuedCredentials credentials, String sessionName) {
        String roleArn = credentials.roleArn();
        String roleName = roleArn.substring(roleArn.lastIndexOf('/') + 1);
        boolean longTerm = credentials.sessionToken().isEmpty();
        Identity identity = new Identity(
                "arn:aws:sts::" + credentials.accountId() + ":assumed-role/" + roleName + "/" + sessionName,
                uniqueId("AROA", roleArn) + ":" + sessionName,
                longTerm ? null : credentials.expiration(),
                longTerm ? null : credentials.sessionToken());
        register(credentials.accessKeyId(), identity);
        return identity;
    }

    private void register(String accessKeyId, Identity identity) {
        synchronized (identities) {
            identities.put(accessKeyId, identity);
        }
    }

    @Override
    HttpAnswer answer(HttpRequest request, Fault fault) {
        Map<String, String> form = request.form();
        try {
            return switch (form.getOrDefault("Action", "")) {
                case "AssumeRoleWithWebIdentity" -> assumeRoleWithWebIdentity(form, fault);
                case "AssumeRole" -> assumeRole(request, form, fault);
                case "GetCallerIdentity" -> callerIdentity(caller(request));
                default -> StsError.INVALID_ACTION.answer();
            };
        } catch (RefusalException e) {
            return e.error.answer();
        }
    }

    private HttpAnswer assumeRoleWithWebIdentity(Map<String, String> form, Fault fault) throws RefusalException {
        String roleArn = parameter(form, "RoleArn");
        String sessionName = parameter(form, "RoleSessionName");
        Jwt token;
        try {
            token = Jwt.parse(parameter(form, "WebIdentityToken"));
        } catch (Jwt.MalformedException e) {
            throw new RefusalException(StsError.INVALID_IDENTITY_TOKEN);
        }
        String timeFault = token.timeFault(clock.instant());
        if (timeFault.startsWith("token is expired")) {
            throw new RefusalException(StsError.EXPIRED_WEB_IDENTITY_TOKEN);
        }
        String subject = token.text("sub");
        String issuer = token.text("iss");
        if (!timeFault.isEmpty() || !token.hasAudience(AUDIENCE) || subject == null || issuer == null) {
            throw new RefusalException(StsError.INVALID_IDENTITY_TOKEN);
        }
        synchronized (trusts) {
            if (!trusts.contains(new Trust(roleArn, subject))) {
                throw new RefusalException(StsError.ACCESS_DENIED);
            }
        }
        IssuedCredentials credentials = issue(roleArn, expiration(fault, form));
        return StsXml.success(
                "AssumeRoleWithWebIdentity",
                "    <SubjectFromWebIdentityToken>" + StsXml.escape(subject) + "</SubjectFromWebIdentityToken>\n"
                        + "    <Audience>" + AUDIENCE + "</Audience>\n"
                        + assumedRole(credentials, sessionName)
                        + "    <Provider>arn:aws:iam::" + credentials.accountId() + ":oidc-provider/"
                        + StsXml.escape(issuer.replaceFirst("^https://", "")) + "</Provider>\n");
    }

    private HttpAnswer assumeRole(HttpRequest request, Map<String, String> form, Fault fault) throws RefusalException {
        caller(request);
        String roleArn = parameter(form, "RoleArn");
        String sessionName = parameter(form, "RoleSessionName");
        if (!RoleArn.matches(roleArn)) {
            throw new RefusalException(StsError.VALIDATION_ERROR);
        }
        return StsXml.success("AssumeRole", assumedRole(issue(roleArn, expiration(fault, form)), sessionName));
    }

    private static HttpAnswer callerIdentity(Identity caller) {
        return StsXml.success("GetCallerIdentity", """
                    <Arn>%s</Arn>
                    <UserId>%s</UserId>
                    <Account>%s</Account>
                """.formatted(
                        StsXml.escape(caller.arn), StsXml.escape(caller.userId), RoleArn.accountOf(caller.arn)));
    }

    private String assumedRole(IssuedCredentials credentials, String sessionName) {
        Identity identity = register(credentials, sessionName);
        return """
                    <AssumedRoleUser>
                      <AssumedRoleId>%s</AssumedRoleId>
                      <Arn>%s</Arn>
                    </AssumedRoleUser>
                    <Credentials>
                      <AccessKeyId>%s</AccessKeyId>
                      <SecretAccessKey>%s</SecretAccessKey>
                      <SessionToken>%s</SessionToken>
                      <Expiration>%s</Expiration>
                    </Credentials>
                """.formatted(
                        StsXml.escape(identity.userId),
                        StsXml.escape(identity.arn),
                        credentials.accessKeyId(),
                        StsXml.escape(credentials.secretAccessKey()),
                        StsXml.escape(credentials.sessionToken()),
                        GoTime.rfc3339Nano(credentials.expiration()));
    }

    private Instant expiration(Fault fault, Map<String, String> form) throws RefusalException {
        String seconds = form.get("DurationSeconds");
        try {
            Duration requested = seconds == null ? null : Duration.ofSeconds(Long.parseLong(seconds));
            return expiration(fault, clock.instant(), requested);
        } catch (NumberFormatException | DateTimeException e) {
            throw new RefusalException(StsError.VALIDATION_ERROR);
        }
    }

    private Identity caller(HttpRequest request) throws RefusalException {
        String accessKeyId = signer(request);
        if (accessKeyId == null) {
            throw new RefusalException(StsError.MISSING_AUTHENTICATION_TOKEN);
        }
        Identity identity;
        synchronized (identities) {
            identity = identities.get(accessKeyId);
        }
        if (identity == null || !Objects.equals(identity.sessionToken, request.header("X-Amz-Security-Token"))) {
            throw new RefusalException(StsError.INVALID_CLIENT_TOKEN_ID);
        }
        if (identity.expiration != null && !clock.instant().isBefore(identity.expiration)) {
            throw new RefusalException(StsError.EXPIRED_TOKEN);
        }
        return identity;
    }

    private static @Nullable String signer(HttpRequest request) {
        Matcher signature = SIGNER.matcher(authorization(request));
        return signature.matches() ? signature.group(1) : null;
    }

    @Override
    Runnable ownRestorePoint() {
        Set<Trust> allowed;
        synchronized (trusts) {
            allowed = Set.copyOf(trusts);
        }
        return () -> {
            synchronized (trusts) {
                trusts.clear();
                trusts.addAll(allowed);
            }
        };
    }

    /** Shows the action only, because the other parameters may be secrets. */
    @Override
    String target(HttpRequest request) {
        return request.path() + "?Action=" + request.form().get("Action");
    }

    @Override
    @Nullable
    String tokenId(HttpRequest request) {
        String signer = signer(request);
        return signer != null ? signer : TokenId.of(request.form().getOrDefault("WebIdentityToken", ""));
    }

    private static String parameter(Map<String, String> form, String name) throws RefusalException {
        String value = form.getOrDefault(name, "");
        if (value.isEmpty()) {
            throw new RefusalException(StsError.VALIDATION_ERROR);
        }
        return value;
    }

    /** Returns an ID in IAM's format, always the same for an ARN. */
    private static String uniqueId(String prefix, String arn) {
        String digits =
                UUID.nameUUIDFromBytes(arn.getBytes(StandardCharsets.UTF_8)).toString();
        return prefix + digits.replace("-", "").substring(0, 17).toUpperCase(Locale.ROOT);
    }

    private static final class RefusalException extends Exception {
        private static final long serialVersionUID = 1L;
        private final StsError error;

        RefusalException(StsError error) {
            super(error.code());
            this.error = error;
        }
    }

    /** Settings of the service before it starts. */
    public static final class Builder extends CredentialsServer.Builder<Builder> {
        private String region = "us-west-2";

        private Builder() {}

        /**
         * Sets the region of {@link #environmentFor(String, Path)}; {@code us-west-2} by default.
         *
         * @param region the AWS region
         * @return this
         */
        public Builder region(String region) {
            this.region = Objects.requireNonNull(region, "region");
            return this;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * Starts the service.
         *
         * @return the running service, to be closed
         * @throws java.io.UncheckedIOException if it cannot listen there
         */
        public StsService start() {
            StsService service = new StsService(this);
            service.restart();
            return service;
        }
    }
}
