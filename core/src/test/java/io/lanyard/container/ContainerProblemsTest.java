// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.address;
import static io.lanyard.container.SourceWorld.answer;
import static io.lanyard.container.SourceWorld.failure;
import static io.lanyard.container.SourceWorld.good;
import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.container.SourceWorld.Answer;
import io.lanyard.container.SourceWorld.Content;
import io.lanyard.diagnose.Problem;
import io.lanyard.spi.Clock;
import io.lanyard.spi.HostResolver;
import io.lanyard.spi.NotRegularFileException;
import io.lanyard.testkit.EksAuthAnswer;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.token.ServiceAccountTokens;
import io.lanyard.testsupport.Jwt;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each situation of the container source leads to its problem. Numbers are those of the error catalogue. */
class ContainerProblemsTest {

    private static final String EKS = "http://169.254.170.23/v1/credentials";
    private static final String EKS_V6 = "http://[fd00:ec2::23]/v1/credentials";
    private static final String ECS = "http://169.254.170.2/v2/credentials/id";
    private static final String LOCAL = "http://127.0.0.1:9/";
    private static final String GREENGRASS = "http://localhost:9/2016-11-01/credentialprovider/";

    static Stream<Arguments> answers() {
        return Stream.of(
                row("7 a redirect", EKS, answer(302, ""), Problem.PROXY_ANSWERS, "a proxy"),
                row(
                        "7 a proxy's own words",
                        EKS,
                        answer(502, "<html>", Map.of("Via", "1.1 squid")),
                        Problem.PROXY_ANSWERS,
                        "token as exposed"),
                row(
                        "7 squid",
                        EKS,
                        answer(403, "<html>", Map.of("Server", "squid/5.7")),
                        Problem.PROXY_ANSWERS,
                        "a proxy"),
                row(
                        "8 Host",
                        EKS,
                        eks(
                                403,
                                "Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not localhost"),
                        Problem.HOST_HEADER_REWRITTEN,
                        "use the literal address"),
                row(
                        "9 no token",
                        EKS,
                        eks(400, "Service account token cannot be empty"),
                        Problem.TOKEN_NOT_SET,
                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
                row(
                        "10 Bearer",
                        EKS,
                        eks(
                                400,
                                "Service account token cannot be parsed: token is malformed: could not base64 decode header: illegal base64 data at input byte 6"),
                        Problem.TOKEN_HAS_BEARER_PREFIX,
                        "remove \"Bearer \" before the token of the option token"),
                row(
                        "10 another file",
                        EKS,
                        eks(
                                400,
                                "Service account token cannot be parsed: token is malformed: token contains an invalid number of segments"),
                        Problem.FIXED_TOKEN_NOT_A_TOKEN,
                        "in a pod, set"),
                row(
                        "11 expired",
                        EKS,
                        eks(
                                400,
                                "Service account token failed basic claim validations: token has invalid claims: token is expired"),
                        Problem.FIXED_TOKEN_EXPIRED,
                        "has expired"),
                row(
                        "11 expired at EKS Auth",
                        EKS,
                        eks(400, "[1]: (ExpiredTokenException): Token expired, fault: client"),
                        Problem.FIXED_TOKEN_EXPIRED,
                        "has expired"),
                row(
                        "12 not yet",
                        EKS,
                        eks(400, "Service account token failed basic claim validations: token is not valid yet"),
                        Problem.TOKEN_NOT_YET_VALID,
                        "time synchronisation"),
                row(
                        "13 trust",
                        EKS,
                        eks(
                                400,
                                "[1]: (AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role., fault: client"),
                        Problem.ROLE_TRUST_POLICY,
                        "sts:TagSession"),
                row(
                        "14 node role",
                        EKS,
                        eks(
                                400,
                                "[1]: (AccessDeniedException): User: arn:aws:sts::111122223333:assumed-role/NodeRole/i-1 is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: x, fault: client"),
                        Problem.NODE_ROLE_LACKS_EKS_AUTH,
                        "AmazonEKSWorkerNodePolicy"),
                row(
                        "15 token",
                        EKS,
                        eks(400, "[1]: (InvalidTokenException): Unable to verify token, fault: client"),
                        Problem.FIXED_TOKEN_OF_OTHER_CLUSTER,
                        "another cluster or audience"),
                row(
                        "15 request",
                        EKS,
                        eks(400, "[1]: (InvalidRequestException): x, fault: client"),
                        Problem.EKS_AUTH_REJECTS_REQUEST,
                        "--cluster-name"),
                row(
                        "15 parameter",
                        EKS,
                        eks(400, "[1]: (InvalidParameterException): x, fault: client"),
                        Problem.EKS_AUTH_REJECTS_REQUEST,
                        "--cluster-name"),
                row(
                        "15 a token without a pod",
                        EKS,
                        eks(400, "[1]: (InvalidTokenException): missing kubernetes.io claims, fault: client"),
                        Problem.TOKEN_NOT_BOUND_TO_POD,
                        "not bound to a pod"),
                row(
                        "15 a token without a pod, to newer agents",
                        EKS,
                        eks(
                                400,
                                "failed to get pod uid from service account token: Service account token missing pod claims"),
                        Problem.TOKEN_NOT_BOUND_TO_POD,
                        "not bound to a pod"),
                row(
                        "16 association",
                        EKS,
                        eks(
                                404,
                                "[1]: (ResourceNotFoundException): No association found for service account a/b in cluster c, fault: client"),
                        Problem.NO_ASSOCIATION,
                        "create-pod-identity-association"),
                row("17 path", EKS, eks(404, "404 page not found\n"), Problem.WRONG_PATH, "/v1/credentials"),
                row(
                        "17 the path of ecs-local",
                        "http://127.0.0.1:9/v3/creds",
                        answer(404, "404 page not found\n"),
                        Problem.WRONG_PATH,
                        "ecs-local /creds"),
                row(
                        "18 agent's limit",
                        EKS,
                        eks(429, "Too Many Requests"),
                        Problem.AGENT_LIMITS_REQUESTS,
                        "share one provider"),
                row(
                        "18 EKS Auth's limit",
                        EKS,
                        eks(429, "[1]: (ThrottlingException): Rate exceeded, fault: client"),
                        Problem.EKS_AUTH_THROTTLES,
                        "throttles this account"),
                row(
                        "18 ECS's limit",
                        ECS,
                        eks(429, "You have reached maximum request limit."),
                        Problem.ECS_AGENT_LIMITS_REQUESTS,
                        "each client and path"),
                row("19 no EKS Auth", EKS, eks(500, "[]"), Problem.EKS_AUTH_UNREACHABLE, "VPC"),
                row(
                        "20 no role",
                        EKS,
                        eks(
                                500,
                                "error getting credentials to cache: unable to fetch credentials from EKS Auth: operation error EKS Auth: AssumeRoleForPodIdentity, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error"),
                        Problem.AGENT_HAS_NO_CREDENTIALS,
                        "instance profile"),
                row(
                        "20 another server's own credentials",
                        LOCAL,
                        answer(500, "{\"Message\":\"failed to refresh cached credentials, base credentials failed\"}"),
                        Problem.SERVER_HAS_NO_CREDENTIALS,
                        "sign in again"),
                row(
                        "21 node's clock",
                        EKS,
                        eks(500, "fetched credentials are expired or will expire within the next 12.00 seconds"),
                        Problem.NODE_CLOCK_WRONG,
                        "clock is wrong"),
                row(
                        "22 internal",
                        EKS,
                        eks(500, "[1]: (InternalServerException): x, fault: server"),
                        Problem.EKS_AUTH_FAILS,
                        "AWS Support"),
                row(
                        "22 unavailable",
                        EKS,
                        eks(503, "[1]: (ServiceUnavailableException): x, fault: server"),
                        Problem.EKS_AUTH_FAILS,
                        "AWS Support"),
                row(
                        "24 expired",
                        EKS,
                        answer(200, good("2026-11-22T09:00:00Z")),
                        Problem.AGENT_SERVES_EXPIRED_CREDENTIALS,
                        "check this machine's clock"),
                row(
                        "26 id",
                        ECS,
                        answer(400, "{\"code\":\"InvalidIdInRequest\",\"message\":\"m\"}"),
                        Problem.ECS_ID_UNKNOWN,
                        "restarted"),
                row(
                        "26 id, as older agents say",
                        ECS,
                        answer(
                                400,
                                "{\"code\":\"InvalidIdInRequest\",\"message\":\"CredentialsV2Request: ID not found\"}"),
                        Problem.ECS_ID_UNKNOWN,
                        "start the task again"),
                row(
                        "26 id with a slash at its end",
                        ECS + "/",
                        answer(400, "{\"code\":\"InvalidIdInRequest\",\"message\":\"m\"}"),
                        Problem.ECS_ID_ENDS_WITH_SLASH,
                        "remove the '/' at the end of the option fullUri"),
                row(
                        "26 uninitialized",
                        ECS,
                        answer(503, "{\"code\":\"CredentialsUninitialized\",\"message\":\"m\"}"),
                        Problem.ECS_AGENT_RESTARTED,
                        "restarted"),
                row(
                        "26 no id",
                        ECS,
                        answer(400, "{\"code\":\"NoIdInRequest\",\"message\":\"m\"}"),
                        Problem.ECS_ID_MISSING,
                        "end the option fullUri with the task's id"),
                row(
                        "27 a bare 403",
                        LOCAL,
                        answer(403, ""),
                        Problem.FIXED_TOKEN_REJECTED_BY_SERVER,
                        "rejects the token"),
                row(
                        "27 a bare 401",
                        LOCAL,
                        answer(401, ""),
                        Problem.FIXED_TOKEN_REJECTED_BY_SERVER,
                        "rejects the token"),
                row(
                        "27 local server",
                        LOCAL,
                        answer(403, "invalid Authorization token"),
                        Problem.FIXED_TOKEN_REJECTED_BY_SERVER,
                        "set the option token to the token that it printed"),
                row(
                        "27 aws-sso without a login",
                        "http://127.0.0.1:9/",
                        answer(404, "{\"code\":\"404\",\"message\":\"Credentials expired\"}"),
                        Problem.SERVER_HAS_NO_CREDENTIALS,
                        "aws-sso ecs load"),
                row(
                        "27 a Greengrass component without the dependency",
                        GREENGRASS,
                        answer(403, ""),
                        Problem.GREENGRASS_REJECTS_COMPONENT,
                        "aws.greengrass.TokenExchangeService"),
                row(
                        "27 a role alias",
                        GREENGRASS,
                        answer(403, "TES responded with status code: 403. Caching response. {}"),
                        Problem.GREENGRASS_ROLE_ALIAS,
                        "role alias"),
                row(
                        "27 a server whose credentials may not assume the role",
                        LOCAL,
                        answer(
                                500,
                                "{\"code\":\"AccessDenied\",\"message\":\"not authorized to perform: sts:AssumeRole on resource: x\"}"),
                        Problem.SERVER_MAY_NOT_ASSUME_ROLE,
                        "allow sts:AssumeRole in their policy"),
                row(
                        "no agent at all",
                        EKS,
                        answer(200, "<html>welcome</html>"),
                        Problem.UNUSABLE_ANSWER,
                        "the URI is the agent's"));
    }

    static Stream<Arguments> brokenExchanges() {
        return Stream.of(
                row(
                        "4 refused",
                        EKS,
                        thrown(new ConnectException("Connection refused")),
                        Problem.AGENT_REFUSES_CONNECTION,
                        "kubectl -n kube-system get ds,pods"),
                row(
                        "4 refused, over IPv6",
                        EKS_V6,
                        thrown(new ConnectException("Connection refused")),
                        Problem.AGENT_REFUSES_CONNECTION,
                        "kubectl"),
                row(
                        "4 refused elsewhere",
                        ECS,
                        thrown(new ConnectException("Connection refused")),
                        Problem.SERVER_REFUSES_CONNECTION,
                        "nothing listens at 169.254.170.2"),
                row(
                        "5 connect timeout",
                        EKS,
                        thrown(new SocketTimeoutException("connect timed out after 2000 ms")),
                        Problem.AGENT_UNREACHABLE,
                        "aws eks create-addon"),
                row(
                        "5 the JDK's connect timeout",
                        EKS,
                        thrown(new SocketTimeoutException("Connect timed out")),
                        Problem.AGENT_UNREACHABLE,
                        "tolerations of tainted nodes"),
                row(
                        "5 no route",
                        EKS,
                        thrown(new NoRouteToHostException("No route to host")),
                        Problem.NO_ROUTE_TO_AGENT,
                        "network policies"),
                row(
                        "6 no IPv6",
                        EKS_V6,
                        thrown(new SocketException("Network is unreachable")),
                        Problem.NO_IPV6,
                        "java.net.preferIPv4Stack"),
                row(
                        "6 no IPv6 in the JVM",
                        EKS_V6,
                        thrown(new SocketException("Protocol family unavailable")),
                        Problem.NO_IPV6,
                        "IPv4"),
                row(
                        "6 no network",
                        EKS,
                        thrown(new ConnectException("Network is unreachable")),
                        Problem.NO_ROUTE_TO_AGENT,
                        "no route"),
                row(
                        "23 read timeout",
                        EKS,
                        thrown(new SocketTimeoutException("the answer was not complete in time")),
                        Problem.AGENT_TIMES_OUT,
                        "EKS Auth"),
                row(
                        "23 read timeout elsewhere",
                        ECS,
                        thrown(new SocketTimeoutException("Read timed out")),
                        Problem.SERVER_TIMES_OUT,
                        "check the server's log"),
                row(
                        "26 timeout of the ECS agent",
                        ECS,
                        thrown(new SocketTimeoutException("connect timed out after 2000 ms")),
                        Problem.SERVER_UNREACHABLE,
                        "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST"),
                row(
                        "a name that has no address any more",
                        "https://a.example/",
                        thrown(new UnknownHostException("a.example")),
                        Problem.HOST_UNRESOLVED,
                        "check the name and the resolver"),
                row(
                        "a certificate",
                        "https://a.example/",
                        thrown(new SSLHandshakeException("PKIX path building failed")),
                        Problem.TLS_FAILED,
                        "certificate"),
                row(
                        "a transport that throws",
                        EKS,
                        request -> {
                            throw new IllegalStateException("x");
                        },
                        Problem.TRANSPORT_FAILED,
                        "check the transport"));
    }

    private static Arguments row(String name, String uri, Answer answer, Problem problem, String fix) {
        return Arguments.of(name, uri, answer, problem, fix);
    }

    private static Answer eks(int status, String text) {
        return answer(status, text, Map.of("Content-Type", "text/plain; charset=utf-8"));
    }

    private static Answer thrown(IOException e) {
        return request -> {
            throw e;
        };
    }

    private static void assertProblem(CredentialsException failure, Problem problem, String fix) {
        assertThat(failure.finding()).contains(problem.id());
        assertThat(failure.remedy().orElseThrow()).contains(fix).doesNotContainPattern("\\{[a-z-]+}");
        assertThat(failure)
                .hasMessageContaining("Remedy: ")
                .hasMessageContaining(fix)
                .hasMessageEndingWith(" [" + problem.id() + "]");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"answers", "brokenExchanges"})
    void an_exchange_leads_to_its_problem(String name, String uri, Answer answer, Problem problem, String fix) {
        SourceWorld world = new SourceWorld().always(answer);
        world.names.put("localhost", List.of(address(127, 0, 0, 1)));

        CredentialsException failure = failure(world.builder()
                .fullUri(uri)
                .token("eyJ-CANARY")
                .startupPatience(Duration.ZERO)
                .maxAttempts(1)
                .build());

        assertProblem(failure, problem, fix);
        assertThat(failure.endpoint().orElseThrow()).isEqualTo(uri);
    }

