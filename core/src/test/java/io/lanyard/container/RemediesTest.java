// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.answer;
import static io.lanyard.container.SourceWorld.failure;
import static io.lanyard.container.SourceWorld.good;
import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.CredentialsException;
import io.lanyard.container.SourceWorld.Answer;
import io.lanyard.testkit.EksAuthAnswer;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What one exchange alone can tell of its cause is told with the fix. Numbers are those of the error catalogue. */
class RemediesTest {

    private static final String EKS = "http://169.254.170.23/v1/credentials";
    private static final String EKS_V6 = "http://[fd00:ec2::23]/v1/credentials";
    private static final String ECS = "http://169.254.170.2/v2/credentials/id";

    static Stream<Arguments> answers() {
        return Stream.of(
                row("7 a redirect", EKS, answer(302, ""), "a proxy"),
                row(
                        "7 a proxy's own words",
                        EKS,
                        answer(502, "<html>", Map.of("Via", "1.1 squid")),
                        "token as exposed"),
                row("7 squid", EKS, answer(403, "<html>", Map.of("Server", "squid/5.7")), "a proxy"),
                row(
                        "8 Host",
                        EKS,
                        eks(
                                403,
                                "Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not localhost"),
                        "use the literal address"),
                row(
                        "9 no token",
                        EKS,
                        eks(400, "Service account token cannot be empty"),
                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
                row(
                        "10 Bearer",
                        EKS,
                        eks(
                                400,
                                "Service account token cannot be parsed: token is malformed: could not base64 decode header: illegal base64 data at input byte 6"),
                        "remove \"Bearer \""),
                row(
                        "10 another file",
                        EKS,
                        eks(
                                400,
                                "Service account token cannot be parsed: token is malformed: token contains an invalid number of segments"),
                        "is not a service account token: in a pod, set"),
                row(
                        "11 expired",
                        EKS,
                        eks(
                                400,
                                "Service account token failed basic claim validations: token has invalid claims: token is expired"),
                        "has expired"),
                row(
                        "11 expired at EKS Auth",
                        EKS,
                        eks(400, "[1]: (ExpiredTokenException): Token expired, fault: client"),
                        "has expired"),
                row(
                        "12 not yet",
                        EKS,
                        eks(400, "Service account token failed basic claim validations: token is not valid yet"),
                        "time synchronisation"),
                row(
                        "13 trust",
                        EKS,
                        eks(
                                400,
                                "[1]: (AccessDeniedException): Unauthorized Exception! EKS does not have permissions to assume the associated role., fault: client"),
                        "sts:TagSession"),
                row(
                        "14 node role",
                        EKS,
                        eks(
                                400,
                                "[1]: (AccessDeniedException): User: arn:aws:sts::111122223333:assumed-role/NodeRole/i-1 is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: x, fault: client"),
                        "AmazonEKSWorkerNodePolicy"),
                row(
                        "15 token",
                        EKS,
                        eks(400, "[1]: (InvalidTokenException): Unable to verify token, fault: client"),
                        "another cluster or audience"),
                row("15 request", EKS, eks(400, "[1]: (InvalidRequestException): x, fault: client"), "--cluster-name"),
                row(
                        "15 parameter",
                        EKS,
                        eks(400, "[1]: (InvalidParameterException): x, fault: client"),
                        "--cluster-name"),
                row(
                        "16 association",
                        EKS,
                        eks(
                                404,
                                "[1]: (ResourceNotFoundException): No association found for service account a/b in cluster c, fault: client"),
                        "create-pod-identity-association"),
                row("17 path", EKS, eks(404, "404 page not found\n"), "/v1/credentials"),
                row("18 agent's limit", EKS, eks(429, "Too Many Requests"), "share one provider"),
                row(
                        "18 EKS Auth's limit",
                        EKS,
                        eks(429, "[1]: (ThrottlingException): Rate exceeded, fault: client"),
                        "throttles this account"),
                row("18 ECS's limit", ECS, eks(429, "You have reached maximum request limit."), "each client and path"),
                row(
                        "15 a token without a pod",
                        EKS,
                        eks(400, "[1]: (InvalidTokenException): missing kubernetes.io claims, fault: client"),
                        "not bound to a pod"),
                row(
                        "15 a token without a pod, to newer agents",
                        EKS,
                        eks(
                                400,
                                "failed to get pod uid from service account token: Service account token missing pod claims"),
                        "not bound to a pod"),
                row(
                        "20 another server's own credentials",
                        "http://127.0.0.1:9/",
                        answer(500, "{\"Message\":\"failed to refresh cached credentials, base credentials failed\"}"),
                        "sign in again"),
                row(
                        "26 id with a slash at its end",
                        ECS + "/",
                        answer(400, "{\"code\":\"InvalidIdInRequest\",\"message\":\"m\"}"),
                        "remove the '/'"),
                row("27 a bare 403", "http://127.0.0.1:9/", answer(403, ""), "rejects the token"),
                row("27 a bare 401", "http://127.0.0.1:9/", answer(401, ""), "rejects the token"),
                row("19 no EKS Auth", EKS, eks(500, "[]"), "VPC"),
                row(
                        "20 no role",
                        EKS,
                        eks(
                                500,
                                "error getting credentials to cache: unable to fetch credentials from EKS Auth: operation error EKS Auth: AssumeRoleForPodIdentity, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error"),
                        "instance profile"),
                row(
                        "21 node's clock",
                        EKS,
                        eks(500, "fetched credentials are expired or will expire within the next 12.00 seconds"),
                        "clock is wrong"),
                row("22 internal", EKS, eks(500, "[1]: (InternalServerException): x, fault: server"), "AWS Support"),
                row(
                        "22 unavailable",
                        EKS,
                        eks(503, "[1]: (ServiceUnavailableException): x, fault: server"),
                        "AWS Support"),
                row("24 ended", EKS, answer(200, good("2026-11-22T09:00:00Z")), "check this machine's clock"),
                row("26 id", ECS, answer(400, "{\"code\":\"InvalidIdInRequest\",\"message\":\"m\"}"), "restarted"),
                row(
                        "26 uninitialized",
                        ECS,
                        answer(503, "{\"code\":\"CredentialsUninitialized\",\"message\":\"m\"}"),
                        "restarted"),
                row(
                        "26 no id",
                        ECS,
                        answer(400, "{\"code\":\"NoIdInRequest\",\"message\":\"m\"}"),
                        "the URI is incomplete"),
                row(
                        "27 local server",
                        "http://127.0.0.1:9/",
                        answer(403, "invalid Authorization token"),
                        "set the option token to the token that it printed"),
                row("no agent at all", EKS, answer(200, "<html>welcome</html>"), "the URI is the agent's"));
    }

    static Stream<Arguments> breaks() {
        return Stream.of(
                row(
                        "4 refused",
                        EKS,
                        thrown(new ConnectException("Connection refused")),
                        "kubectl -n kube-system get ds,pods"),
                row("4 refused, over IPv6", EKS_V6, thrown(new ConnectException("Connection refused")), "kubectl"),
                row(
                        "4 refused elsewhere",
                        ECS,
                        thrown(new ConnectException("Connection refused")),
                        "nothing listens there"),
                row(
                        "5 connect timeout",
                        EKS,
                        thrown(new SocketTimeoutException("connect timed out after 2000 ms")),
                        "aws eks create-addon"),
                row(
                        "5 the JDK's connect timeout",
                        EKS,
                        thrown(new SocketTimeoutException("Connect timed out")),
                        "aws eks create-addon"),
                row("5 no route", EKS, thrown(new NoRouteToHostException("No route to host")), "network policies"),
                row(
                        "6 no IPv6",
                        EKS_V6,
                        thrown(new SocketException("Network is unreachable")),
                        "java.net.preferIPv4Stack"),
                row("6 no IPv6 in the JVM", EKS_V6, thrown(new SocketException("Protocol family unavailable")), "IPv4"),
                row("6 no network", EKS, thrown(new ConnectException("Network is unreachable")), "no route"),
                row(
                        "23 read timeout",
                        EKS,
                        thrown(new SocketTimeoutException("the answer was not complete in time")),
                        "EKS Auth"),
                row(
                        "23 read timeout elsewhere",
                        ECS,
                        thrown(new SocketTimeoutException("Read timed out")),
                        "check its log"),
                row(
                        "26 timeout of the ECS agent",
                        ECS,
                        thrown(new SocketTimeoutException("connect timed out after 2000 ms")),
                        "ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST"),
                row(
                        "a certificate",
                        "https://a.example/",
                        thrown(new SSLHandshakeException("PKIX path building failed")),
                        "certificate"));
    }

    private static Arguments row(String name, String uri, Answer answer, String fix) {
        return Arguments.of(name, uri, answer, fix);
    }

    private static Answer eks(int status, String text) {
        return answer(status, text, Map.of("Content-Type", "text/plain; charset=utf-8"));
    }

    private static Answer thrown(IOException e) {
        return request -> {
            throw e;
        };
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"answers", "breaks"})
    void this_is_told_with_its_fix(String name, String uri, Answer answer, String fix) {
        SourceWorld world = new SourceWorld().always(answer);

        CredentialsException failure = failure(world.builder()
                .fullUri(uri)
                .token("eyJ-CANARY")
                .startupPatience(Duration.ZERO)
                .maxAttempts(1)
                .build());

        assertThat(failure.remedy()).as(name).isPresent();
        assertThat(failure.remedy().orElseThrow()).as(name).contains(fix);
        assertThat(failure).hasMessageContaining("Remedy: ").hasMessageContaining(fix);
        assertThat(failure.endpoint().orElseThrow()).isEqualTo(uri);
    }

