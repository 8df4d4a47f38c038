// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.report.TokenClaims;
import io.lanyard.spi.AgentResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How to fix the failure of one exchange, as far as the exchange alone can tell. A wrong remedy is worse than none.
 *
 * <p>Names of namespace, service account and cluster come from the agent's text or the token's claims, and only when
 * they have the shape of such a name: a remedy is something that people paste into a shell.
 */
final class Remedies {

    private static final String AGENT_PODS =
            "kubectl -n kube-system get ds,pods -l app.kubernetes.io/name=eks-pod-identity-agent -o wide";

    private static final String ASSOCIATION_TEXT = "service account ";
    private static final String CLUSTER_TEXT = " in cluster ";
    private static final String CLUSTER_ARN = ":cluster/";

    private final AgentEndpoint endpoint;
    private final TokenSource token;
    private final @Nullable String sent;

    /**
     * Makes remedies for one exchange.
     *
     * @param endpoint the agent
     * @param token where the token comes from
     * @param sent the token that was sent, or null
     */
    Remedies(AgentEndpoint endpoint, TokenSource token, @Nullable String sent) {
        this.endpoint = endpoint;
        this.token = token;
        this.sent = sent;
    }

    private boolean isEks() {
        return endpoint.host().equals("169.254.170.23") || endpoint.host().equals("[fd00:ec2::23]");
    }