    @Test
    void a_node_of_fargate_or_windows_has_no_agent() {
        SourceWorld world = new SourceWorld().always(thrown(new SocketTimeoutException("connect timed out")));
        String fargate = Jwt.of("{\"kubernetes.io\":{\"node\":{\"name\":\"fargate-ip-10-0-0-1.ec2.internal\"}}}");

        assertProblem(failedWith(world, fargate), Problem.NODE_WITHOUT_POD_IDENTITY, "IRSA");

        String path = "C:\\var\\run\\secrets\\eks-pod-identity-token";
        world.files.put(path, () -> new byte[] {'t'});
        assertProblem(
                failure(world.impatient().tokenFile(path).maxAttempts(1).build()),
                Problem.NODE_WITHOUT_POD_IDENTITY,
                "IRSA");
    }

    @Nested
    class Settings {

        private final SourceWorld world = new SourceWorld();

        private CredentialsException failed() {
            return failure(world.builder().build());
        }

        @Test
        void a_pod_without_settings_is_older_than_its_association() {
            world.variables.put("KUBERNETES_SERVICE_HOST", "10.100.0.1");

            assertProblem(failed(), Problem.NO_CONTAINER_SETTINGS_IN_POD, "recreate the pod");
        }

        @Test
        void a_task_without_settings_has_no_task_role() {
            world.variables.put("ECS_CONTAINER_METADATA_URI_V4", "http://169.254.170.2/v4/x");

            assertProblem(failed(), Problem.NO_TASK_ROLE, "taskRoleArn");
        }

