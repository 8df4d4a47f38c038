// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Finding;
import io.lanyard.diagnose.Problem;
import io.lanyard.report.TokenClaims;
import java.net.SocketException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Finds the problem behind a failure of the AWS SDK or of a service by its text, because neither has codes for most. */
final class SdkProblems {

    private static final String RESOURCE = "on resource: ";
    private static final String STS_AUDIENCE = "sts.amazonaws.com";

    private SdkProblems() {}

    /**
     * Finds the problem.
     *
     * @param text the text of the failure; that of a service begins with its error code
     * @param source the service or the process; empty where it is not known
     * @param token the claims of the web identity token; null where there is none
     * @return the problem with the names that are known, or null where the failure is not a known one
     */
    static @Nullable Finding find(String text, Throwable failure, String source, @Nullable TokenClaims token) {
        Problem problem = problem(text, failure, source, token);
        return problem == null ? null : problem.with(facts(text, token));
    }

    private static @Nullable Problem problem(
            String text, Throwable failure, String source, @Nullable TokenClaims token) {
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
        if (SdkFailures.isFileMissing(failure) && token == null && source.startsWith(WebIdentitySource.STS)) {
            return Problem.WEB_IDENTITY_TOKEN_FILE_UNREADABLE;
        }
        if (source.startsWith(WebIdentitySource.STS) && isUnreachable(text, failure)) {
            return Problem.STS_UNREACHABLE;
        }
        if (source.equals(InstanceMetadataSource.ENDPOINT)) {
            return Problem.NO_SOURCE_CONFIGURED;
        }
        if (text.contains("credential_process") || text.contains("Command returned non-zero exit value")) {
            return Problem.CREDENTIAL_PROCESS_FAILED;
        }
        return null;
    }

    private static boolean isUnreachable(String text, Throwable failure) {
        return text.contains("Unable to execute HTTP request")
                || text.contains("timed out")
                || SdkFailures.anyCause(
                        failure, cause -> cause instanceof UnknownHostException || cause instanceof SocketException);
    }

    /** Returns what the text and the claims of the web identity token say. */
    private static Facts facts(String text, @Nullable TokenClaims token) {
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
        return Facts.of(token)
                .or(facts)
                .with(
                        Fact.AUDIENCE,
                        token.audiences().isEmpty() ? null : token.audiences().get(0));
    }
}
