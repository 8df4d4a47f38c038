// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.internal.text.ForeignText;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.MalformedResponseException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Builds the failures of one attempt: category, whether it is transient, what the agent said, and the remedy. */
final class AttemptFailures {

    /** The codes by which the EKS agent and EKS Auth reject a request in a way that a retry does not change. */
    private static final Set<String> REJECTIONS = Set.of(
            "AccessDenied",
            "AccessDeniedException",
            "AssumeRoleUnauthorizedAccess",
            "ExpiredToken",
            "ExpiredTokenException",
            "InvalidToken",
            "InvalidTokenException",
            "InvalidParameterException",
            "InvalidRequestException",
            "NoIdInRequest",
            "ResourceNotFoundException");

    private final AgentEndpoint endpoint;
    private final TokenSource source;
    private final @Nullable String token;
    private final List<String> secrets;

    /**
     * Builds failures of one attempt.
     *
     * @param endpoint the agent
     * @param source where the token comes from
     * @param token the token that was sent, or null
     * @param secrets what the agent may repeat and no text may show
     */
    AttemptFailures(AgentEndpoint endpoint, TokenSource source, @Nullable String token, List<String> secrets) {
        this.endpoint = endpoint;
        this.source = source;
        this.token = token;
        this.secrets = secrets;
    }

    /** The exchange broke off, or the answer is none of this protocol. */
    CredentialsException broken(IOException e) {
        if (e instanceof MalformedResponseException) {
            return failure(Category.INVALID_RESPONSE, ForeignText.phrase(String.valueOf(e.getMessage()), secrets))
                    .remedy("check that the URI is the agent's, and that no proxy answers in its place")
                    .build();
        }
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        return failure(
                        Category.UNREACHABLE,
                        "the exchange with the agent failed: " + ForeignText.quote(reason, secrets))
                .remedy(
                        e instanceof UnknownHostException
                                ? AgentEndpoint.UNRESOLVED
                                : remedies().forBrokenExchange(e))
                .cause(ForeignText.isClean(e, secrets) ? e : null)
                .build();
    }

    /** The agent answered with a status other than 200. */
    CredentialsException refused(AgentResponse response) {
        ErrorAnswer answer = ErrorAnswer.read(response.body(), secrets);
        boolean recoverable = (isRetryable(response.status()) && !isRejection(answer))
                || "InvalidIdInRequest".equals(answer.code())
                || answer.message().contains("token is not valid yet");
        return refused(Category.HTTP_STATUS, response, answer, "the agent gives no reason", recoverable);
    }

    /** The agent answered 200 with an error code. */
    CredentialsException refused(AgentResponse response, ErrorAnswer answer) {
        String silent = "the agent answers 200 with an error code; its message is not shown";
        return refused(Category.SERVICE_ERROR, response, answer, silent, !isRejection(answer));
    }

    private CredentialsException refused(
            Category category, AgentResponse response, ErrorAnswer answer, String silent, boolean recoverable) {
        return failure(
                        category,
                        answer.message().isEmpty()
                                ? silent
                                : "the agent answers " + ForeignText.quote(answer.message(), secrets))
                .status(response.status())
                .serviceCode(answer.code())
                .requestId(answer.requestId())
                .recoverable(recoverable)
                .remedy(remedies().forAnswer(response, answer))
                .build();
    }

    /** The credentials had expired when the agent returned them. */
    CredentialsException expired(String what) {
        return failure(Category.EXPIRED, what)
                .status(200)
                .remedy("check this machine's clock; if it is right, the agent cannot refresh its credentials (an ECS"
                        + " agent without its control plane, an EKS agent without EKS Auth): restart or fix the"
                        + " agent, or set expiredCredentials(ACCEPT) in the refresh policy to use expired credentials")
                .build();
    }

    /** The load timeout passed before the request was sent. */
    CredentialsException late() {
        return failure(Category.UNREACHABLE, "the load timed out before the request was sent")
                .remedy("check what delays this process: the resolution of the host name, or the volume that holds the"
                        + " token file")
                .build();
    }

    /** A transport of the application failed in a way that is not an I/O error. */
    CredentialsException ofTransport(String what) {
        return failure(Category.UNREACHABLE, "the transport " + what)
                .remedy("check the transport that was given to the builder")
                .build();
    }

    /** Lanyard has a defect. */
    CredentialsException defect(RuntimeException e) {
        return failure(
                        Category.UNREACHABLE,
                        "the load failed with " + e.getClass().getName())
                .remedy("report it as a defect")
                .build();
    }

    private CredentialsException.Builder failure(Category category, String detail) {
        return CredentialsException.builder(category, detail)
                .endpoint(endpoint.display())
                .recoverable(true);
    }

    private Remedies remedies() {
        return new Remedies(endpoint, source, token);
    }

    private static boolean isRejection(ErrorAnswer answer) {
        return answer.code() != null && REJECTIONS.contains(answer.code());
    }

    /** Whether the agent says by its status that a retry makes sense. */
    static boolean isRetryable(int status) {
        return status == 429 || status >= 500;
    }

    /** Returns a duration as messages show it, for example {@code 2.5 s}. */
    static String words(Duration duration) {
        if (duration.compareTo(Duration.ofMinutes(2)) < 0) {
            return duration.toMillis() / 1000 + "." + duration.toMillis() % 1000 / 100 + " s";
        }
        return duration.compareTo(Duration.ofHours(2)) < 0
                ? duration.toMinutes() + " min"
                : duration.toHours() + " h " + duration.toMinutesPart() + " min";
    }
}
