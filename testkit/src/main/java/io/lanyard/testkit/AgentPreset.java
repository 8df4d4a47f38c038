// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.go.GoJson;
import io.lanyard.testkit.internal.go.GoTime;
import io.lanyard.testkit.internal.http.HttpAnswer;
import io.lanyard.testkit.internal.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;

/**
 * The smaller servers of the container-credentials protocol, each with its peculiarities.
 *
 * <p>The answers of aws-vault and ecs-local-container-endpoints equal captured ones, byte for byte. The others follow
 * their source. The source of CloudShell is not public: its bodies and statuses are real ones, its framing and the order
 * of its headers are those of the captured servers.
 */
public enum AgentPreset {
    /**
     * aws-vault, {@code exec --ecs-server}. Its URI has no path, it serves any path, and {@code /role-arn/<arn>} assumes
     * a role. Credentials are {@code text/plain} with sorted keys. It answers 403 without its token, and 500 if STS
     * refuses.
     */
    AWS_VAULT(false, "", 40, Duration.ofHours(1)) {
        @Override
        HttpAnswer answer(PresetAgent agent, HttpRequest request, Fault fault) {
            return awsVault(agent, request, fault);
        }
    },
    /**
     * aws-vault, {@code exec --ecs-server --no-session}, which serves the user's long-term keys. The expiration is in the
     * year 1, and the session token is empty.
     */
    AWS_VAULT_NO_SESSION(false, "", 40, Duration.ofHours(1)) {
        @Override
        HttpAnswer answer(PresetAgent agent, HttpRequest request, Fault fault) {
            return awsVault(agent, request, fault);
        }

        @Override
        boolean neverExpires() {
            return true;
        }
    },
    /**
     * amazon-ecs-local-container-endpoints: {@code /creds} with an empty {@code RoleArn}, {@code /role/<name>} and
     * {@code /role-arn/<arn>}; no authorization. It answers 500 in plain text if STS refuses. Credentials are valid for
     * one hour; the real server's are valid for 12.5 minutes if it has session credentials itself (set
     * {@link PresetAgent#credentialLifetime(Duration)}).
     */
    ECS_LOCAL(false, "/creds", 0, Duration.ofHours(1)) {
        @Override
        HttpAnswer answer(PresetAgent agent, HttpRequest request, Fault fault) {
            String path = request.path();
            boolean ofSession = path.equals("/creds");
            IssuedCredentials credentials;
            if (ofSession) {
                credentials = agent.credentials(fault);
            } else if (path.startsWith("/role/")) {
                credentials = agent.credentials("arn:aws:iam::" + agent.account() + ":" + path.substring(1), fault);
            } else if (path.startsWith(ROLE_ARN)) {
                credentials = agent.credentials(path.substring(ROLE_ARN.length()), fault);
            } else {
                return HttpAnswer.notFound();
            }
            if (credentials == null) {
                return HttpAnswer.error(
                        500,
                        "Internal Server Error: AccessDenied: User is not authorized to perform: sts:"
                                + (ofSession ? "GetSessionToken" : "AssumeRole")
                                + "\n\tstatus code: 403, request id: r");
            }
            String json = withRole(
                    credentials, ofSession ? "" : credentials.roleArn(), GoTime.rfc3339Nano(credentials.expiration()));
            return HttpAnswer.json(200, json + "\n");
        }
    },
    /**
     * aws-sso-cli, {@code ecs server}: {@code /} and {@code /slot/<profile>}. It uses a bearer token, so the variable
     * begins with {@code Bearer}. The expiration has an offset instead of {@code Z}. It answers 404
     * {@code Credentials expired} if a minute or less is left, or if IAM Identity Center refuses, because then a person
     * must log in again.
     */
    AWS_SSO(true, "/", 32, Duration.ofHours(1)) {
        @Override
        String newToken(Random random) {
            return "Bearer " + super.newToken(random);
        }

        @Override
        HttpAnswer answer(PresetAgent agent, HttpRequest request, Fault fault) {
            if (!agent.admits(request)) {
                return awsSso(403, "Invalid authorization token");
            }
            boolean slot = request.path().matches("/slot/.+");
            if (!slot && !request.target().equals("/")) {
                return awsSso(404, "Credentials unavailable");
            }
            if (!request.method().equals("GET")) {
                return awsSso(400, "Bad request");
            }
            IssuedCredentials credentials = agent.credentials(fault);
            if (credentials == null
                    || !credentials.expiration().isAfter(agent.now().plusSeconds(60))) {
                return awsSso(404, "Credentials expired");
            }
            String expiration = OFFSET_DATE.format(credentials.expiration());
            return goJson(200, withRole(credentials, credentials.roleArn(), expiration));
        }
    },
    /**
     * The token exchange service of the AWS IoT Greengrass nucleus. Answers have no Content-Type. Its own errors have an
     * empty body; errors of AWS IoT have their status and a message. It serves {@code GET} on the exact path only.
     */
    GREENGRASS(true, PresetAgent.GREENGRASS_PATH, 16, Duration.ofHours(1)) {
        @Override
        HttpAnswer answer(PresetAgent agent, HttpRequest request, Fault fault) {
            if (!request.method().equals("GET")) {
                return HttpAnswer.of(405, "", "");
            }
            if (!request.path().equals(path())) {
                return HttpAnswer.of(400, "", "");
            }
            if (!agent.admits(request)) {
                return HttpAnswer.of(403, "", "");
            }
            IssuedCredentials credentials = agent.credentials(fault);
            if (credentials == null) {
                String refusal = "{\"message\":\"Access Denied\"}";
                return HttpAnswer.of(403, "", "TES responded with status code: 403. Caching response. " + refusal);
            }
            if (credentials.expiration().isBefore(agent.now())) {
                return HttpAnswer.of(
                        500, "", "TES responded with credentials that expired at " + credentials.expiration());
            }
            return HttpAnswer.of(
                    200,
                    "",
                    "{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"%s\",\"Expiration\":\"%s\",\"Token\":\"%s\"}"
                            .formatted(
                                    credentials.accessKeyId(),
                                    credentials.secretAccessKey(),
                                    credentials.expiration(),
                                    credentials.sessionToken()));
        }
    },
    /**
     * The same service of AWS IoT Greengrass nucleus lite. Every answer is {@code text/html}, and it answers 200
     * {@code null} if AWS IoT refuses.
     */
    GREENGRASS_LITE(true, PresetAgent.GREENGRASS_PATH, 16, Duration.ofHours(1)) {
        @Override
        HttpAnswer answer(PresetAgent agent, HttpRequest request, Fault fault) {
            if (!request.path().equals(path())) {
                return html(400, "Only /2016-11-01/credentialprovider/ uri is supported.");
            }
            String authorization = request.header("Authorization");
            if (authorization == null) {
                return html(400, "Authorization header is needed to process the request.");
            }
            if (authorization.length() != 16) {
                return html(400, "SVCUID length must be exactly 16.");
            }
            if (!agent.admits(request)) {
                return html(404, "No such svcuid present.");
            }
            IssuedCredentials credentials = agent.credentials(fault);
            if (credentials == null) {
                return html(200, "null");
            }
            return html(
                    200,
                    "{\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"%s\",\"Token\":\"%s\",\"Expiration\":\"%s\"}"
                            .formatted(
                                    credentials.accessKeyId(),
                                    credentials.secretAccessKey(),
                                    credentials.sessionToken(),
                                    credentials.expiration()));
        }
    },
    /**
     * AWS CloudShell. Its JSON is pretty-printed, with an empty {@code Type} and a {@code Code}; credentials are valid
     * for 15 minutes. Its refusals are unknown; the emulator answers 401, 404 or 500 without a body.
     */
    CLOUD_SHELL(true, "/latest/meta-data/container/security-credentials", 44, Duration.ofMinutes(15)) {
        @Override
        HttpAnswer answer(PresetAgent agent, HttpRequest request, Fault fault) {
            if (!request.path().equals(path())) {
                return HttpAnswer.of(404, "", "");
            }
            if (!agent.admits(request)) {
                return HttpAnswer.of(401, "", "");
            }
            IssuedCredentials credentials = agent.credentials(fault);
            if (credentials == null) {
                return HttpAnswer.of(500, "", "");
            }
            return HttpAnswer.json(200, """
                    {
                    \t"Type": "",
                    \t"AccessKeyId": %s,
                    \t"SecretAccessKey": %s,
                    \t"Token": %s,
                    \t"Expiration": %s,
                    \t"Code": "Success"
                    }""".formatted(
                            GoJson.text(credentials.accessKeyId()),
                            GoJson.text(credentials.secretAccessKey()),
                            GoJson.text(credentials.sessionToken()),
                            GoJson.text(GoTime.rfc3339Nano(credentials.expiration()))));
        }
    };