    private static CredentialsException failed(SourceWorld world, String token) {
        return failure(world.impatient().token(token).maxAttempts(1).build());
    }

    @Test
    void a_laptop_is_not_sent_to_the_nodes_instance_profile() {
        SourceWorld world = new SourceWorld()
                .always(answer(500, "{\"Message\":\"failed to refresh cached credentials, no valid sign-in\"}"));

        assertThat(failure(world.impatient().fullUri("http://127.0.0.1:9/").build())
                        .remedy()
                        .orElseThrow())
                .doesNotContain("instance");
    }

    @Test
    void a_bad_fixed_token_is_not_blamed_on_a_file() {
        for (String text : new String[] {
            "Service account token cannot be parsed: token is malformed",
            "Service account token failed basic claim validations: token is expired",
            "[1]: (ExpiredTokenException): Token expired, fault: client",
            "[1]: (InvalidTokenException): Unable to verify token, fault: client",
        }) {
            String remedy = failed(new SourceWorld().always(eks(400, text)), "bad")
                    .remedy()
                    .orElseThrow();
            assertThat(remedy).startsWith("the token of the option token ");
        }
    }

    @Test
    void a_bad_token_file_is_called_by_its_setting() {
        SourceWorld world = new SourceWorld()
                .token("bad")
                .always(eks(400, "Service account token cannot be parsed: token is malformed"));

        assertThat(failure(world.impatient().tokenFile(SourceWorld.TOKEN_PATH).build())
                        .remedy())
                .contains("the option tokenFile names a file that is not a service account token");
    }