    /** The remedy for an exchange without an answer. */
    @Nullable
    String forBrokenExchange(IOException failure) {
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
            return isEks()
                    ? "nothing listens there: the EKS Pod Identity Agent is starting, restarting or crash-looping on"
                            + " this node; see " + AGENT_PODS
                    : "nothing listens there: check that the agent runs, and the port";
        }
        if (isConnectTimeout(failure)) {
            return isEks()
                    ? "no agent on this node, or its packets are dropped: install the add-on (aws eks create-addon"
                            + " --cluster-name CLUSTER --addon-name eks-pod-identity-agent; not on Fargate or Windows)"
                            + " and allow egress to 169.254.170.23/32 and fd00:ec2::23/128, port 80"
                    : "packets to the agent are dropped: check network mode, firewall rules and, for ECS on the host"
                            + " network, ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST";
        }
        if (failure instanceof SocketTimeoutException) {
            return isEks()
                    ? "the agent was still trying to reach EKS Auth, or it hangs: check the node's route to EKS Auth"
                            + " (NAT or the eks-auth VPC endpoint) and the agent's log"
                    : "the agent took the request and did not answer: check its log";
        }
        if (failure instanceof javax.net.ssl.SSLException) {
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
    @Nullable
    String forAnswer(AgentResponse response, ErrorAnswer answer) {
        if (isOfProxy(response)) {
            return "the answer may not be the agent's: the agent redirects the path of this URI, or a proxy or a service mesh"
                    + " received the request; if a proxy did, treat the token as exposed";
        }
        String remedy = answer.code() == null ? null : forCode(answer.code(), answer.message());
        if (remedy == null) {
            remedy = forText(answer.message());
        }
        int status = response.status();
        return remedy == null && (status == 401 || status == 403) ? forRejectedToken() : remedy;
    }

    private static boolean isOfProxy(AgentResponse response) {
        int status = response.status();
        return (status >= 300 && status < 400)
                || response.header("Via").isPresent()
                || response.header("Server").map(s -> s.startsWith("squid")).orElse(false);
    }

    private @Nullable String forCode(String code, String message) {
        return switch (code) {
            case "ResourceNotFoundException" -> forMissingAssociation(message);
            case "AccessDeniedException" ->
                message.contains("eks-auth:AssumeRoleForPodIdentity")
                        ? "attach AmazonEKSWorkerNodePolicy (or ...MinimalPolicy) to the node's role, and check that"
                                + " no VPC endpoint policy denies eks-auth:AssumeRoleForPodIdentity"
                        : "the role's trust policy must allow the principal pods.eks.amazonaws.com both sts:AssumeRole"
                                + " and sts:TagSession, without conditions that this pod" + whose()
                                + " does not meet; a change takes a minute or two";
            case "AccessDenied" ->
                message.contains("sts:AssumeRole")
                        ? "the base credentials of this server may not assume the role: allow sts:AssumeRole in their"
                                + " policy and in the role's trust policy"
                        : null;
            case "ExpiredTokenException" ->
                token.mayChange()
                        ? "the service account token has expired: check that " + token.setting()
                                + " names the projected file itself and no copy of it, and that the kubelet can renew"
                                + " it"
                        : forFixedToken("has expired");
            case "InvalidTokenException" ->
                isUnbound(message)
                        ? forUnboundToken()
                        : token.mayChange()
                                ? "the token belongs to another cluster or audience, or its pod no longer exists: point "
                                        + token.setting() + " at this pod's own projected token"
                                : forFixedToken("belongs to another cluster or audience, or its pod no longer exists");
            case "InvalidParameterException", "InvalidRequestException" ->
                "EKS Auth rejects the agent's request: check the agent's --cluster-name, and that the token is bound to"
                        + " a pod";
            case "ThrottlingException" ->
                "EKS Auth throttles this account and Region: share one provider in a process, start fewer pods at once,"
                        + " and ask AWS Support for a higher limit";
            case "InternalServerException", "ServiceUnavailableException" ->
                "EKS Auth failed, and Lanyard retries; if it keeps failing, give the request id to AWS Support";
            case "InvalidIdInRequest" ->
                endpoint.path().endsWith("/")
                        ? "remove the '/' at the end of " + endpoint.setting()
                                + ": the ECS agent takes it for a part of the id"
                        : forEcsId();
            case "CredentialsUninitialized" -> forEcsId();
            case "NoIdInRequest" -> "the URI is incomplete: " + endpoint.setting() + " must end with the task's id";
            default -> null;
        };
    }

    private static String forEcsId() {
        return "the ECS agent was restarted and does not have its credentials back yet (Lanyard retries), or the task"
                + " has stopped, or the URI was copied from another container";
    }

    private String forMissingAssociation(String message) {
        int start = message.indexOf(ASSOCIATION_TEXT);
        int slash = message.indexOf('/', Math.max(0, start));
        int in = message.indexOf(CLUSTER_TEXT, Math.max(0, slash));
        boolean named = start >= 0 && slash > start && in > slash;
        String namespace = named ? kubernetesName(message.substring(start + ASSOCIATION_TEXT.length(), slash)) : null;
        String account = named ? kubernetesName(message.substring(slash + 1, in)) : null;
        if (namespace == null || account == null) {
            TokenClaims claims = claims();
            namespace =
                    claims == null ? null : kubernetesName(claims.namespace().orElse(""));
            account = claims == null
                    ? null
                    : kubernetesName(claims.serviceAccount().orElse(""));
        }
        String cluster = in >= 0 ? clusterName(message.substring(in + CLUSTER_TEXT.length())) : null;
        int arn = message.indexOf(CLUSTER_ARN);
        if (cluster == null && arn >= 0) {
            cluster = clusterName(message.substring(arn + CLUSTER_ARN.length()));
        }
        return "no Pod Identity association for this service account: aws eks create-pod-identity-association"
                + " --cluster-name " + (cluster == null ? "CLUSTER" : cluster)
                + " --namespace " + (namespace == null ? "NAMESPACE" : namespace)
                + " --service-account " + (account == null ? "NAME" : account)
                + " --role-arn ROLE; a new association is visible after some seconds";
    }

    private @Nullable String forText(String message) {
        if (message.startsWith("Access Denied. Called agent through invalid address")) {
            return "the agent accepts only http://169.254.170.23 and http://[fd00:ec2::23]: use the literal address, and"
                    + " keep a sidecar or mesh from rewriting the Host header";
        }
        if (message.contains("token cannot be empty")) {
            return "set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to the projected token's path";
        }
        if (message.contains("illegal base64 data at input byte 6")) {
            return "remove \"Bearer \" before the token" + (token.isSet() ? " of " + token.setting() : "")
                    + ": the agent expects it raw";
        }
        if (isUnbound(message)) {
            return forUnboundToken();
        }
        if (message.contains("token cannot be parsed")) {
            return token.mayChange()
                    ? token.setting() + " names a file that is not a service account token"
                    : forFixedToken("is not a service account token");
        }
        if (message.contains("token is expired")) {
            return token.mayChange()
                    ? "the service account token has expired and the kubelet has not renewed it, or the file of "
                            + token.setting() + " is a copy"
                    : forFixedToken("has expired");
        }
        if (message.contains("token is not valid yet")) {
            return "the node's clock is behind the API server's: check its time synchronisation";
        }
        if (message.equals("[]")) {
            return "the agent cannot reach EKS Auth within a second: check the node's route (NAT or the eks-auth VPC"
                    + " endpoint, its security group and DNS) and the proxy settings of the agent";
        }
        // "failed to refresh cached credentials" begins the failure of any provider of the SDK for Go
        if (message.contains("no EC2 IMDS role found")) {
            return "the agent has no AWS credentials of its own: check the node's instance profile and its access to"
                    + " instance metadata";
        }
        if (message.contains("are expired or will expire within")) {
            return "the node's clock is wrong: check its time synchronisation";
        }
        if (message.startsWith("Too Many Requests")) {
            return "too many requests to the agent on this node: share one provider in a process";
        }
        if (message.contains("maximum request limit")) {
            return "the ECS agent limits the requests of each client and path (40 a second): share one provider in a"
                    + " process, and look for another client in this task";
        }
        if (message.startsWith("404 page not found")) {
            return "the path of the URI is not one of the agent's: the EKS agent has exactly /v1/credentials, the ECS"
                    + " agent /v2/credentials/ID, ecs-local /creds and /role/NAME";
        }
        if (message.contains("failed to refresh cached credentials") && !message.contains("EKS Auth")) {
            return "this credentials server could not get AWS credentials itself: sign in again where it runs, and see"
                    + " its log";
        }
        return null;
    }

    private static boolean isUnbound(String message) {
        return message.contains("missing kubernetes.io")
                || message.contains("missing pod claims")
                || message.contains("not bound to a pod");
    }

    private String forUnboundToken() {
        return "the token is not bound to a pod: use the token that the kubelet projects into this pod"
                + (token.isSet() ? " (" + token.setting() + ")" : "") + ", not one made by kubectl create token";
    }

    private String forFixedToken(String fault) {
        return token.isSet()
                ? "the token of " + token.setting() + " " + fault
                        + ": in a pod, set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to the projected token instead"
                : "set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to the projected token's path";
    }

    /** For servers that say no more than 401 or 403. */
    private String forRejectedToken() {
        if (!token.isSet()) {
            return "this server requires a token and none is set: set AWS_CONTAINER_AUTHORIZATION_TOKEN to the one that it"
                    + " printed or was given, or AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to its file";
        }
        return token.mayChange()
                ? "this server rejects the token in the file of " + token.setting()
                        + ": check that the file is the one made for this server"
                : "this server rejects the token: set " + token.setting()
                        + " to the token that it printed or was given; after its restart that is a new one";
    }

    private @Nullable TokenClaims claims() {
        return sent == null ? null : TokenClaims.decode(sent).orElse(null);
    }

    private String whose() {
        TokenClaims claims = claims();
        String namespace =
                claims == null ? null : kubernetesName(claims.namespace().orElse(""));
        String account =
                claims == null ? null : kubernetesName(claims.serviceAccount().orElse(""));
        return namespace == null || account == null
                ? ""
                : " (namespace " + namespace + ", service account " + account + ")";
    }

    /** The name, or null when it has not the shape of one in Kubernetes. */
    private static @Nullable String kubernetesName(String text) {
        boolean valid = !text.isEmpty() && text.length() <= 253;
        for (int i = 0; i < text.length() && valid; i++) {
            char c = text.charAt(i);
            boolean inner = i > 0 && (c == '-' || c == '.');
            valid = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || inner;
        }
        return valid ? text : null;
    }

    /** The name of a cluster at the beginning of the text, or null when there is none. */
    private static @Nullable String clusterName(String text) {
        int end = 0;
        while (end < text.length() && isOfClusterName(text.charAt(end), end)) {
            end++;
        }
        boolean whole = end == text.length() || " ,.".indexOf(text.charAt(end)) >= 0;
        return whole && end > 0 && end <= 100 ? text.substring(0, end) : null;
    }

    private static boolean isOfClusterName(char c, int index) {
        boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return alphanumeric || (index > 0 && (c == '-' || c == '_'));
    }
}
