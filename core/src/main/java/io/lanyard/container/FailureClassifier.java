// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Problem;
import io.lanyard.report.TokenClaims;
import io.lanyard.spi.AgentResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the problem behind the failure of one exchange, as far as the exchange alone can tell. A wrong remedy is worse
 * than none.
 *
 * <p>Names of namespace, service account and cluster come from the agent's text or the token's claims; {@link Facts}
 * takes only those that have the shape of such a name.
 */
final class FailureClassifier {

    private static final String ASSOCIATION_TEXT = "service account ";
    private static final String CLUSTER_TEXT = " in cluster ";
    private static final String CLUSTER_ARN = ":cluster/";

    private final AgentEndpoint endpoint;
    private final TokenSource token;
    private final @Nullable String sent;

    /**
     * Makes a classifier for one exchange.
     *
     * @param endpoint the agent
     * @param token where the token comes from
     * @param sent the token that was sent, or null
     */
    FailureClassifier(AgentEndpoint endpoint, TokenSource token, @Nullable String sent) {
        this.endpoint = endpoint;
        this.token = token;
        this.sent = sent;
    }

    private boolean isGreengrass() {
        return endpoint.path().startsWith("/2016-11-01/credentialprovider");
    }

    /** The problem behind an exchange without an answer, or null where it is not known. */
    @Nullable
    Finding ofBrokenExchange(IOException failure) {
        Problem problem = problemOf(failure);
        if (problem == null) {
            return null;
        }
        return (endpoint.isEks() && isOnNodeWithoutAgent() ? Problem.NODE_WITHOUT_POD_IDENTITY : problem)
                .with(facts(token.setting()));
    }

    /** Whether the pod runs on Fargate or Windows, where no agent can be. */
    private boolean isOnNodeWithoutAgent() {
        String file = token.file();
        return (file != null && file.startsWith("C:\\"))
                || claims().flatMap(TokenClaims::node)
                        .filter(node -> node.startsWith("fargate-"))
                        .isPresent();
    }

    private Optional<TokenClaims> claims() {
        return sent == null ? Optional.empty() : TokenClaims.decode(sent);
    }

    private @Nullable Problem problemOf(IOException failure) {
        String message = failure.getMessage() == null ? "" : failure.getMessage();
        if (failure instanceof UnknownHostException) {
            return Problem.HOST_UNRESOLVED;
        }
        if (failure instanceof NoRouteToHostException
                || message.contains("unreachable")
                || message.contains("Protocol family unavailable")) {
            return endpoint.host().startsWith("[") ? Problem.NO_IPV6 : Problem.NO_ROUTE_TO_AGENT;
        }
        if (failure instanceof ConnectException) {
            return endpoint.isEks() ? Problem.AGENT_REFUSES_CONNECTION : Problem.SERVER_REFUSES_CONNECTION;
        }
        if (isConnectTimeout(failure)) {
            return endpoint.isEks() ? Problem.AGENT_UNREACHABLE : Problem.SERVER_UNREACHABLE;
        }
        if (failure instanceof SocketTimeoutException) {
            return endpoint.isEks() ? Problem.AGENT_TIMES_OUT : Problem.SERVER_TIMES_OUT;
        }
        return failure instanceof SSLException ? Problem.TLS_FAILED : null;
    }

    private static boolean isConnectTimeout(IOException failure) {
        String message = failure.getMessage();
        return failure instanceof SocketTimeoutException
                && message != null
                && message.toLowerCase(Locale.ROOT).contains("connect");
    }

    /** The problem behind an answer without credentials, or null where it is not known. */
    @Nullable
    Finding ofAnswer(AgentResponse response, ErrorAnswer answer) {
        if (isOfProxy(response)) {
            return Problem.PROXY_ANSWERS.with(facts(token.setting()));
        }
        String message = answer.message();
        Problem problem = answer.code() == null ? null : ofCode(answer.code(), message);
        if (problem == null) {
            problem = ofText(message);
        }
        int status = response.status();
        if (problem == null && (status == 401 || status == 403)) {
            problem = ofRejectedToken();
        }
        if (problem == null) {
            return null;
        }
        return switch (problem) {
            case NO_ASSOCIATION -> problem.with(namesIn(message).or(facts(token.setting())));
            case ECS_ID_ENDS_WITH_SLASH, ECS_ID_MISSING -> problem.with(facts(endpoint.setting()));
            default -> problem.with(facts(token.setting()));
        };
    }

    private static boolean isOfProxy(AgentResponse response) {
        int status = response.status();
        return (status >= 300 && status < 400)
                || response.header("Via").isPresent()
                || response.header("Server").map(s -> s.startsWith("squid")).orElse(false);
    }

    private @Nullable Problem ofCode(String code, String message) {
        return switch (code) {
            case "ResourceNotFoundException" -> Problem.NO_ASSOCIATION;
            case "AccessDeniedException" ->
                message.contains("eks-auth:AssumeRoleForPodIdentity")
                        ? Problem.NODE_ROLE_LACKS_EKS_AUTH
                        : Problem.ROLE_TRUST_POLICY;
            case "AccessDenied" -> message.contains("sts:AssumeRole") ? Problem.SERVER_MAY_NOT_ASSUME_ROLE : null;
            case "ExpiredTokenException" -> ofToken(Problem.TOKEN_EXPIRED, Problem.FIXED_TOKEN_EXPIRED);
            case "InvalidTokenException" ->
                isUnbound(message)
                        ? Problem.TOKEN_NOT_BOUND_TO_POD
                        : ofToken(Problem.TOKEN_OF_OTHER_CLUSTER, Problem.FIXED_TOKEN_OF_OTHER_CLUSTER);
            case "InvalidParameterException", "InvalidRequestException" -> Problem.EKS_AUTH_REJECTS_REQUEST;
            case "ThrottlingException" -> Problem.EKS_AUTH_THROTTLES;
            case "InternalServerException", "ServiceUnavailableException" -> Problem.EKS_AUTH_FAILS;
            case "InvalidIdInRequest" ->
                endpoint.path().endsWith("/") ? Problem.ECS_ID_ENDS_WITH_SLASH : Problem.ECS_ID_UNKNOWN;
            case "CredentialsUninitialized" -> Problem.ECS_AGENT_RESTARTED;
            case "NoIdInRequest" -> Problem.ECS_ID_MISSING;
            default -> null;
        };
    }