        @Test
        void elsewhere_both_are_named() {
            assertProblem(failed(), Problem.NO_CONTAINER_SETTINGS, "task role");
        }

        @Test
        void a_token_without_a_uri_is_named() {
            world.variables.put("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", SourceWorld.TOKEN_PATH);

            assertProblem(failed(), Problem.TOKEN_WITHOUT_URI, "unset AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
        }

        @Test
        void an_environment_that_fails_is_named() {
            io.lanyard.spi.Environment failing = new io.lanyard.spi.Environment() {
                @Override
                public @Nullable String variable(String name) {
                    throw new IllegalStateException("x");
                }

                @Override
                public @Nullable String property(String name) {
                    return null;
                }

                @Override
                public byte[] readFile(String path, int limit) {
                    throw new AssertionError();
                }
            };

            assertProblem(
                    failure(world.builder().environment(failing).build()),
                    Problem.SETTING_CANNOT_BE_READ,
                    "check the Environment");
        }

        @Test
        void an_ssl_context_that_is_not_initialized_is_named() throws NoSuchAlgorithmException {
            ContainerCredentialsSource source = ContainerCredentialsSource.builder()
                    .fullUri("https://127.0.0.1:9/")
                    .environment(world)
                    .sslContext(SSLContext.getInstance("TLS"))
                    .build();

            assertProblem(failure(source), Problem.SSL_CONTEXT_NOT_INITIALIZED, "SSLContext.init");
        }
    }

