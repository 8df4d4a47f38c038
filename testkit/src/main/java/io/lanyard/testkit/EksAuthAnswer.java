// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.http.HttpAnswer;
import java.time.Duration;
import java.util.Locale;

/**
 * What the agent hears when it asks EKS Auth, and so tells its client; each as captured from agent 0.1.37.
 *
 * <p>Of trouble upstream the agent tells only after three tries. The emulator's tries follow each other at once, where
 * the real agent's are apart by chance; {@link #measuredDelay()} is what it took in all, for use with
 * {@link Fault#delay(Duration)}.
 */
public enum EksAuthAnswer {
    /** Credentials: the ordinary case. */
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
    /** 400 ExpiredTokenException. */
    EXPIRED_TOKEN(
            400,
            "(ExpiredTokenException): Token expired: current date/time 1700000001 must be before the expiration"
                    + " date/time 1700000000, fault: client",
            3),
    /** 400 InvalidTokenException: another cluster's token, another audience, a deleted pod. */
    INVALID_TOKEN(400, "(InvalidTokenException): Unable to verify token, fault: client", 17),
    /** 400 InvalidParameterException. */
    INVALID_PARAMETER(400, "(InvalidParameterException): Invalid parameter, fault: client", 13),
    /** 400 InvalidRequestException: the token is not bound to a pod. */
    INVALID_REQUEST(400, "(InvalidRequestException): Service account token is not bound to a pod, fault: client", 82),
    /** 429 ThrottlingException: the account's limit at EKS Auth. */
    THROTTLED(429, "(ThrottlingException): Rate exceeded, fault: client", 3533),
    /** 500 InternalServerException. */
    INTERNAL_ERROR(500, "(InternalServerException): Internal error, fault: server", 1864),
    /** 503 ServiceUnavailableException. */
    UNAVAILABLE(503, "(ServiceUnavailableException): Service unavailable, fault: server", 4592),
    /** 500 {@code []}: the agent cannot reach EKS Auth, or not within its second. */
    UNREACHABLE(500, "", 6883),
    /**
     * 500: the node has no AWS credentials. Observed up to "no EC2 IMDS role found"; what follows varies with the cause
     * and is an example.
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
     * How long the real agent took for this answer when it was captured.
     *
     * @return the time from request to answer; zero where it was not measured
     */
    public Duration measuredDelay() {
        return measuredDelay;
    }

    /** Whether the agent evicts what it holds when a renewal is told this. */
    boolean isForGood() {
        return switch (this) {
            case NOT_FOUND, ACCESS_DENIED_NODE_ROLE, ACCESS_DENIED_TRUST_POLICY, EXPIRED_TOKEN, INVALID_TOKEN -> true;
            default -> false;
        };
    }

    /** Whether the agent tries again. */
    boolean isTrouble() {
        return switch (this) {
            case THROTTLED, INTERNAL_ERROR, UNAVAILABLE, UNREACHABLE -> true;
            default -> false;
        };
    }

    /** What the agent tells its client. */
    HttpAnswer told(String namespace, String serviceAccount, EksAuth.ClusterId cluster) {
        if (this == UNREACHABLE) {
            return HttpAnswer.error(status, "[]");
        }
        String filled = String.format(
                Locale.ROOT, text, namespace, serviceAccount, cluster.name(), cluster.arn(), cluster.account());
        return HttpAnswer.error(status, filled.startsWith("(") ? "[" + REQUEST_ID + "]: " + filled : filled);
    }
}
