// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Problem;
import io.lanyard.internal.FailureText;
import io.lanyard.internal.text.ForeignText;
import io.lanyard.report.TokenClaims;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Translates failures between the SDK and Lanyard, once in each direction.
 *
 * <p>{@link #classified} makes what a provider of the SDK throws a {@link CredentialsException}: the text of the SDK, a
 * service or a process is foreign text and is cleaned, and problem and remedy are added where the text is a known one. The cause
 * is the SDK's exception if nothing in it has to be hidden; a service's exception is kept with cleaned texts, and with
 * its status, code and request id.
 *
 * <p>{@link #toSdk} makes the exception that a caller of the SDK expects: the service's where there is one, so that code
 * which catches it by status and code keeps working, and else an {@link SdkClientException}.
 */
final class SdkFailures {

    /** The last source of the default chain: when it fails too, none of them has credentials. */
    static final String INSTANCE_METADATA = "the instance metadata service";

    /** Codes of STS for failures that are transient although their status says otherwise. */
    private static final Set<String> TRANSIENT =
            Set.of("IDPCommunicationError", "ExpiredTokenException", "ExpiredToken");

    private static final int DEEPEST_CAUSE = 10;

    private static final String RESOURCE = "on resource: ";
    private static final String STS_AUDIENCE = "sts.amazonaws.com";

    private final String source;

    private final @Nullable TokenClaims token;

    private SdkFailures(String source, @Nullable TokenClaims token) {
        this.source = source;
        this.token = token;
    }

    /**
     * Classifies a failure.
     *
     * @param failure what a provider of the SDK or of the application threw
     * @param source the service or the process, for the report; free of secrets; empty where it is not known
     * @param token the claims of the web identity token; empty where there is none
     * @return the failure with its category, kind and remedy, and with cleaned texts
     */
    static CredentialsException classified(Throwable failure, String source, Optional<TokenClaims> token) {
        CredentialsException ours = CredentialsException.in(failure).orElse(null);
        if (ours == null) {
            return new SdkFailures(source, token.orElse(null)).classify(failure);
        }
        // a source that needs credentials which are not configured is itself configured, and has failed
        return ours.category() == Category.NOT_CONFIGURED ? CredentialsException.of(failure) : ours;
    }

    /**
     * Makes the exception that a caller of the SDK gets.
     *
     * @param failure what a source has thrown to this caller alone
     * @return an exception of the SDK's with the frames of this thread; its cause is the failure that callers share
     */
    static SdkException toSdk(Throwable failure) {
        if (failure instanceof SdkException sdk) {
            return sdk;
        }
        if (!(failure instanceof CredentialsException ours)) {
            return SdkClientException.create("Failed to load credentials. " + failure.getMessage(), failure);
        }
        // a caller's own copy has the shared failure as its cause: one of the two is enough
        CredentialsException shared = ours.shared();
        if (shared.getCause() instanceof AwsServiceException service) {
            try {
                return (SdkException) service.toBuilder()
                        .message(withRemedy(service.awsErrorDetails(), service, shared))
                        .cause(shared)
                        .build();
            } catch (RuntimeException e) { // a service's own builder that does not copy
            }
        }
        return SdkClientException.create("Failed to load credentials. " + shared.getMessage(), shared);
    }

    private static String withRemedy(
            @Nullable AwsErrorDetails details, AwsServiceException service, CredentialsException shared) {
        String message = details == null || details.errorMessage() == null
                ? String.valueOf(service.getMessage())
                : details.errorMessage();
        String finding = shared.finding().map(id -> " [" + id + "]").orElse("");
        return shared.remedy().map(remedy -> message + ". Remedy: " + remedy).orElse(message) + finding;
    }

    private CredentialsException classify(Throwable failure) {
        if (failure instanceof AwsServiceException e) {
            return classify(e);
        }
        if (isOfParser(failure)) {
            return CredentialsException.builder(
                            Category.INVALID_RESPONSE,
                            "the credentials that the source returned are not valid JSON; their text is not shown")
                    .endpoint(endpoint())
                    .recoverable(true)
                    .build();
        }
        String text = text(failure);
        CredentialsException.Builder classified = CredentialsException.builder(
                isFileMissing(failure) ? Category.TOKEN_FILE_UNREADABLE : Category.UNREACHABLE,
                "the provider reports " + ForeignText.quote(text, List.of()));
        return explained(classified, text, failure)
                .endpoint(endpoint())
                .recoverable(true)
                .cause(ForeignText.isClean(failure, List.of()) ? failure : null)
                .build();
    }

    private CredentialsException classify(AwsServiceException failure) {
        AwsErrorDetails details = failure.awsErrorDetails();
        String said = details == null ? null : details.errorMessage();
        String text = said != null ? said : String.valueOf(failure.getMessage());
        String code = details == null ? null : details.errorCode();
        CredentialsException.Builder classified = CredentialsException.builder(
                Category.HTTP_STATUS, "the service answers " + ForeignText.quote(text, List.of()));
        return explained(classified, code == null ? text : code + ": " + text, failure)
                .status(failure.statusCode())
                .serviceCode(code)
                .requestId(failure.requestId())
                .endpoint(endpoint())
                .recoverable(isTransient(failure))
                .cause(cleaned(failure, ForeignText.phrase(text, List.of())))
                .build();
    }

    private @Nullable String endpoint() {
        return source.isEmpty() ? null : source;
    }

    /** The service's exception with nothing in it that has to be hidden. */
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

    /** Whether a later attempt may succeed. */
    private static boolean isTransient(AwsServiceException failure) {
        AwsErrorDetails details = failure.awsErrorDetails();
        return failure.statusCode() >= 500
                || failure.isThrottlingException()
                || failure.isClockSkewException()
                || (details != null && details.errorCode() != null && TRANSIENT.contains(details.errorCode()));
    }

    private static String text(Throwable failure) {
        StringBuilder text = new StringBuilder(FailureText.of(failure));
        Throwable cause = failure.getCause();
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            // the SDK's message often is its cause's
            String more = FailureText.of(cause);
            if (text.indexOf(more) < 0 && text.length() + more.length() < ForeignText.LIMIT) {
                text.append(": ").append(more);
            }
            cause = cause.getCause();
        }
        return text.toString();
    }

    private static boolean isOfParser(Throwable failure) {
        return has(failure, cause -> cause.getClass().getName().contains(".jackson."));
    }

    private static boolean isFileMissing(Throwable failure) {
        return has(failure, cause -> cause instanceof NoSuchFileException || cause instanceof AccessDeniedException);
    }

    private interface Test {
        boolean holds(Throwable cause);
    }

    private static boolean has(Throwable failure, Test test) {
        Throwable cause = failure;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (test.holds(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private CredentialsException.Builder explained(
            CredentialsException.Builder classified, String text, Throwable failure) {
        Problem problem = problem(text, failure);
        if (problem == null) {
            return classified;
        }
        Finding finding = problem.with(facts(text));
        return classified.finding(finding.id()).remedy(finding.advice());
    }

    private @Nullable Problem problem(String text, Throwable failure) {
        if (text.contains("Not authorized to perform sts:AssumeRoleWithWebIdentity")
                || text.contains("not authorized to perform: sts:AssumeRoleWithWebIdentity")) {
            return Problem.WEB_IDENTITY_TRUST_POLICY;
        }
        if (text.contains("No OpenIDConnect provider found")) {
            return Problem.OIDC_PROVIDER_MISSING;
        }
        if (text.contains("Incorrect token audience")) {
            return Problem.WEB_IDENTITY_AUDIENCE;
        }
        if (text.contains("could not be validated") || text.startsWith("InvalidIdentityToken")) {
            return Problem.WEB_IDENTITY_TOKEN_INVALID;
        }
        if (text.contains("RegionDisabledException") || text.contains("is not activated in this region")) {
            return Problem.STS_REGION_DISABLED;
        }
        if (text.startsWith("ExpiredToken")) {
            return Problem.WEB_IDENTITY_TOKEN_EXPIRED;
        }
        if (text.contains("Request ARN is invalid")) {
            return Problem.ROLE_ARN_INVALID;
        }
        if (text.contains("MaxSessionDuration")) {
            return Problem.MAX_SESSION_DURATION;
        }
        if (text.contains("not authorized to perform: sts:AssumeRole")) {
            return Problem.ASSUME_ROLE_DENIED;
        }
        if (text.startsWith("IDPCommunicationError")) {
            return Problem.OIDC_ISSUER_UNREACHABLE;
        }
        if (failure instanceof AwsServiceException e && e.isThrottlingException()) {
            return Problem.STS_THROTTLES;
        }
        if (text.contains("Unable to find a region") || text.contains("Unable to load region")) {
            return Problem.REGION_MISSING;
        }
        if (text.contains("Multiple HTTP implementations")) {
            return Problem.MULTIPLE_HTTP_CLIENTS;
        }
        if (isFileMissing(failure) && token == null && source.startsWith("AWS STS")) {
            return Problem.WEB_IDENTITY_TOKEN_FILE_UNREADABLE;
        }
        if (source.startsWith("AWS STS") && isUnreachable(text, failure)) {
            return Problem.STS_UNREACHABLE;
        }
        if (source.equals(INSTANCE_METADATA)) {
            return Problem.NO_SOURCE_CONFIGURED;
        }
        return text.contains("credential_process") || text.contains("Command returned non-zero exit value")
                ? Problem.CREDENTIAL_PROCESS_FAILED
                : null;
    }

    /** What the text and the claims of the web identity token say. */
    private Facts facts(String text) {
        int resource = text.indexOf(RESOURCE);
        Facts facts = Facts.none()
                .with(
                        Fact.ROLE,
                        resource < 0
                                ? null
                                : text.substring(resource + RESOURCE.length()).split("\\s", 2)[0])
                .with(Fact.AUDIENCE, STS_AUDIENCE);
        if (token == null) {
            return facts;
        }
        return facts.with(Fact.NAMESPACE, token.namespace().orElse(null))
                .with(Fact.SERVICE_ACCOUNT, token.serviceAccount().orElse(null))
                .with(
                        Fact.AUDIENCE,
                        token.audiences().isEmpty() ? null : token.audiences().get(0));
    }

    private static boolean isUnreachable(String text, Throwable failure) {
        return text.contains("Unable to execute HTTP request")
                || text.contains("timed out")
                || has(
                        failure,
                        cause -> cause instanceof UnknownHostException || cause instanceof java.net.SocketException);
    }
}