    @Nested
    class Address {

        private CredentialsException failed(String uri) {
            SourceWorld world = new SourceWorld();
            world.names.put("agent", List.of(address(192, 168, 1, 5)));
            return failure(world.builder()
                    .fullUri(uri)
                    .startupPatience(Duration.ZERO)
                    .maxAttempts(1)
                    .build());
        }

        @Test
        void a_host_of_a_compose_file_is_allowed_by_name() {
            assertProblem(failed("http://agent:8080/creds"), Problem.HOST_NOT_ALLOWED, "allow the host by name");
        }

        @Test
        void a_name_without_an_address_is_not_resolved() {
            assertProblem(failed("http://other/creds"), Problem.HOST_UNRESOLVED, "check the name");
        }

        @Test
        void a_number_for_an_address_is_ambiguous() {
            assertProblem(failed("http://2130706433/"), Problem.AMBIGUOUS_HOST, "write the address in full");
        }

        @Test
        void a_uri_that_is_none_has_a_remedy_of_its_own() {
            assertProblem(failed("169.254.170.23"), Problem.INVALID_URI, "write it in full");
            assertProblem(failed("http://127.0.0.1/#x"), Problem.INVALID_URI, "remove the '#'");
        }

        @Test
        void a_name_is_invalid_where_none_is_resolved() {
            assertProblem(
                    failure(new SourceWorld()
                            .builder()
                            .hostResolver(HostResolver.literalsOnly())
                            .fullUri("http://agent/")
                            .build()),
                    Problem.INVALID_URI,
                    "use an IP address");
        }
    }

