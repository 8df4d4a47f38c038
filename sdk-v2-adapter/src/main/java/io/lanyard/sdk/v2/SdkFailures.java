// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
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
 * service or a process is foreign text and is cleaned, and the remedy is added where the text is a known one. The cause
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
        return shared.remedy().map(remedy -> message + ". Remedy: " + remedy).orElse(message);
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
        return CredentialsException.builder(
                        isFileMissing(failure) ? Category.TOKEN_FILE_UNREADABLE : Category.UNREACHABLE,
                        "the provider reports " + ForeignText.quote(text, List.of()))
                .endpoint(endpoint())
                .recoverable(true)
                .remedy(remedy(text, failure))
                .cause(ForeignText.isClean(failure, List.of()) ? failure : null)
                .build();
    }

    private CredentialsException classify(AwsServiceException failure) {
        AwsErrorDetails details = failure.awsErrorDetails();
        String said = details == null ? null : details.errorMessage();
        String text = said != null ? said : String.valueOf(failure.getMessage());
        String code = details == null ? null : details.errorCode();
        return CredentialsException.builder(
                        Category.HTTP_STATUS, "the service answers " + ForeignText.quote(text, List.of()))
                .status(failure.statusCode())
                .serviceCode(code)
                .requestId(failure.requestId())
                .endpoint(endpoint())
                .recoverable(isTransient(failure))
                .remedy(remedy(code == null ? text : code + ": " + text, failure))
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

    private @Nullable String remedy(String text, Throwable failure) {
        if (text.contains("Not authorized to perform sts:AssumeRoleWithWebIdentity")
                || text.contains("not authorized to perform: sts:AssumeRoleWithWebIdentity")) {
            return "the role's trust policy must allow sts:AssumeRoleWithWebIdentity to the cluster's OIDC provider with"
                    + " the conditions sub = " + subject() + " and aud = " + audience()
                    + ", which the token has; a change takes a minute or two";
        }
        if (text.contains("No OpenIDConnect provider found")) {
            return "create the IAM OIDC provider of this cluster in the role's account (eksctl utils"
                    + " associate-iam-oidc-provider --cluster CLUSTER --approve), and check that the token is of this"
                    + " cluster";
        }
        if (text.contains("Incorrect token audience")) {
            return "the token is for " + audience() + ": project it with the audience sts.amazonaws.com, and add it to"
                    + " the client ids of the IAM OIDC provider";
        }
        if (text.contains("could not be validated") || text.startsWith("InvalidIdentityToken")) {
            return "STS cannot validate the token: check that the IAM OIDC provider in the role's account has this"
                    + " cluster's issuer, and that the issuer is reachable from the internet";
        }
        if (text.contains("RegionDisabledException") || text.contains("is not activated in this region")) {
            return "STS is not active in this Region for the account: activate the Region, or set AWS_REGION to one that"
                    + " is active";
        }
        if (text.startsWith("ExpiredToken")) {
            return "the web identity token has expired: check that AWS_WEB_IDENTITY_TOKEN_FILE names the projected file"
                    + " itself and no copy of it, and that the kubelet can renew it";
        }
        if (text.contains("Request ARN is invalid")) {
            return "AWS_ROLE_ARN is not the ARN of a role: check the annotation eks.amazonaws.com/role-arn of the"
                    + " service account";
        }
        if (text.contains("MaxSessionDuration")) {
            return "the session lasts longer than the role allows: lower it, or raise the role's maximum";
        }
        if (text.contains("not authorized to perform: sts:AssumeRole")) {
            return "allow sts:AssumeRole in the caller's policy and in the role's trust policy";
        }
        if (text.startsWith("IDPCommunicationError")) {
            return "STS cannot reach the cluster's OIDC issuer: it must be reachable from the internet; Lanyard retries";
        }
        if (failure instanceof AwsServiceException e && e.isThrottlingException()) {
            return "STS throttles this account: share one provider in a process, and start fewer pods at once";
        }
        if (text.contains("Unable to find a region") || text.contains("Unable to load region")) {
            return "set AWS_REGION";
        }
        if (text.contains("Multiple HTTP implementations")) {
            return "leave one HTTP client of the SDK on the class path, or set the system property"
                    + " software.amazon.awssdk.http.service.impl";
        }
        if (isFileMissing(failure) && token == null && source.startsWith("AWS STS")) {
            return "check that the file of AWS_WEB_IDENTITY_TOKEN_FILE is mounted in this container and that this process"
                    + " may read it (securityContext.fsGroup)";
        }
        if (source.startsWith("AWS STS") && isUnreachable(text, failure)) {
            return "STS cannot be reached: check the pod's DNS and its route to the Region's STS (NAT or the sts VPC"
                    + " endpoint); with AWS_STS_REGIONAL_ENDPOINTS=regional the Region's endpoint is used";
        }
        if (source.equals(INSTANCE_METADATA)) {
            return "on a developer's machine, sign in (aws sso login, or aws configure) and set AWS_PROFILE to the"
                    + " profile; on EC2, attach an instance profile and let this process reach instance metadata";
        }
        if (text.contains("credential_process") || text.contains("Command returned non-zero exit value")) {
            return "run the profile's credential_process by hand as the user of this process, and fix what it reports";
        }
        return null;
    }

    private static boolean isUnreachable(String text, Throwable failure) {
        return text.contains("Unable to execute HTTP request")
                || text.contains("timed out")
                || has(
                        failure,
                        cause -> cause instanceof UnknownHostException || cause instanceof java.net.SocketException);
    }

    private String subject() {
        return token == null
                        || token.namespace().isEmpty()
                        || token.serviceAccount().isEmpty()
                ? "system:serviceaccount:NAMESPACE:NAME"
                : "system:serviceaccount:" + token.namespace().get() + ":"
                        + token.serviceAccount().get();
    }

    private String audience() {
        return token == null || token.audiences().isEmpty() ? "sts.amazonaws.com" : String.join(" ", token.audiences());
    }
}
