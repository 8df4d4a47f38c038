// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Finding;
import io.lanyard.internal.FailureText;
import io.lanyard.internal.text.ForeignText;
import io.lanyard.report.TokenClaims;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Translates failures between the SDK and Lanyard, once in each direction.
 *
 * <p>{@link #classified} turns the exception of an SDK provider into a {@link CredentialsException}. The text of the SDK,
 * a service or a process is foreign text and is cleaned; {@link SdkProblems} adds problem and remedy for a known text. The cause is
 * the SDK's exception if nothing in it has to be hidden; a service's exception is kept with cleaned texts, and with its
 * status, code and request id.
 *
 * <p>{@link #toSdk} returns the exception that a caller of the SDK expects: the service's where there is one, so that code
 * which catches it by status and code still works, and else an {@link SdkClientException}.
 */
final class SdkFailures {

    /** Codes of STS for failures that are transient although their status says otherwise. */
    private static final Set<String> TRANSIENT =
            Set.of("IDPCommunicationError", "ExpiredTokenException", "ExpiredToken");

    private static final int DEEPEST_CAUSE = 10;

    private SdkFailures() {}

    /**
     * Classifies a failure.
     *
     * @param failure the exception of a provider of the SDK or of the application
     * @param source the service or the process, for the report; free of secrets; empty where it is not known
     * @param token the claims of the web identity token; empty where there is none
     * @return the failure with its category, kind and remedy, and with cleaned texts
     */
    static CredentialsException classified(Throwable failure, String source, Optional<TokenClaims> token) {
        CredentialsException known = CredentialsException.in(failure).orElse(null);
        if (known != null) {
            // a source that needs credentials which are not configured is itself configured, and has failed
            return known.category() == Category.NOT_CONFIGURED ? CredentialsException.of(failure) : known;
        }
        CredentialsException.Builder classified;
        if (failure instanceof AwsServiceException e) {
            classified = ofService(e, source, token.orElse(null));
        } else if (anyCause(failure, cause -> cause.getClass().getName().contains(".jackson."))) {
            classified = CredentialsException.builder(
                            Category.INVALID_RESPONSE,
                            "the credentials that the source returned are not valid JSON; their text is not shown")
                    .recoverable(true);
        } else {
            classified = ofClient(failure, source, token.orElse(null));
        }
        return classified.endpoint(source.isEmpty() ? null : source).build();
    }

    private static CredentialsException.Builder ofClient(
            Throwable failure, String source, @Nullable TokenClaims token) {
        String text = text(failure);
        CredentialsException.Builder classified = CredentialsException.builder(
                isFileMissing(failure) ? Category.TOKEN_FILE_UNREADABLE : Category.UNREACHABLE,
                "the provider reports " + ForeignText.quote(text, List.of()));
        return explained(classified, SdkProblems.find(text, failure, source, token))
                .recoverable(true)
                .cause(ForeignText.isClean(failure, List.of()) ? failure : null);
    }

    private static CredentialsException.Builder ofService(
            AwsServiceException failure, String source, @Nullable TokenClaims token) {
        AwsErrorDetails details = failure.awsErrorDetails();
        String text = message(failure);
        String code = details == null ? null : details.errorCode();
        CredentialsException.Builder classified = CredentialsException.builder(
                Category.HTTP_STATUS, "the service answers " + ForeignText.quote(text, List.of()));
        return explained(classified, SdkProblems.find(code == null ? text : code + ": " + text, failure, source, token))
                .status(failure.statusCode())
                .serviceCode(code)
                .requestId(failure.requestId())
                .recoverable(isTransient(failure))
                .cause(cleaned(failure, ForeignText.phrase(text, List.of())));
    }

    private static CredentialsException.Builder explained(
            CredentialsException.Builder classified, @Nullable Finding finding) {
        return finding == null ? classified : classified.finding(finding.id()).remedy(finding.advice());
    }

    /** Returns the service's own message, without the status and the request id that the SDK adds. */
    private static String message(AwsServiceException failure) {
        AwsErrorDetails details = failure.awsErrorDetails();
        return details == null || details.errorMessage() == null
                ? String.valueOf(failure.getMessage())
                : details.errorMessage();
    }

    /**
     * Returns a failure as an exception of the SDK.
     *
     * @param failure a failure that no other caller gets
     * @return an exception with the frames of this thread; its cause is the failure that callers share
     */
    static SdkException toSdk(Throwable failure) {
        if (failure instanceof SdkException sdk) {
            return sdk;
        }
        if (!(failure instanceof CredentialsException own)) {
            return SdkClientException.create("Failed to load credentials. " + failure.getMessage(), failure);
        }
        CredentialsException shared = own.shared();
        if (shared.getCause() instanceof AwsServiceException service) {
            try {
                return (SdkException) service.toBuilder()
                        .message(message(service)
                                + shared.remedy()
                                        .map(remedy -> ". Remedy: " + remedy)
                                        .orElse("")
                                + shared.finding().map(id -> " [" + id + "]").orElse(""))
                        .cause(shared)
                        .build();
            } catch (RuntimeException e) { // a service's own builder that does not copy
            }
        }
        return SdkClientException.create("Failed to load credentials. " + shared.getMessage(), shared);
    }

    /** Returns the service's exception without anything that has to be hidden. */
    private static @Nullable AwsServiceException cleaned(AwsServiceException failure, String text) {
        AwsErrorDetails details = failure.awsErrorDetails();
        AwsServiceException.Builder cleaned = failure.toBuilder().cause(null).message(text);
        if (details != null) {
            cleaned.awsErrorDetails(details.toBuilder()
                    .errorMessage(text)
                    .errorCode(ForeignText.codeOrNull(details.errorCode(), List.of()))
                    .rawResponse(null)
                    .build());
        }
        return cleaned.build();
    }

    /** Returns whether a later attempt may succeed. */
    private static boolean isTransient(AwsServiceException failure) {
        AwsErrorDetails details = failure.awsErrorDetails();
        return failure.statusCode() >= 500
                || failure.isThrottlingException()
                || failure.isClockSkewException()
                || (details != null && details.errorCode() != null && TRANSIENT.contains(details.errorCode()));
    }

    /** Returns the messages of a failure and its causes, each once. */
    private static String text(Throwable failure) {
        StringBuilder text = new StringBuilder(FailureText.of(failure));
        causes(failure).stream().skip(1).map(FailureText::of).forEach(more -> {
            // the SDK's message often is its cause's
            if (text.indexOf(more) < 0 && text.length() + more.length() < ForeignText.LIMIT) {
                text.append(": ").append(more);
            }
        });
        return text.toString();
    }

    static boolean isFileMissing(Throwable failure) {
        return anyCause(
                failure, cause -> cause instanceof NoSuchFileException || cause instanceof AccessDeniedException);
    }

    /** Returns whether a condition holds for a failure or one of its causes. */
    static boolean anyCause(Throwable failure, Predicate<Throwable> condition) {
        return causes(failure).stream().anyMatch(condition);
    }

    private static List<Throwable> causes(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failure; cause != null && causes.size() < DEEPEST_CAUSE; cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }
}