    @Nested
    class Token {

        private final SourceWorld world = new SourceWorld();

        private CredentialsException failed() {
            return failure(world.impatient()
                    .tokenFile(SourceWorld.TOKEN_PATH)
                    .maxAttempts(1)
                    .build());
        }

        private CredentialsException failed(Content content) {
            world.files.put(SourceWorld.TOKEN_PATH, content);
            return failed();
        }

        @Test
        void a_file_that_is_missing_or_empty_is_not_mounted() {
            assertProblem(failed(), Problem.TOKEN_FILE_MISSING, "mounted");
            assertProblem(failed(() -> new byte[0]), Problem.TOKEN_FILE_EMPTY, "mounted");
        }

        @Test
        void a_file_of_another_user_needs_fs_group() {
            assertProblem(
                    failed(() -> {
                        throw new AccessDeniedException(SourceWorld.TOKEN_PATH);
                    }),
                    Problem.TOKEN_FILE_PERMISSION_DENIED,
                    "fsGroup");
        }

        @Test
        void a_pipe_is_no_token_file() {
            assertProblem(
                    failed(() -> {
                        throw new NotRegularFileException(SourceWorld.TOKEN_PATH, "a FIFO");
                    }),
                    Problem.TOKEN_FILE_NOT_REGULAR,
                    "point the setting at the file");
        }

