// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Problem;
import io.lanyard.spi.Environment;
import io.lanyard.spi.HostResolver;
import io.lanyard.testsupport.Canaries;
import io.lanyard.testsupport.Capture;
import io.lanyard.testsupport.Evidence;
import io.lanyard.testsupport.RawServer;
import io.lanyard.testsupport.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Every captured answer of the real servers, replayed byte for byte over a socket to the real transport and the real
 * loader, at the time at which it was captured.
 *
 * <p>What an answer means stands here twice: read from the raw text by {@link Capture}, which shares nothing with the
 * library, and, for what is not credentials, written down by hand.
 */
class CapturesTest {

    private static final String ID = "11111111-2222-3333-4444-555555555555";

    /** What must become of an answer that is not credentials. */
    private record Failure(
            Category category,
            @Nullable Integer status,
            @Nullable String code,
            @Nullable String requestId,
            boolean recoverable,
            @Nullable Problem problem) {

        /** Refused, and asking again does not help. */
        static Failure refused(int status, @Nullable String code, @Nullable String requestId, Problem problem) {
            return new Failure(Category.HTTP_STATUS, status, code, requestId, false, problem);
        }

        /** Refused for now. */
        static Failure passing(int status, @Nullable String code, @Nullable String requestId, Problem problem) {
            return new Failure(Category.HTTP_STATUS, status, code, requestId, true, problem);
        }

        /** Nothing that could be read as credentials. */
        static Failure unusable() {
            return new Failure(Category.INVALID_RESPONSE, null, null, null, true, Problem.UNUSABLE_ANSWER);
        }
    }

    private static final Map<String, Failure> EKS = new TreeMap<>(Map.ofEntries(
            Map.entry("no token", Failure.refused(400, null, null, Problem.TOKEN_NOT_SET)),
            Map.entry("empty token", Failure.refused(400, null, null, Problem.TOKEN_NOT_SET)),
            Map.entry("garbage token", Failure.refused(400, null, null, Problem.FIXED_TOKEN_NOT_A_TOKEN)),
            Map.entry("Bearer-prefixed token", Failure.refused(400, null, null, Problem.TOKEN_HAS_BEARER_PREFIX)),
            Map.entry("token with bad base64", Failure.refused(400, null, null, Problem.FIXED_TOKEN_NOT_A_TOKEN)),
            Map.entry("expired JWT (local check)", Failure.refused(400, null, null, Problem.FIXED_TOKEN_EXPIRED)),
            Map.entry(
                    "nbf 2s in the future (clock skew)", Failure.passing(400, null, null, Problem.TOKEN_NOT_YET_VALID)),
            Map.entry("wrong Host", Failure.refused(403, null, null, Problem.HOST_HEADER_REWRITTEN)),
            Map.entry("wrong Host, no token", Failure.refused(403, null, null, Problem.HOST_HEADER_REWRITTEN)),
            Map.entry(
                    "IPv6 expanded Host (java Inet6Address form)",
                    Failure.refused(403, null, null, Problem.HOST_HEADER_REWRITTEN)),
            Map.entry("Host uppercase v6", Failure.refused(403, null, null, Problem.HOST_HEADER_REWRITTEN)),
            Map.entry(
                    "EKS Auth: notfound",
                    Failure.refused(404, "ResourceNotFoundException", ID, Problem.NO_ASSOCIATION)),
            Map.entry(
                    "EKS Auth: denied-node",
                    Failure.refused(400, "AccessDeniedException", ID, Problem.NODE_ROLE_LACKS_EKS_AUTH)),
            Map.entry(
                    "EKS Auth: denied-trust",
                    Failure.refused(400, "AccessDeniedException", ID, Problem.ROLE_TRUST_POLICY)),
            Map.entry(
                    "EKS Auth: expired",
                    Failure.refused(400, "ExpiredTokenException", ID, Problem.FIXED_TOKEN_EXPIRED)),
            Map.entry(
                    "EKS Auth: invalid",
                    Failure.refused(400, "InvalidTokenException", ID, Problem.FIXED_TOKEN_OF_OTHER_CLUSTER)),
            Map.entry(
                    "EKS Auth: invalidparam",
                    Failure.refused(400, "InvalidParameterException", ID, Problem.EKS_AUTH_REJECTS_REQUEST)),
            Map.entry(
                    "EKS Auth: invalidreq",
                    Failure.refused(400, "InvalidRequestException", ID, Problem.EKS_AUTH_REJECTS_REQUEST)),
            Map.entry(
                    "EKS Auth: throttle", Failure.passing(429, "ThrottlingException", ID, Problem.EKS_AUTH_THROTTLES)),
            Map.entry("EKS Auth: e500", Failure.passing(500, "InternalServerException", ID, Problem.EKS_AUTH_FAILS)),
            Map.entry(
                    "EKS Auth: e503", Failure.passing(503, "ServiceUnavailableException", ID, Problem.EKS_AUTH_FAILS)),
            Map.entry("EKS Auth slow 5s each", Failure.passing(500, null, null, Problem.EKS_AUTH_UNREACHABLE)),
            Map.entry("creds that live 10 s", Failure.passing(500, null, null, Problem.NODE_CLOCK_WRONG)),
            // a head that promises a body which does not come
            Map.entry("HEAD", new Failure(Category.UNREACHABLE, null, null, null, true, null)),
            Map.entry("trailing slash", Failure.refused(404, null, null, Problem.WRONG_PATH)),
            Map.entry("root", Failure.refused(404, null, null, Problem.WRONG_PATH)),
            Map.entry("double slash", Failure.refused(301, null, null, Problem.PROXY_ANSWERS)),
            Map.entry("wrong path v2", Failure.refused(404, null, null, Problem.WRONG_PATH)),
            Map.entry("health", Failure.unusable()),
            Map.entry("ready", Failure.unusable()),
            Map.entry("metrics head", Failure.unusable())));