    /** Go's zero time. */
    static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

    private static final String ROLE_ARN = "/role-arn/";
    private static final DateTimeFormatter OFFSET_DATE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssXXX", Locale.ROOT).withZone(ZoneOffset.ofHours(-7));

    private final boolean usesLocalhost;
    private final String path;
    private final int tokenLength;
    private final Duration lifetime;

    AgentPreset(boolean usesLocalhost, String path, int tokenLength, Duration lifetime) {
        this.usesLocalhost = usesLocalhost;
        this.path = path;
        this.tokenLength = tokenLength;
        this.lifetime = lifetime;
    }

    abstract HttpAnswer answer(PresetAgent agent, HttpRequest request, Fault fault);

    /** Returns whether the server's URI contains {@code localhost} instead of the address. */
    boolean usesLocalhost() {
        return usesLocalhost;
    }

    String path() {
        return path;
    }

    Duration lifetime() {
        return lifetime;
    }

    boolean neverExpires() {
        return false;
    }

    /** Returns a token of the real length; empty if the server needs none. */
    String newToken(Random random) {
        return tokenLength == 0
                ? ""
                : "CANARY" + FakeCredentials.draw(random, FakeCredentials.BASE32, tokenLength - "CANARY".length());
    }

    private static HttpAnswer awsVault(PresetAgent agent, HttpRequest request, Fault fault) {
        if (!agent.admits(request)) {
            return awsVault(403, "invalid Authorization token");
        }
        boolean assumes = request.path().startsWith(ROLE_ARN);
        IssuedCredentials credentials = assumes
                ? agent.credentials(request.path().substring(ROLE_ARN.length()), fault)
                : agent.credentials(fault);
        if (credentials == null) {
            return awsVault(
                    500,
                    "failed to refresh cached credentials, "
                            + (assumes
                                    ? "operation error STS: AssumeRole, https response error StatusCode: 403, RequestID:"
                                            + " r, api error AccessDenied: User is not authorized to perform:"
                                            + " sts:AssumeRole"
                                    : "base credentials failed"));
        }
        String json = GoJson.object(
                "AccessKeyId", credentials.accessKeyId(),
                "Expiration", GoTime.rfc3339Nano(credentials.expiration()),
                "SecretAccessKey", credentials.secretAccessKey(),
                "Token", credentials.sessionToken());
        return HttpAnswer.sniffed(200, json + "\n");
    }

    private static HttpAnswer awsVault(int status, String message) {
        return goJson(status, GoJson.object("Message", message));
    }

    private static HttpAnswer awsSso(int status, String message) {
        return goJson(status, GoJson.object("code", Integer.toString(status), "message", message));
    }

    private static HttpAnswer goJson(int status, String json) {
        return HttpAnswer.of(status, "application/json; charset=utf-8", json + "\n");
    }

    private static String withRole(IssuedCredentials credentials, String roleArn, String expiration) {
        return GoJson.object(
                "AccessKeyId", credentials.accessKeyId(),
                "Expiration", expiration,
                "RoleArn", roleArn,
                "SecretAccessKey", credentials.secretAccessKey(),
                "Token", credentials.sessionToken());
    }

    private static HttpAnswer html(int status, String body) {
        return HttpAnswer.of(status, "text/html; charset=ISO-8859-1", body);
    }
}