        @Test
        void a_failing_disk_makes_the_file_unreadable() {
            assertProblem(
                    failed(() -> {
                        throw new IOException("Input/output error");
                    }),
                    Problem.TOKEN_FILE_UNREADABLE,
                    "check the volume");
        }

        @Test
        void a_file_that_holds_something_else_is_named() {
            assertProblem(
                    failed(() -> new byte[] {(byte) 0xff}), Problem.TOKEN_FILE_NOT_A_TOKEN, "at the projected token");
            assertProblem(failed(() -> new byte[65_537]), Problem.TOKEN_FILE_NOT_A_TOKEN, "at the projected token");
            world.token("bad").always(eks(400, "Service account token cannot be parsed: token is malformed"));
            assertProblem(
                    failed(),
                    Problem.TOKEN_FILE_NOT_A_TOKEN,
                    "the option tokenFile names a file that is not a service account token");
        }

        @Test
        void a_file_with_a_line_in_it_was_written_by_something_else() {
            world.token("eyJ\nlog line");

            assertProblem(failed(), Problem.TOKEN_FILE_HAS_OTHER_TEXT, "check what writes the file");
        }

        @Test
        void a_fixed_token_with_a_line_break_is_set_anew() {
            assertProblem(
                    failure(world.impatient().token("a\nb").build()),
                    Problem.FIXED_TOKEN_HAS_OTHER_TEXT,
                    "without line breaks");
            assertProblem(
                    failure(world.impatient().token("a".repeat(70_000)).build()),
                    Problem.FIXED_TOKEN_HAS_OTHER_TEXT,
                    "to the token alone");
        }

        @Test
        void a_file_whose_token_has_expired_is_a_copy_or_not_renewed() {
            world.token("t").always(eks(400, "[1]: (ExpiredTokenException): Token expired, fault: client"));

            assertProblem(failed(), Problem.TOKEN_EXPIRED, "names the projected file itself");
        }

        @Test
        void a_file_with_the_token_of_another_cluster_is_named() {
            world.token("t").always(eks(400, "[1]: (InvalidTokenException): Unable to verify token, fault: client"));

            assertProblem(failed(), Problem.TOKEN_OF_OTHER_CLUSTER, "this pod's own projected token");
        }

        @Test
        void a_server_that_requires_a_token_gets_one() {
            world.always(answer(403, ""));

            assertProblem(failure(world.impatient().build()), Problem.SERVER_REQUIRES_TOKEN, "none is set");
            world.token("t");
            assertProblem(failed(), Problem.TOKEN_REJECTED_BY_SERVER, "the file of the option tokenFile");
        }