    private @Nullable Problem ofText(String message) {
        if (message.startsWith("Access Denied. Called agent through invalid address")) {
            return Problem.HOST_HEADER_REWRITTEN;
        }
        if (message.contains("token cannot be empty")) {
            return Problem.TOKEN_NOT_SET;
        }
        if (message.contains("illegal base64 data at input byte 6")) {
            return Problem.TOKEN_HAS_BEARER_PREFIX;
        }
        if (isUnbound(message)) {
            return Problem.TOKEN_NOT_BOUND_TO_POD;
        }
        if (message.contains("token cannot be parsed")) {
            return ofToken(Problem.TOKEN_FILE_NOT_A_TOKEN, Problem.FIXED_TOKEN_NOT_A_TOKEN);
        }
        if (message.contains("token is expired")) {
            return ofToken(Problem.TOKEN_EXPIRED, Problem.FIXED_TOKEN_EXPIRED);
        }
        if (message.contains("token is not valid yet")) {
            return Problem.TOKEN_NOT_YET_VALID;
        }
        if (message.equals("[]")) {
            return Problem.EKS_AUTH_UNREACHABLE;
        }
        // "failed to refresh cached credentials" begins the failure of any provider of the SDK for Go
        if (message.contains("no EC2 IMDS role found")) {
            return Problem.AGENT_HAS_NO_CREDENTIALS;
        }
        if (message.contains("are expired or will expire within")) {
            return Problem.NODE_CLOCK_WRONG;
        }
        if (message.startsWith("Too Many Requests")) {
            return Problem.AGENT_LIMITS_REQUESTS;
        }
        if (message.contains("maximum request limit")) {
            return Problem.ECS_AGENT_LIMITS_REQUESTS;
        }
        if (message.startsWith("404 page not found")) {
            return Problem.WRONG_PATH;
        }
        if (message.startsWith("TES responded with status code")) {
            return Problem.GREENGRASS_ROLE_ALIAS;
        }
        if (message.equals("Credentials expired")
                || message.equals("Credentials unavailable")
                || (message.contains("failed to refresh cached credentials") && !message.contains("EKS Auth"))) {
            return Problem.SERVER_HAS_NO_CREDENTIALS;
        }
        return null;
    }

    private static boolean isUnbound(String message) {
        return message.contains("missing kubernetes.io")
                || message.contains("missing pod claims")
                || message.contains("not bound to a pod");
    }

    private Problem ofToken(Problem ofFile, Problem ofFixed) {
        return token.mayChange() ? ofFile : token.isSet() ? ofFixed : Problem.TOKEN_NOT_SET;
    }

    /** For servers that say no more than 401 or 403. */
    private Problem ofRejectedToken() {
        if (isGreengrass()) {
            return Problem.GREENGRASS_REJECTS_COMPONENT;
        }
        return token.mayChange()
                ? Problem.TOKEN_REJECTED_BY_SERVER
                : token.isSet() ? Problem.FIXED_TOKEN_REJECTED_BY_SERVER : Problem.SERVER_REQUIRES_TOKEN;
    }

    /** What is known of the endpoint, and of the token from its claims; and the setting that is to blame. */
    private Facts facts(String setting) {
        Facts facts = Facts.none().with(Fact.HOST, endpoint.host()).with(Fact.SETTING, setting);
        return claims().map(claims -> Facts.of(claims).or(facts)).orElse(facts);
    }

    /** The names in EKS Auth's text of a missing association. */
    private static Facts namesIn(String message) {
        Facts facts = Facts.none();
        int start = message.indexOf(ASSOCIATION_TEXT);
        int slash = message.indexOf('/', Math.max(0, start));
        int in = message.indexOf(CLUSTER_TEXT, Math.max(0, slash));
        if (start >= 0 && slash > start && in > slash) {
            Facts named = facts.with(Fact.NAMESPACE, message.substring(start + ASSOCIATION_TEXT.length(), slash))
                    .with(Fact.SERVICE_ACCOUNT, message.substring(slash + 1, in));
            // the one without the other would be completed from another text
            boolean both = named.get(Fact.NAMESPACE).isPresent()
                    && named.get(Fact.SERVICE_ACCOUNT).isPresent();
            facts = both ? named : facts;
        }
        if (in >= 0) {
            facts = facts.with(Fact.CLUSTER, word(message.substring(in + CLUSTER_TEXT.length())));
        }
        int arn = message.indexOf(CLUSTER_ARN);
        return arn < 0
                ? facts
                : facts.or(Facts.none().with(Fact.CLUSTER, word(message.substring(arn + CLUSTER_ARN.length()))));
    }

    /** The text up to the first space, comma or full stop. */
    private static String word(String text) {
        int end = 0;
        while (end < text.length() && " ,.".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(0, end);
    }
}
