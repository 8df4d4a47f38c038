// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.spi.AgentResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What one exchange alone can tell about how to mend its failure. */
final class Remedies {

    private static final String AGENT_PODS =
            "kubectl -n kube-system get ds,pods -l" + " app.kubernetes.io/name=eks-pod-identity-agent -o wide";

    private static final String ECS_RESTARTED = "the ECS agent was restarted and has not its credentials back yet (it"
            + " asks again by itself), or the task has ended, or the relative URI was copied from another container";

    private Remedies() {}

    /** The remedy for an exchange without an answer. */
    static @Nullable String forBrokenExchange(AgentEndpoint endpoint, IOException failure) {
        boolean eks =
                endpoint.host().equals("169.254.170.23") || endpoint.host().equals("[fd00:ec2::23]");
        String message = failure.getMessage() == null ? "" : failure.getMessage();
        if (failure instanceof NoRouteToHostException
                || message.contains("unreachable")
                || message.contains("Protocol family unavailable")) {
            return endpoint.host().startsWith("[")
                    ? "this process has no IPv6 (java.net.preferIPv4Stack, or a cluster without it); use the IPv4"
                            + " address of the agent"
                    : "no route leads to the agent: check the pod's network and its network policies";
        }
        if (failure instanceof ConnectException) {
            return eks
                    ? "nothing listens there: the EKS Pod Identity Agent is starting, restarting or crash-looping on"
                            + " this node; see " + AGENT_PODS
                    : "nothing listens there: check that the agent runs, and the port";
        }
        if (isConnectTimeout(failure)) {
            return eks
                    ? "no agent on this node, or its packets are dropped: install the add-on (aws eks create-addon"
                            + " --cluster-name CLUSTER --addon-name eks-pod-identity-agent; not on Fargate or Windows)"
                            + " and allow egress to 169.254.170.23/32 and fd00:ec2::23/128, port 80"
                    : "packets to the agent are dropped: check network mode, firewall rules and, for ECS on the host"
                            + " network, ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST";
        }
        if (failure instanceof SocketTimeoutException) {
            return eks
                    ? "the agent was still trying to reach EKS Auth, or it hangs: check the node's route to EKS Auth"
                            + " (NAT or the eks-auth VPC endpoint) and the agent's log"
                    : "the agent took the request and did not answer: check its log";
        }
        if (failure instanceof SSLException) {
            return "check the agent's certificate: its names, its issuer in the JVM's trust store, its validity";
        }
        return null;
    }

    private static boolean isConnectTimeout(IOException failure) {
        String message = failure.getMessage();
        return failure instanceof SocketTimeoutException
                && message != null
                && message.toLowerCase(Locale.ROOT).contains("connect");
    }

    /** The remedy for an answer other than 200. */
    static @Nullable String forAnswer(AgentResponse response, ErrorAnswer answer) {
        String byCode = answer.code() == null ? null : forCode(answer.code(), answer.message());
        return byCode != null ? byCode : forText(response, answer.message());
    }

    private static @Nullable String forCode(String code, String message) {
        return switch (code) {
            case "ResourceNotFoundException" ->
                "no Pod Identity association for this service account: aws eks create-pod-identity-association"
                        + " --cluster-name CLUSTER --namespace NAMESPACE --service-account NAME --role-arn ROLE; a new"
                        + " one is visible after some seconds";
            case "AccessDeniedException" ->
                message.contains("eks-auth:AssumeRoleForPodIdentity")
                        ? "attach AmazonEKSWorkerNodePolicy (or ...MinimalPolicy) to the node's role, and check that"
                                + " no VPC endpoint policy denies eks-auth:AssumeRoleForPodIdentity"
                        : "the role's trust policy must allow the principal pods.eks.amazonaws.com both sts:AssumeRole"
                                + " and sts:TagSession, without conditions that this pod does not meet; a change takes"
                                + " a minute or two";
            case "ExpiredTokenException" ->
                "the service account token has ended: read it from the projected file at every use, and check that the"
                        + " kubelet can renew it";
            case "InvalidTokenException" ->
                "the token is of another cluster or audience, or its pod is gone: point"
                        + " AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE at this pod's own projected token";
            case "InvalidParameterException", "InvalidRequestException" ->
                "the agent asked EKS Auth wrongly: check its --cluster-name, and that the token is bound to a pod";
            case "ThrottlingException" ->
                "EKS Auth throttles this account and Region: share one provider in a process, start fewer pods at once,"
                        + " and ask AWS Support for a higher limit";
            case "InternalServerException", "ServiceUnavailableException" ->
                "EKS Auth has trouble; give the request id to AWS Support if it lasts";
            case "InvalidIdInRequest", "CredentialsUninitialized" -> ECS_RESTARTED;
            case "NoIdInRequest" -> "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is cut off: it must end with the task's id";
            default -> null;
        };
    }

    private static @Nullable String forText(AgentResponse response, String message) {
        int status = response.status();
        if ((status >= 300 && status < 400) || response.header("Via").isPresent() || isSquid(response)) {
            return "not the agent's answer: the URI has a path that the agent redirects, or a proxy or a mesh took the"
                    + " request; if a proxy did, treat the token as exposed";
        }
        if (message.startsWith("Access Denied. Called agent through invalid address")) {
            return "the agent takes only http://169.254.170.23 and http://[fd00:ec2::23]: use the literal address, and"
                    + " keep a sidecar or mesh from rewriting the Host header";
        }
        if (message.contains("token cannot be empty")) {
            return "set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to the projected token's path";
        }
        if (message.contains("illegal base64 data at input byte 6")) {
            return "remove \"Bearer \" before the token: the agent takes it raw";
        }
        if (message.contains("token cannot be parsed")) {
            return "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE points at a file that is no service account token";
        }
        if (message.contains("token is expired")) {
            return "the service account token has ended and the kubelet has not renewed it, or the file is a copy";
        }
        if (message.contains("token is not valid yet")) {
            return "the node's clock is behind the API server's: check its time synchronisation";
        }
        if (message.equals("[]")) {
            return "the agent cannot reach EKS Auth within a second: check the node's route (NAT or the eks-auth VPC"
                    + " endpoint, its security group and DNS) and the proxy settings of the agent";
        }
        if (message.contains("no EC2 IMDS role found") || message.contains("failed to refresh cached credentials")) {
            return "the agent has no AWS credentials of its own: check the node's instance profile and its access to"
                    + " instance metadata";
        }
        if (message.contains("are expired or will expire within")) {
            return "the node's clock is wrong: check its time synchronisation";
        }
        if (message.startsWith("Too Many Requests") || message.contains("maximum request limit")) {
            return "too many requests to the agent on this node: share one provider in a process";
        }
        if (message.startsWith("404 page not found")) {
            return "the path of the URI is not one of the agent's: the EKS agent has exactly /v1/credentials, the ECS"
                    + " agent /v2/credentials/ID";
        }
        if (message.contains("invalid Authorization token") || message.contains("Invalid authorization token")) {
            return "set AWS_CONTAINER_AUTHORIZATION_TOKEN to the token that this local server printed or was given";
        }
        return null;
    }

    private static boolean isSquid(AgentResponse response) {
        return response.header("Server").map(s -> s.startsWith("squid")).orElse(false);
    }
}