    @Test
    void a_server_that_wants_a_token_where_none_is_set_gets_one() {
        SourceWorld world = new SourceWorld().always(answer(403, ""));

        assertThat(failure(world.impatient().build()).remedy().orElseThrow()).contains("none is set");
        world.token("t");
        assertThat(failure(world.impatient().tokenFile(SourceWorld.TOKEN_PATH).build())
                        .remedy()
                        .orElseThrow())
                .contains("the file of the option tokenFile");
    }

    @Test
    void namespace_account_and_cluster_come_from_the_agents_text() {
        SourceWorld world = new SourceWorld()
                .always(
                        eks(
                                404,
                                "[1]: (ResourceNotFoundException): No association found for service account shop/cart in cluster peer-cluster, fault: client"));

        assertThat(failed(world, "t").remedy().orElseThrow())
                .contains("--cluster-name peer-cluster --namespace shop --service-account cart --role-arn ROLE");
    }

    @Test
    void namespace_and_account_come_from_the_tokens_claims_where_the_agent_does_not_say() {
        SourceWorld world =
                new SourceWorld().always(eks(404, "[1]: (ResourceNotFoundException): not found, fault: client"));
        String token = ServiceAccountTokens.create().issue("shop", "cart");

        assertThat(failed(world, token).remedy().orElseThrow())
                .contains("--cluster-name CLUSTER --namespace shop --service-account cart");

        world.always(eks(400, "[1]: (AccessDeniedException): Unauthorized Exception!, fault: client"));
        assertThat(failed(world, token).remedy().orElseThrow()).contains("namespace shop, service account cart");
    }