        @Test
        void a_file_that_never_comes_says_how_long_it_was_waited_for() {
            CredentialsException failure = failure(world.builder()
                    .fullUri(EKS)
                    .tokenFile(SourceWorld.TOKEN_PATH)
                    .build());

            assertThat(failure.category()).isEqualTo(Category.TOKEN_FILE_UNREADABLE);
            assertThat(failure.detail()).containsPattern("\\(attempt \\d+, after (9|10|11)\\.\\d s\\)");
            assertProblem(failure, Problem.TOKEN_FILE_MISSING, "token volume");
        }

        @Test
        void a_bad_fixed_token_is_not_blamed_on_a_file() {
            for (String text : new String[] {
                "Service account token cannot be parsed: token is malformed",
                "Service account token failed basic claim validations: token is expired",
                "[1]: (ExpiredTokenException): Token expired, fault: client",
                "[1]: (InvalidTokenException): Unable to verify token, fault: client",
            }) {
                assertThat(failedWith(world.always(eks(400, text)), "bad")
                                .remedy()
                                .orElseThrow())
                        .contains("the token of the option token")
                        .contains("set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE to the projected token instead");
            }
        }
    }

    @Nested
    class Time {

        @Test
        void a_load_that_is_delayed_before_its_request_names_what_may_delay_it() {
            SourceWorld world = new SourceWorld();
            world.files.put(SourceWorld.TOKEN_PATH, () -> {
                world.pass(Duration.ofMinutes(2));
                return new byte[] {'t'};
            });

            assertProblem(
                    failure(world.impatient().tokenFile(SourceWorld.TOKEN_PATH).build()),
                    Problem.DELAYED_BEFORE_REQUEST,
                    "check what delays this process");
        }
    }

    @Test
    void an_unexpected_failure_is_a_defect() {
        SourceWorld world = new SourceWorld();
        boolean[] breaks = {false};
        world.always(request -> {
            breaks[0] = true;
            return answer(200, SourceWorld.GOOD).to(request);
        });
        Clock failing = new Clock() {
            @Override
            public long epochMillis() {
                if (breaks[0]) {
                    breaks[0] = false;
                    throw new IllegalStateException("x");
                }
                return world.epochMillis();
            }

            @Override
            public long nanoTime() {
                return world.nanoTime();
            }

            @Override
            public void sleep(Duration duration) {
                world.sleep(duration);
            }
        };

        assertProblem(
                failure(world.impatient().clock(failing).maxAttempts(1).build()), Problem.LANYARD_DEFECT, "report it");
    }

    @Nested
    class Names {

        private final SourceWorld world = new SourceWorld();

        private String remedy(String token) {
            return failedWith(world, token).remedy().orElseThrow();
        }

        @Test
        void namespace_account_and_cluster_come_from_the_agents_text() {
            world.always(
                    eks(
                            404,
                            "[1]: (ResourceNotFoundException): No association found for service account shop/cart in cluster peer-cluster, fault: client"));

            assertThat(remedy("t"))
                    .contains("--cluster-name peer-cluster --namespace shop --service-account cart --role-arn ROLE");
        }

        @Test
        void the_cluster_comes_from_its_arn_too() {
            world.always(
                    eks(
                            404,
                            "[1]: (ResourceNotFoundException): nothing for arn:aws:eks:eu-west-1:111122223333:cluster/peer, fault: client"));

            assertThat(remedy("t")).contains("--cluster-name peer ");
        }

        @Test
        void namespace_and_account_come_from_the_tokens_claims_where_the_agent_does_not_say() {
            world.always(eks(404, "[1]: (ResourceNotFoundException): not found, fault: client"));
            String token = ServiceAccountTokens.create().issue("shop", "cart");

            assertThat(remedy(token)).contains("--cluster-name CLUSTER --namespace shop --service-account cart");

            world.always(eks(400, "[1]: (AccessDeniedException): Unauthorized Exception!, fault: client"));
            assertThat(remedy(token)).contains("namespace shop, service account cart");
        }

