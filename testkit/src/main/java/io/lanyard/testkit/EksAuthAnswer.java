// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.http.HttpAnswer;
import java.time.Duration;
import java.util.Locale;

/**
 * An answer of EKS Auth to an agent, which determines the agent's response to its client; each as captured from agent
 * 0.1.37.
 *
 * <p>The agent reports a transient failure after three attempts. The emulator does not pause between attempts as the real
 * agent does; {@link #measuredDelay()} is the real agent's total time, for use with {@link Fault#delay(Duration)}.
 */
public enum EksAuthAnswer {
    /** Credentials, the normal answer. */
    CREDENTIALS(200, "", 0),
    /** 404 ResourceNotFoundException: the service account has no association. */
    NOT_FOUND(
            404,
            "(ResourceNotFoundException): No association found for service account %1$s/%2$s in cluster %3$s,"
                    + " fault: client",
            6),
    /** 400 AccessDeniedException: the node's role may not call EKS Auth. */
    ACCESS_DENIED_NODE_ROLE(
            400,
            "(AccessDeniedException): User: arn:aws:sts::%5$s:assumed-role/NodeRole/i-0123456789abcdef0 is not"
                    + " authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource:"
                    + " %4$s, fault: client",
            3),
    /** 400 AccessDeniedException: the role's trust policy does not let EKS assume it. */
    ACCESS_DENIED_TRUST_POLICY(
            400,
            "(AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated"
                    + " role., fault: client",
            15),
    /** 400 ExpiredTokenException: the token has expired. */
    EXPIRED_TOKEN(
            400,
            "(ExpiredTokenException): Token expired: current date/time 1700000001 must be before the expiration"
                    + " date/time 1700000000, fault: client",
            3),
    /** 400 InvalidTokenException: the token has another cluster's issuer or another audience, or its pod is deleted. */
    INVALID_TOKEN(400, "(InvalidTokenException): Unable to verify token, fault: client", 17),
    /** 400 InvalidParameterException: a parameter is invalid. */
    INVALID_PARAMETER(400, "(InvalidParameterException): Invalid parameter, fault: client", 13),
    /** 400 InvalidRequestException: the token is not bound to a pod. */
    INVALID_REQUEST(400, "(InvalidRequestException): Service account token is not bound to a pod, fault: client", 82),
    /** 429 ThrottlingException: the account has reached its limit at EKS Auth. */
    THROTTLED(429, "(ThrottlingException): Rate exceeded, fault: client", 3533),
    /** 500 InternalServerException: EKS Auth has an internal error. */
    INTERNAL_ERROR(500, "(InternalServerException): Internal error, fault: server", 1864),
    /** 503 ServiceUnavailableException: EKS Auth is unavailable. */
    UNAVAILABLE(503, "(ServiceUnavailableException): Service unavailable, fault: server", 4592),
    /** 500 {@code []}: the agent cannot reach EKS Auth, or receives no answer within a second. */
    UNREACHABLE(500, "", 6883),
    /**
     * 500: the node has no AWS credentials. Captured up to "no EC2 IMDS role found"; the rest is an example, because it
     * varies with the cause.
     */
    NO_NODE_CREDENTIALS(
            500,
            "error getting credentials to cache: unable to fetch credentials from EKS Auth: operation error EKS Auth:"
                    + " AssumeRoleForPodIdentity, get identity: get credentials: failed to refresh cached credentials,"
                    + " no EC2 IMDS role found, operation error ec2imds: GetMetadata, request canceled, context"
                    + " deadline exceeded",
            0);

    private static final String REQUEST_ID = "11111111-2222-3333-4444-555555555555";

    private final int status;
    private final String text;
    private final Duration measuredDelay;

    EksAuthAnswer(int status, String text, int measuredMillis) {
        this.status = status;
        this.text = text;
        this.measuredDelay = Duration.ofMillis(measuredMillis);
    }

    /**
     * Returns how long the real agent took for its response when it was captured.
     *
     * @return the time from request to response; zero if it was not measured
     */
    public Duration measuredDelay() {
        return measuredDelay;
    }

    /** Returns whether the agent evicts its cached credentials after a renewal with this answer. */
    boolean isPermanent() {
        return switch (this) {
            case NOT_FOUND, ACCESS_DENIED_NODE_ROLE, ACCESS_DENIED_TRUST_POLICY, EXPIRED_TOKEN, INVALID_TOKEN -> true;
            default -> false;
        };
    }

    /** Returns whether the agent retries after this answer. */
    boolean isRetried() {
        return switch (this) {
            case THROTTLED, INTERNAL_ERROR, UNAVAILABLE, UNREACHABLE -> true;
            default -> false;
        };
    }

    /** Returns the agent's response to its client. */
    HttpAnswer response(String namespace, String serviceAccount, EksAuth.ClusterId cluster) {
        if (this == UNREACHABLE) {
            return HttpAnswer.error(status, "[]");
        }
        String filled = String.format(
                Locale.ROOT, text, namespace, serviceAccount, cluster.name(), cluster.arn(), cluster.account());
        return HttpAnswer.error(status, filled.startsWith("(") ? "[" + REQUEST_ID + "]: " + filled : filled);
    }
}