    private static final Map<String, Failure> ECS = new TreeMap<>(Map.ofEntries(
            Map.entry(
                    "expired creds are served as they are",
                    new Failure(Category.EXPIRED, 200, null, null, true, Problem.AGENT_SERVES_EXPIRED_CREDENTIALS)),
            Map.entry("unknown id", Failure.passing(400, "InvalidIdInRequest", null, Problem.ECS_ID_UNKNOWN)),
            Map.entry(
                    "id with trailing slash", Failure.passing(400, "InvalidIdInRequest", null, Problem.ECS_ID_UNKNOWN)),
            Map.entry(
                    "pending id (agent restarted)",
                    Failure.passing(503, "CredentialsUninitialized", null, Problem.ECS_AGENT_RESTARTED)),
            Map.entry("empty id v2", Failure.refused(400, "NoIdInRequest", null, Problem.ECS_ID_MISSING)),
            Map.entry("v1 no id", Failure.refused(400, "NoIdInRequest", null, Problem.ECS_ID_MISSING)),
            Map.entry("v1 empty id", Failure.refused(400, "NoIdInRequest", null, Problem.ECS_ID_MISSING)),
            Map.entry("no id v2 w/o slash", Failure.refused(404, null, null, Problem.WRONG_PATH)),
            Map.entry("root", Failure.refused(404, null, null, Problem.WRONG_PATH)),
            Map.entry("random path", Failure.refused(404, null, null, Problem.WRONG_PATH)),
            Map.entry("v4 creds?", Failure.refused(404, null, null, Problem.WRONG_PATH)),
            Map.entry("double slash", Failure.refused(301, null, null, Problem.PROXY_ANSWERS))));

    private static final Map<String, Failure> LOCAL = new TreeMap<>(Map.ofEntries(
            Map.entry("vault no token", Failure.refused(403, null, null, Problem.FIXED_TOKEN_REJECTED_BY_SERVER)),
            Map.entry("vault wrong token", Failure.refused(403, null, null, Problem.FIXED_TOKEN_REJECTED_BY_SERVER)),
            Map.entry("vault Bearer token", Failure.refused(403, null, null, Problem.FIXED_TOKEN_REJECTED_BY_SERVER)),
            Map.entry(
                    "vault role-arn denied",
                    Failure.refused(500, "AccessDenied", "r", Problem.SERVER_MAY_NOT_ASSUME_ROLE)),
            Map.entry("vault failing base creds", Failure.passing(500, null, null, Problem.SERVER_HAS_NO_CREDENTIALS)),
            Map.entry(
                    "local /role/denied",
                    Failure.refused(500, "AccessDenied", "r", Problem.SERVER_MAY_NOT_ASSUME_ROLE)),
            Map.entry("local unknown", Failure.refused(404, null, null, Problem.WRONG_PATH))));

    private final RawServer server = new RawServer();

    @AfterEach
    void closeServer() {
        server.close();
    }

    @TestFactory
    Stream<DynamicTest> everyAnswerOfTheEksAgentIsUnderstood() {
        return tests("eks-pod-identity-agent", EKS);
    }

    @TestFactory
    Stream<DynamicTest> everyAnswerOfTheEcsAgentIsUnderstood() {
        return tests("ecs-agent", ECS);
    }

    @TestFactory
    Stream<DynamicTest> everyAnswerOfTheLocalServersIsUnderstood() {
        return tests("aws-vault-and-ecs-local", LOCAL);
    }

    @Test
    void theCapturesHoldAsManyAnswersAsWereTaken() {
        assertThat(Capture.read("eks-pod-identity-agent")).hasSize(41);
        assertThat(Capture.read("ecs-agent")).hasSize(17);
        assertThat(Capture.read("aws-vault-and-ecs-local")).hasSize(15);
    }

    private Stream<DynamicTest> tests(String file, Map<String, Failure> failures) {
        List<Capture> captures = Capture.read(file);
        List<String> names = captures.stream().map(Capture::name).toList();
        List<DynamicTest> tests = new ArrayList<>();
        tests.add(dynamicTest(
                "every failure that is written down was captured",
                () -> assertThat(names).containsAll(failures.keySet())));
        for (Capture capture : captures) {
            Failure failure = failures.get(capture.name());
            String outcome = failure == null ? "gives credentials" : "is " + failure.category();
            tests.add(dynamicTest("\"" + capture.name() + "\" " + outcome, () -> {
                if (failure == null) {
                    givesCredentials(capture);
                } else {
                    fails(capture, failure);
                }
            }));
        }
        return tests.stream();
    }