        @Test
        void a_name_that_is_none_is_no_part_of_a_command() {
            world.always(
                    eks(
                            404,
                            "[1]: (ResourceNotFoundException): No association found for service account a;curl/b$(x) in cluster c|sh, fault: client"));

            assertThat(remedy("t"))
                    .contains("--cluster-name CLUSTER --namespace NAMESPACE --service-account SERVICE_ACCOUNT")
                    .doesNotContain("curl", "|sh");
        }
    }

    private static CredentialsException failedWith(SourceWorld world, String token) {
        return failure(world.impatient().token(token).maxAttempts(1).build());
    }

    @Test
    void a_laptop_is_not_sent_to_the_nodes_instance_profile() {
        SourceWorld world = new SourceWorld()
                .always(answer(500, "{\"Message\":\"failed to refresh cached credentials, no valid sign-in\"}"));

        assertThat(failure(world.impatient().fullUri(LOCAL).build()).remedy().orElseThrow())
                .doesNotContain("instance");
    }

    @Test
    void a_failure_of_unknown_cause_has_no_finding() {
        SourceWorld world = new SourceWorld().always(answer(418, "teapot"));

        assertThat(failure(world.impatient().build()).remedy()).isEmpty();
        world.always(SourceWorld.broken("Connection reset"));
        CredentialsException reset = failure(world.impatient().build());
        assertThat(reset.remedy()).isEmpty();
        assertThat(reset.finding()).isEmpty();
    }

    /** The emulated agent's texts are the captured ones. */
    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, 404, ResourceNotFoundException, NO_ASSOCIATION, create-pod-identity-association",
        "ACCESS_DENIED_NODE_ROLE, 400, AccessDeniedException, NODE_ROLE_LACKS_EKS_AUTH, AmazonEKSWorkerNodePolicy",
        "ACCESS_DENIED_TRUST_POLICY, 400, AccessDeniedException, ROLE_TRUST_POLICY, sts:TagSession",
        "EXPIRED_TOKEN, 400, ExpiredTokenException, FIXED_TOKEN_EXPIRED, has expired",
        "INVALID_TOKEN, 400, InvalidTokenException, FIXED_TOKEN_OF_OTHER_CLUSTER, another cluster",
        "INVALID_PARAMETER, 400, InvalidParameterException, EKS_AUTH_REJECTS_REQUEST, --cluster-name",
        "INVALID_REQUEST, 400, InvalidRequestException, EKS_AUTH_REJECTS_REQUEST, bound to a pod",
        "THROTTLED, 429, ThrottlingException, EKS_AUTH_THROTTLES, throttles",
        "INTERNAL_ERROR, 500, InternalServerException, EKS_AUTH_FAILS, AWS Support",
        "UNAVAILABLE, 503, ServiceUnavailableException, EKS_AUTH_FAILS, AWS Support",
        "UNREACHABLE, 500, , EKS_AUTH_UNREACHABLE, EKS Auth",
        "NO_NODE_CREDENTIALS, 500, , AGENT_HAS_NO_CREDENTIALS, instance profile",
    })
    void an_answer_of_the_emulated_agent_leads_to_its_problem(
            EksAuthAnswer upstream, int status, @Nullable String code, Problem problem, String fix) {
        try (EksPodIdentityAgent agent = EksPodIdentityAgent.start()) {
            agent.associate("default", "app", "arn:aws:iam::111122223333:role/Remedy");
            agent.eksAuth().answerWith(upstream);

            CredentialsException failure = failure(ContainerCredentialsSource.builder()
                    .fullUri(agent.credentialsUri().toString())
                    .token(ServiceAccountTokens.create().issue("default", "app"))
                    .startupPatience(Duration.ZERO)
                    .maxAttempts(1)
                    .build());

            assertThat(failure.status()).hasValue(status);
            assertThat(failure.serviceCode().orElse(null)).isEqualTo(code);
            assertProblem(failure, problem, fix);
            if (code != null) {
                assertThat(failure.requestId()).contains("11111111-2222-3333-4444-555555555555");
            }
        }
    }
}