    @Test
    void a_name_that_is_none_is_no_part_of_a_command() {
        SourceWorld world = new SourceWorld()
                .always(
                        eks(
                                404,
                                "[1]: (ResourceNotFoundException): No association found for service account a;curl/b$(x) in cluster c|sh, fault: client"));

        assertThat(failed(world, "t").remedy().orElseThrow())
                .contains("--cluster-name CLUSTER --namespace NAMESPACE --service-account NAME")
                .doesNotContain("curl", "|sh");
    }

    @Test
    void a_token_file_that_does_not_come_says_how_long_it_was_waited_for() {
        SourceWorld world = new SourceWorld();

        CredentialsException failure = failure(
                world.builder().fullUri(EKS).tokenFile(SourceWorld.TOKEN_PATH).build());

        assertThat(failure.category()).isEqualTo(io.lanyard.Category.TOKEN_FILE_UNREADABLE);
        assertThat(failure.detail()).containsPattern("\\(attempt \\d+, after (9|10|11)\\.\\d s\\)");
        assertThat(failure.remedy().orElseThrow()).contains("token volume");
    }

    @Test
    void what_nobody_knows_the_cause_of_has_no_remedy() {
        SourceWorld world = new SourceWorld().always(answer(418, "teapot"));

        assertThat(failure(world.impatient().build()).remedy()).isEmpty();
        world.always(SourceWorld.broken("Connection reset"));
        assertThat(failure(world.impatient().build()).remedy()).isEmpty();
    }

    /** The emulated agent's texts are the captured ones. */
    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, 404, ResourceNotFoundException, create-pod-identity-association",
        "ACCESS_DENIED_NODE_ROLE, 400, AccessDeniedException, AmazonEKSWorkerNodePolicy",
        "ACCESS_DENIED_TRUST_POLICY, 400, AccessDeniedException, sts:TagSession",
        "EXPIRED_TOKEN, 400, ExpiredTokenException, has expired",
        "INVALID_TOKEN, 400, InvalidTokenException, another cluster",
        "INVALID_PARAMETER, 400, InvalidParameterException, --cluster-name",
        "INVALID_REQUEST, 400, InvalidRequestException, bound to a pod",
        "THROTTLED, 429, ThrottlingException, throttles",
        "INTERNAL_ERROR, 500, InternalServerException, AWS Support",
        "UNAVAILABLE, 503, ServiceUnavailableException, AWS Support",
        "UNREACHABLE, 500, , EKS Auth",
        "NO_NODE_CREDENTIALS, 500, , instance profile",
    })
    void each_answer_of_the_agent_is_told_with_its_code_and_its_fix(
            EksAuthAnswer upstream, int status, @Nullable String code, String fix) {
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
            assertThat(failure.remedy().orElseThrow()).contains(fix);
            if (code != null) {
                assertThat(failure.requestId()).contains("11111111-2222-3333-4444-555555555555");
            }
        }
    }
}
