// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Problem;
import io.lanyard.internal.text.ForeignText;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.MalformedResponseException;
import java.io.IOException;
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
            return failure(
                            Category.INVALID_RESPONSE,
                            ForeignText.phrase(String.valueOf(e.getMessage()), secrets),
                            Problem.UNUSABLE_ANSWER)
                    .build();
        }
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        CredentialsException.Builder broken = failure(
                Category.UNREACHABLE, "the exchange with the agent failed: " + ForeignText.quote(reason, secrets));
        return explained(broken, classifier().ofBrokenExchange(e))
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
        CredentialsException.Builder refused = failure(
                category,
                answer.message().isEmpty()
                        ? silent
                        : "the agent answers " + ForeignText.quote(answer.message(), secrets));
        return explained(refused, classifier().ofAnswer(response, answer))
                .status(response.status())
                .serviceCode(answer.code())
                .requestId(answer.requestId())
                .recoverable(recoverable)
                .build();
    }

    /** The credentials had expired when the agent returned them. */
    CredentialsException expired(String what) {
        return failure(Category.EXPIRED, what, Problem.AGENT_SERVES_EXPIRED_CREDENTIALS)
                .status(200)
                .build();
    }

    /** The load timeout passed before the request was sent. */
    CredentialsException late() {
        return failure(
                        Category.UNREACHABLE,
                        "the load timed out before the request was sent",
                        Problem.DELAYED_BEFORE_REQUEST)
                .build();
    }

    /** A transport of the application failed in a way that is not an I/O error. */
    CredentialsException ofTransport(String what) {
        return failure(Category.UNREACHABLE, "the transport " + what, Problem.TRANSPORT_FAILED)
                .build();
    }

    /** Lanyard has a defect. */
    CredentialsException defect(RuntimeException e) {
        return failure(
                        Category.UNREACHABLE,
                        "the load failed with " + e.getClass().getName(),
                        Problem.LANYARD_DEFECT)
                .build();
    }

    private CredentialsException.Builder failure(Category category, String detail) {
        return CredentialsException.builder(category, detail)
                .endpoint(endpoint.display())
                .recoverable(true);
    }

    /** For a detail that says what is wrong, so that the remedy alone is added. */
    private CredentialsException.Builder failure(Category category, String detail, Problem problem) {
        return failure(category, detail).finding(problem.id()).remedy(problem.remedy());
    }

    /** For a detail that repeats what was seen, so that what is wrong is added too. */
    private static CredentialsException.Builder explained(
            CredentialsException.Builder failure, @Nullable Finding finding) {
        return finding == null ? failure : failure.finding(finding.id()).remedy(finding.advice());
    }

    private FailureClassifier classifier() {
        return new FailureClassifier(endpoint, source, token);
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