    private void givesCredentials(Capture capture) throws InterruptedException {
        ContainerCredentials credentials = Evidence.seen("captured " + capture, ask(capture));

        assertThat(credentials.accessKeyId()).isEqualTo(capture.field("AccessKeyId"));
        assertThat(credentials.secretAccessKey()).isEqualTo(capture.field("SecretAccessKey"));
        assertThat(credentials.sessionToken()).isEqualTo(present(capture.field("Token")));
        assertThat(credentials.accountId()).isEqualTo(account(capture));
        assertThat(credentials.roleArn()).isEqualTo(present(capture.field("RoleArn")));
        // the zero time of Go is no end
        assertThat(credentials.expiration())
                .isEqualTo(present(capture.field("Expiration"))
                        .map(Instant::parse)
                        .filter(end -> end.isAfter(Instant.parse("0001-12-31T00:00:00Z"))));
        assertThat(capture.status()).isEqualTo(200);
    }

    private void fails(Capture capture, Failure expected) throws InterruptedException {
        CredentialsException failure;
        try {
            throw new AssertionError("credentials: " + ask(capture));
        } catch (CredentialsException e) {
            failure = Evidence.caught("captured " + capture, e);
        }
        assertThat(failure.category()).isEqualTo(expected.category());
        assertThat(failure.status().stream().boxed().findFirst()).isEqualTo(Optional.ofNullable(expected.status()));
        assertThat(failure.serviceCode()).isEqualTo(Optional.ofNullable(expected.code()));
        assertThat(failure.requestId()).isEqualTo(Optional.ofNullable(expected.requestId()));
        assertThat(failure.recoverable()).as("recoverable").isEqualTo(expected.recoverable());
        assertThat(failure.finding())
                .isEqualTo(Optional.ofNullable(expected.problem()).map(Problem::id));
        assertThat(failure.remedy().isPresent()).as("has a remedy").isEqualTo(expected.problem() != null);
        assertThat(failure.endpoint()).contains("http://127.0.0.1:" + server.port() + "/v1/credentials");
        if (expected.category() == Category.HTTP_STATUS) {
            assertThat(failure.status()).hasValue(capture.status());
            assertThat(failure.serviceCode())
                    .isEqualTo(present(capture.errorCode()).or(() -> Optional.ofNullable(expected.code())));
            assertThat(failure.requestId())
                    .isEqualTo(present(capture.errorRequestId()).or(() -> Optional.ofNullable(expected.requestId())));
            String message = capture.errorMessage();
            assertThat(failure)
                    .hasMessageContaining(
                            message.isEmpty()
                                    ? "the agent gives no reason"
                                    : "the agent answers \""
                                            + message.replaceAll("\\s", " ").replace('"', '\'') + "\"");
        }
        assertThat(failure.getMessage()).as("one line").doesNotContainPattern("\\p{Cntrl}");
    }

    private static Optional<String> present(@Nullable String text) {
        return Optional.ofNullable(text).filter(value -> !value.isBlank());
    }

    /** Asks once, with a token as good as any. */
    private ContainerCredentials ask(Capture capture) throws InterruptedException {
        String token = Canaries.token();
        server.answer(capture.wire());
        ContainerCredentialsSource source = Evidence.seen("captured " + capture, ContainerCredentialsSource.builder())
                .fullUri("http://127.0.0.1:" + server.port() + "/v1/credentials")
                .token(token)
                .environment(new Bare())
                .hostResolver(HostResolver.literalsOnly())
                .clock(new VirtualClock(capture.date()))
                .executor(Runnable::run)
                .startupPatience(Duration.ZERO)
                .maxAttempts(1)
                .build();
        try {
            return Evidence.seen("captured " + capture, source).resolve();
        } finally {
            String head = String.valueOf(server.head());
            assertThat(head.startsWith("GET /v1/credentials HTTP/1.1\r\n")).isTrue();
            assertThat(head.contains("\r\nAuthorization: " + token + "\r\n")).isTrue();
        }
    }

    /** Has nothing set. */
    private static final class Bare implements Environment {
        @Override
        public @Nullable String variable(String name) {
            return null;
        }

        @Override
        public @Nullable String property(String name) {
            return null;
        }

        @Override
        public byte[] readFile(String path, int limit) {
            throw new AssertionError("no file is to be read");
        }
    }

    /** As stated, or else the account in the ARN of the role (arn:aws:iam::ACCOUNT:role/NAME). */
    private static Optional<String> account(Capture capture) {
        Optional<String> stated = present(capture.field("AccountId"));
        return stated.isPresent() ? stated : present(capture.field("RoleArn")).map(arn -> arn.split(":", -1)[4]);
    }
}
