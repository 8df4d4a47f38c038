// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.lanyard.chain.SourceName;
import io.lanyard.diagnose.DeniedText.Fault;
import io.lanyard.diagnose.DeniedText.IdentityKind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DeniedTextTest {

    private static String denied(String arn) {
        return "software.amazon.awssdk.services.s3.model.S3Exception: User: " + arn
                + " is not authorized to perform: s3:ListBucket on resource: \"arn:aws:s3:::cart-data\" because no"
                + " identity-based policy allows the s3:ListBucket action (Service: S3, Status Code: 403)";
    }

    private static String session(String session) {
        return "arn:aws:sts::111122223333:assumed-role/cart/" + session;
    }

    @Test
    void an_expired_login_of_identity_center_is_renewed_by_signing_in() {
        DeniedText read = DeniedText.read("The SSO session associated with this profile has expired or is invalid");

        assertThat(problems(read)).containsExactly(Problem.SSO_LOGIN_EXPIRED);
        assertThat(read.findings().get(0).remedy()).contains("aws sso login");
    }

    @Nested
    class Identity {

        @ParameterizedTest
        @CsvSource({
            "i-0abc1234def567890, NODE, IDENTITY_OF_NODE",
            "eks-prod-cart-7f9c-0b6f7e53-9a55-4c1c-a4b5-2a3ba6f8d9c1, POD_IDENTITY, IDENTITY_OF_POD_IDENTITY",
            "0123456789abcdef0123456789abcdef, TASK, IDENTITY_OF_TASK",
            "0f9de17a-a1c7-4b3a-8d8e-6b9c3b1f8f6d, TASK, IDENTITY_OF_TASK",
            "botocore-session-1700000000, WEB_IDENTITY_OR_ASSUMED_ROLE, IDENTITY_OF_WEB_IDENTITY",
            "aws-sdk-java-1700000000000, WEB_IDENTITY_OR_ASSUMED_ROLE, IDENTITY_OF_WEB_IDENTITY",
            "1700000000000000000, WEB_IDENTITY_OR_ASSUMED_ROLE, IDENTITY_OF_WEB_IDENTITY",
            "nightly-report, OTHER_ROLE, IDENTITY_OF_OTHER_ROLE"
        })
        void is_recognised_by_the_name_of_the_session(String name, IdentityKind kind, Problem problem) {
            DeniedText read = DeniedText.read(denied(session(name)));

            assertThat(read.identity()).isEqualTo(kind);
            assertThat(problems(read)).startsWith(problem);
            assertThat(read.facts().get(Fact.SESSION)).contains(name);
            assertThat(read.facts().get(Fact.ROLE)).contains("arn:aws:iam::111122223333:role/cart");
            assertThat(read.facts().get(Fact.ACCOUNT)).contains("111122223333");
            assertThat(read.facts().get(Fact.ACTION)).contains("s3:ListBucket");
        }

        @Test
        void of_the_node_comes_from_instance_metadata_and_credentials_are_at_fault() {
            DeniedText read = DeniedText.read(denied(session("i-0abc1234def567890")));

            assertThat(read.sources()).containsExactly(SourceName.INSTANCE_METADATA);
            assertThat(read.fault()).isEqualTo(Fault.CREDENTIALS);
            assertThat(problems(read)).containsExactly(Problem.IDENTITY_OF_NODE, Problem.NODE_ROLE_IN_POD);
            assertThat(read.facts().get(Fact.INSTANCE)).contains("i-0abc1234def567890");
        }

        @Test
        void of_pod_identity_comes_from_the_container_and_permissions_are_at_fault() {
            DeniedText read = DeniedText.read(denied(session("eks-prod-cart-1")));

            assertThat(read.sources()).containsExactly(SourceName.CONTAINER);
            assertThat(read.fault()).isEqualTo(Fault.PERMISSIONS);
            assertThat(problems(read)).containsExactly(Problem.IDENTITY_OF_POD_IDENTITY, Problem.PERMISSION_MISSING);
            assertThat(read.findings().get(1).paste())
                    .contains("--policy-source-arn arn:aws:iam::111122223333:role/cart --action-names s3:ListBucket");
        }

        @Test
        void of_an_assumed_role_leaves_open_whether_it_is_the_intended_one() {
            DeniedText read = DeniedText.read(denied(session("botocore-session-1")));

            assertThat(read.sources()).containsExactly(SourceName.WEB_IDENTITY, SourceName.PROFILE);
            assertThat(read.fault()).isEqualTo(Fault.CREDENTIALS_OR_PERMISSIONS);
        }

        @Test
        void of_a_user_comes_from_access_keys_and_no_role_is_named() {
            DeniedText read = DeniedText.read(denied("arn:aws:iam::111122223333:user/deploy"));

            assertThat(read.identity()).isEqualTo(IdentityKind.USER);
            assertThat(read.sources()).startsWith(SourceName.ENVIRONMENT);
            assertThat(problems(read)).containsExactly(Problem.IDENTITY_OF_USER, Problem.PERMISSION_MISSING);
            assertThat(read.findings().get(1).remedy()).contains("of the user").doesNotContain("role");
        }

        @Test
        void of_a_person_is_not_that_of_an_sdk() {
            assertThat(DeniedText.read(
                                    "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_1/botocore-session-1")
                            .identity())
                    .isEqualTo(IdentityKind.OTHER_ROLE);
        }

        @Test
        void is_the_callers_and_not_the_resources() {
            DeniedText read = DeniedText.read(
                    "User: " + session("eks-a-b")
                            + " is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/audit");

            assertThat(read.identity()).isEqualTo(IdentityKind.POD_IDENTITY);
            assertThat(read.findings().get(0).problem()).isEqualTo(Problem.ASSUME_ROLE_DENIED);
            assertThat(read.findings().get(0).statement()).contains("arn:aws:iam::444455556666:role/audit");
        }

        @Test
        void is_read_from_get_caller_identity_without_a_fault() {
            DeniedText read = DeniedText.read("{\"UserId\": \"AROA:i-1\", \"Account\": \"111122223333\",\n \"Arn\": \""
                    + session("eks-prod-cart") + "\"}");

            assertThat(read.identity()).isEqualTo(IdentityKind.POD_IDENTITY);
            assertThat(read.fault()).isEqualTo(Fault.UNKNOWN);
        }

        @Test
        void is_found_in_json_with_escapes_and_across_lines() {
            DeniedText read = DeniedText.read("{\"message\":\"User:\\n\\\"" + session("eks-prod-cart")
                    + "\\\"\\n is not\n   authorized to perform: sqs:SendMessage\"}");

            assertThat(read.identity()).isEqualTo(IdentityKind.POD_IDENTITY);
            assertThat(read.facts().get(Fact.ACTION)).contains("sqs:SendMessage");
        }

        @Test
        void keeps_the_partition_of_the_role() {
            assertThat(DeniedText.read("User: arn:aws-cn:sts::111122223333:assumed-role/cart/eks-a is not authorized")
                            .facts()
                            .get(Fact.ROLE))
                    .contains("arn:aws-cn:iam::111122223333:role/cart");
        }

        @Test
        void that_is_anonymous_means_an_unsigned_request() {
            DeniedText read = DeniedText.read("User: anonymous is not authorized to perform: es:ESHttpGet");

            assertThat(read.identity()).isEqualTo(IdentityKind.ANONYMOUS);
            assertThat(read.fault()).isEqualTo(Fault.CREDENTIALS);
        }

        @Test
        void that_the_text_does_not_name_is_said_to_be_unknown() {
            DeniedText read = DeniedText.read("Access Denied (Service: Amazon S3; Status Code: 403)");

            assertThat(read.identity()).isEqualTo(IdentityKind.UNKNOWN);
            assertThat(problems(read)).containsExactly(Problem.IDENTITY_NOT_NAMED);
            assertThat(read.fault()).isEqualTo(Fault.UNKNOWN);
        }

        @Test
        void of_the_agent_is_not_taken_for_the_pods() {
            DeniedText read = DeniedText.read("[1-2]: (AccessDeniedException): User: " + session("i-0abc1234def567890")
                    + " is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: *, fault: client");

            assertThat(problems(read)).containsExactly(Problem.NODE_ROLE_LACKS_EKS_AUTH);
        }

        @Test
        void that_an_explicit_deny_hits_needs_no_further_permission() {
            assertThat(problems(DeniedText.read(
                            denied(session("eks-a")).replace("because no", "with an explicit deny, because no"))))
                    .contains(Problem.PERMISSION_DENIED);
        }
    }

    @Nested
    class KnownTexts {

        static Stream<Arguments> reports() {
            return Stream.of(
                    arguments(
                            "Cannot fetch credentials from container - neither AWS_CONTAINER_CREDENTIALS_FULL_URI or"
                                    + " AWS_CONTAINER_CREDENTIALS_RELATIVE_URI environment variables are set.",
                            Problem.NO_CONTAINER_SETTINGS),
                    arguments(
                            "neither AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
                                    + " environment variables are set. at io.kubernetes.Main",
                            Problem.NO_CONTAINER_SETTINGS_IN_POD),
                    arguments("Connect to 169.254.170.23:80 failed: connect timed out", Problem.AGENT_UNREACHABLE),
                    arguments(
                            "dial tcp 169.254.170.23:80: connect: connection refused",
                            Problem.AGENT_REFUSES_CONNECTION),
                    arguments("GET http://169.254.170.23/v1/credentials: Read timed out", Problem.AGENT_TIMES_OUT),
                    arguments("[fd00:ec2::23]:80: connect: network is unreachable", Problem.NO_IPV6),
                    arguments(
                            "The full URI (http://169.254.170.23/v1/credentials) contained within environment variable"
                                    + " AWS_CONTAINER_CREDENTIALS_FULL_URI has an invalid host. Host should resolve to a"
                                    + " loopback address or have the full URI be HTTPS.",
                            Problem.SDK_TOO_OLD_FOR_POD_IDENTITY),
                    arguments(
                            "invalid endpoint host, \"169.254.170.23\", only loopback hosts are allowed",
                            Problem.SDK_TOO_OLD_FOR_POD_IDENTITY),
                    arguments(
                            "com.amazonaws.SdkClientException: The full URI (http://[fd00:ec2::23]/v1/credentials) has an"
                                    + " invalid host. Host should resolve to a loopback address",
                            Problem.SDK_V1_NEEDS_IPV6_MODE),
                    arguments(
                            "software.amazon.awssdk.core.exception.SdkClientException: The full URI"
                                    + " (http://[fd00:ec2::23]/v1/credentials) has an invalid host. Host should resolve to"
                                    + " a loopback address",
                            Problem.SDK_V2_NEEDS_IPV6_MODE),
                    arguments(
                            "The full URI (http://aws-creds:8080/creds) has an invalid host. Host should resolve to a"
                                    + " loopback address or have the full URI be HTTPS.",
                            Problem.HOST_NOT_ALLOWED),
                    arguments(
                            "Failed to read token file /var/run/secrets/pods.eks.amazonaws.com/serviceaccount/"
                                    + "eks-pod-identity-token: NotEntitledException",
                            Problem.TOKEN_FILE_IN_SANDBOX),
                    arguments("Failed to read token file", Problem.TOKEN_FILE_IN_SANDBOX),
                    arguments(
                            "open /var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token:"
                                    + " permission denied",
                            Problem.TOKEN_FILE_PERMISSION_DENIED),
                    arguments(
                            "open /var/run/secrets/eks.amazonaws.com/serviceaccount/token: permission denied",
                            Problem.WEB_IDENTITY_TOKEN_FILE_UNREADABLE),
                    arguments(
                            "Cannot change principals during re-authentication from IAM.arn:aws:sts::111122223333:"
                                    + "assumed-role/cart/eks-a: to IAM.arn:aws:sts::111122223333:assumed-role/cart/eks-b:",
                            Problem.MSK_PRINCIPAL_CHANGES),
                    arguments(
                            "User: " + session("eks-a")
                                    + " is not authorized to perform: sts:TagSession on resource:"
                                    + " arn:aws:iam::111122223333:role/X",
                            Problem.TAG_SESSION_DENIED),
                    arguments(
                            "Packed size of session tags consumes 112% of allotted space",
                            Problem.SESSION_TAGS_TOO_LARGE),
                    arguments(
                            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role"
                                    + " chaining",
                            Problem.ROLE_CHAINING_ONE_HOUR),
                    arguments(
                            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
                            Problem.MAX_SESSION_DURATION),
                    arguments(
                            "No OpenIDConnect provider found in your account for https://oidc.eks.eu-west-1.amazonaws.com",
                            Problem.OIDC_PROVIDER_MISSING),
                    arguments(
                            "The web identity token provided could not be validated (InvalidIdentityToken)",
                            Problem.WEB_IDENTITY_TOKEN_INVALID),
                    arguments(
                            "Not authorized to perform sts:AssumeRoleWithWebIdentity (Service: Sts, Status Code: 403)",
                            Problem.WEB_IDENTITY_TRUST_POLICY),
                    arguments("InvalidIdentityToken: Incorrect token audience", Problem.WEB_IDENTITY_AUDIENCE),
                    arguments("ValidationError: Request ARN is invalid", Problem.ROLE_ARN_INVALID),
                    arguments(
                            "ExpiredTokenException: Token expired: current date/time 1700000000 must be before the"
                                    + " expiration date/time 1690000000 (Service: Sts)",
                            Problem.WEB_IDENTITY_TOKEN_EXPIRED),
                    arguments(
                            "To use web identity tokens, the 'sts' service module must be on the class path.",
                            Problem.STS_MODULE_MISSING),
                    arguments(
                            "To use Sso related properties in the 'dev' profile, the 'sso' service module must be on the"
                                    + " class path.",
                            Problem.SSO_MODULE_MISSING),
                    arguments(
                            "Multiple HTTP implementations were found on the classpath. To avoid non-deterministic loading"
                                    + " implementations, please explicitly provide an HTTP client",
                            Problem.MULTIPLE_HTTP_CLIENTS),
                    arguments("Unable to find a region via the region provider chain", Problem.REGION_MISSING),
                    arguments(
                            "Connect to sts.amazonaws.com:443 [sts.amazonaws.com/1.2.3.4] failed: connect timed out",
                            Problem.STS_UNREACHABLE),
                    arguments("dial tcp: lookup sts.eu-west-1.amazonaws.com: no such host", Problem.STS_UNREACHABLE),
                    arguments(
                            "Failed to load credentials from IMDS: java.net.SocketTimeoutException: connect timed out",
                            Problem.INSTANCE_METADATA_HOP_LIMIT),
                    arguments(
                            "connect EINVAL 169.254.169.254:80 - Local (0.0.0.0:0)",
                            Problem.ECS_FELL_THROUGH_TO_INSTANCE_METADATA),
                    arguments(
                            "java.net.ConnectException: Invalid argument: 169.254.169.254/169.254.169.254:80",
                            Problem.ECS_FELL_THROUGH_TO_INSTANCE_METADATA),
                    arguments(
                            "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/x'",
                            Problem.ECS_CANNOT_ASSUME_ROLE),
                    arguments(
                            "{\"code\":\"InvalidIdInRequest\",\"message\":\"CredentialsV2Request: ID not found\"}",
                            Problem.ECS_ID_UNKNOWN),
                    arguments("404 page not found", Problem.WRONG_PATH),
                    arguments(
                            "ExpiredToken: The provided token has expired. (Service: S3, Status Code: 400)",
                            Problem.CREDENTIALS_COPIED_BY_APPLICATION),
                    arguments(
                            "Service account token failed basic claim validations: token is expired",
                            Problem.FIXED_TOKEN_EXPIRED),
                    arguments(
                            "[0a]: (ExpiredTokenException): The token included in the request is expired: current"
                                    + " date/time 2 must be before the expiration date/time 1, fault: client",
                            Problem.FIXED_TOKEN_EXPIRED),
                    arguments("Source profile name is not specified", Problem.SDK_V1_CREDENTIAL_SOURCE),
                    arguments(
                            "level=error msg=\"error getting credentials: operation error EKS Auth: context canceled\"",
                            Problem.CLIENT_TIMEOUT_TOO_SHORT),
                    arguments(
                            "SaslAuthenticationException: [6ec6f8d4-0a7c-4a55-8b3d-1]: Access denied",
                            Problem.OTHER_IDENTITY_IN_JVM),
                    arguments(
                            "(AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the"
                                    + " associated role., fault: client",
                            Problem.ROLE_TRUST_POLICY),
                    arguments(
                            "[0a]: (ResourceNotFoundException): No association found, fault: client",
                            Problem.NO_ASSOCIATION),
                    arguments("[0a]: (ThrottlingException): Rate exceeded, fault: client", Problem.EKS_AUTH_THROTTLES),
                    arguments(
                            "Access Denied. Called agent through invalid address, please use either [169.254.170.23]",
                            Problem.HOST_HEADER_REWRITTEN),
                    arguments(
                            "Service account token cannot be parsed: token is malformed: could not base64 decode header:"
                                    + " illegal base64 data at input byte 6",
                            Problem.TOKEN_HAS_BEARER_PREFIX),
                    arguments(
                            "The security token included in the request is invalid (UnrecognizedClientException)",
                            Problem.ACCESS_KEY_REJECTED),
                    arguments(
                            "Signature expired: 20261124T1000Z is now earlier than 20261124T1015Z",
                            Problem.CLOCK_SKEW));
        }

        @ParameterizedTest
        @MethodSource("reports")
        void lead_to_their_problem(String text, Problem problem) {
            DeniedText read = DeniedText.read(text);

            assertThat(problems(read)).startsWith(problem);
            assertThat(read.findings().get(0).remedy()).isNotBlank();
        }

        @Test
        void are_found_in_a_long_stack_trace() {
            String trace = "at com.example.Main.main(Main.java:1)\n".repeat(60_000);

            assertThat(problems(DeniedText.read(trace + "Caused by: Packed size of session tags consumes 112%")))
                    .containsExactly(Problem.SESSION_TAGS_TOO_LARGE);
        }

        @Test
        void of_tag_session_name_the_role_that_was_to_be_assumed() {
            Finding finding = DeniedText.read(
                            "User: " + session("eks-a")
                                    + " is not authorized to perform: sts:TagSession on resource: arn:aws:iam::444455556666:role/X")
                    .findings()
                    .get(0);

            assertThat(finding.statement()).contains("arn:aws:iam::444455556666:role/X");
            assertThat(finding.paste()).contains("\"Resource\": \"arn:aws:iam::444455556666:role/X\"");
        }

        @Test
        void of_tag_session_mention_the_external_id() {
            assertThat(problems(DeniedText.read("is not authorized to perform: sts:TagSession on resource: x")))
                    .contains(Problem.EXTERNAL_ID_MISSING);
        }

        @Test
        void of_several_http_clients_are_harmless_where_the_sdk_chooses_one() {
            assertThat(DeniedText.read(
                                    "Multiple HTTP implementations were found on the classpath. The SDK will use A since"
                                            + " it has the highest priority.")
                            .findings())
                    .isEmpty();
        }

        @Test
        void of_an_expired_session_are_not_blamed_on_a_web_identity_in_the_stack_trace() {
            assertThat(problems(DeniedText.read("ExpiredToken: The provided token has expired. at "
                            + "software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider")))
                    .containsExactly(Problem.CREDENTIALS_COPIED_BY_APPLICATION);
        }

        @Test
        void of_lanyard_are_read_by_their_ids() {
            assertThat(problems(DeniedText.read("No credentials. Remedy: create the association [no-association]")))
                    .containsExactly(Problem.NO_ASSOCIATION);
        }

        @Test
        void that_say_nothing_have_no_finding() {
            DeniedText read = DeniedText.read("NullPointerException at com.example.Main");

            assertThat(read.findings()).isEmpty();
            assertThat(read.fault()).isEqualTo(Fault.UNKNOWN);
        }

        @Test
        void are_completed_by_names_that_are_known() {
            Facts known = Facts.none().with(Fact.CLUSTER, "prod").with(Fact.NAMESPACE, "shop");

            assertThat(DeniedText.read(denied(session("i-0abc1234def567890")), known)
                            .findings()
                            .get(0)
                            .paste())
                    .contains("--cluster-name prod --namespace shop");
        }
    }

    private static List<Problem> problems(DeniedText read) {
        return read.findings().stream().map(Finding::problem).toList();
    }
}
