// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.testkit.internal.go.Jwt;
import io.lanyard.testkit.internal.http.Origin;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class CredentialsAgentTest {
    private static final String ROLE = "arn:aws:iam::111122223333:role/App";
    private static final Instant NOW = Instant.parse("2026-11-22T05:00:00.250Z");

    private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
    private final InstantSource clock = now::get;
    private final ServiceAccountTokens tokens = ServiceAccountTokens.create().withClock(clock);

    private EksPodIdentityAgent associated() {
        EksPodIdentityAgent agent = EksPodIdentityAgent.builder().clock(clock).start();
        agent.associate("shop", "cart", ROLE);
        return agent;
    }

    private static String get(CredentialsServer agent, String token) throws IOException {
        return RawClient.exchange(agent.port(), request(token));
    }

    private static String request(String token) {
        return "GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + token + "\r\n\r\n";
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    @Nested
    class EksAgent {
        @Test
        void an_eks_agent_returns_the_variables_of_the_webhook() throws Exception {
            try (EksPodIdentityAgent agent = EksPodIdentityAgent.start();
                    ServiceAccountTokenFile file = ServiceAccountTokenFile.create("shop", "cart")) {
                assertThat(agent.credentialsUri()).hasToString("http://127.0.0.1:" + agent.port() + "/v1/credentials");
                assertThat(agent.environmentFor(file))
                        .containsEntry(
                                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                agent.credentialsUri().toString())
                        .containsEntry(
                                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                                file.path().toString())
                        .hasSize(2);
            }
        }

        @Test
        void each_request_receives_new_credentials_that_are_recognizable_fakes() throws Exception {
            try (EksPodIdentityAgent agent = associated()) {
                List<IssuedCredentials> notified = new ArrayList<>();
                agent.onIssued(notified::add);
                String token = tokens.issue("shop", "cart");
                assertThat(get(agent, token)).isNotEqualTo(get(agent, token));
                assertThat(notified).hasSize(2).isEqualTo(agent.issued());
                IssuedCredentials credentials = notified.get(0);
                assertThat(credentials.accessKeyId()).matches("ASIA[A-Z2-7]{16}");
                assertThat(credentials.secretAccessKey()).hasSize(40).contains("CANARY", "+", "/", "=", "<", ">", "&");
                assertThat(credentials.sessionToken()).contains("CANARY", "+", "/", "=", "<", ">", "&");
                assertThat(credentials.accountId()).isEqualTo("111122223333");
                assertThat(credentials.expiration()).isEqualTo("2026-11-22T11:00:00Z");
                assertThat(credentials.toString())
                        .contains(credentials.accessKeyId(), ROLE)
                        .doesNotContain("CANARY");
            }
        }

        @Test
        void the_cache_serves_credentials_until_15_seconds_before_their_expiration() throws Exception {
            try (EksPodIdentityAgent agent = associated()) {
                agent.cache(true);
                String token = tokens.issue("shop", "cart");
                String first = body(get(agent, token));
                agent.disassociate("shop", "cart");
                agent.eksAuth().answerWith(EksAuthAnswer.THROTTLED);
                now.set(NOW.plus(Duration.ofHours(6)).minusSeconds(16));
                assertThat(body(get(agent, token))).isEqualTo(first);
                assertThat(get(agent, tokens.issue("shop", "cart"))).startsWith("HTTP/1.1 429");
                now.set(NOW.plus(Duration.ofHours(6)).minusSeconds(15));
                assertThat(get(agent, token)).startsWith("HTTP/1.1 429");
            }
        }

        @Test
        void a_restart_empties_the_cache() throws Exception {
            try (EksPodIdentityAgent agent = associated()) {
                agent.cache(true);
                String token = tokens.issue("shop", "cart");
                String first = get(agent, token);
                agent.restart();
                assertThat(get(agent, token)).isNotEqualTo(first);
            }
        }

        @Test
        void queued_answers_of_eks_auth_precede_the_standing_answer() throws Exception {
            try (EksPodIdentityAgent agent = associated()) {
                agent.eksAuth().answerWith(EksAuthAnswer.UNAVAILABLE);
                agent.eksAuth().answerNext(EksAuthAnswer.INVALID_PARAMETER, EksAuthAnswer.CREDENTIALS);
                String token = tokens.issue("shop", "cart");
                assertThat(get(agent, token)).startsWith("HTTP/1.1 400").contains("(InvalidParameterException)");
                assertThat(get(agent, token)).startsWith("HTTP/1.1 200");
                assertThat(get(agent, token)).startsWith("HTTP/1.1 503");
                agent.eksAuth().answerWith(EksAuthAnswer.NO_NODE_CREDENTIALS);
                assertThat(body(get(agent, token)))
                        .startsWith("error getting credentials to cache: unable to fetch credentials from EKS Auth:")
                        .contains("no EC2 IMDS role found");
                assertThat(EksAuthAnswer.THROTTLED.measuredDelay()).isEqualTo(Duration.ofMillis(3533));
            }
        }

        @Test
        void eks_auth_rejects_another_audience_and_a_token_without_a_pod() throws Exception {
            try (EksPodIdentityAgent agent = associated()) {
                ServiceAccountTokens.Draft draft = tokens.token("shop", "cart");
                assertThat(get(agent, draft.audience("sts.amazonaws.com").issue()))
                        .contains("(InvalidTokenException)");
                assertThat(get(agent, draft.notBoundToPod().issue())).contains("(InvalidRequestException)");
            }
        }

        @Test
        void requests_are_recorded_without_the_token() throws Exception {
            try (EksPodIdentityAgent agent = associated()) {
                String token = tokens.issue("shop", "cart");
                get(agent, token);
                get(agent, "no-jwt");
                RawClient.exchange(agent.port(), "HEAD /x HTTP/1.0\r\n\r\n");
                assertThat(agent.requests())
                        .containsExactly(
                                new RecordedRequest(
                                        NOW,
                                        "GET",
                                        "/v1/credentials",
                                        "127.0.0.1",
                                        true,
                                        Jwt.parse(token).text("jti"),
                                        200),
                                new RecordedRequest(
                                        NOW, "GET", "/v1/credentials", "127.0.0.1", true, "sha256:e1dbfb73ac33", 400),
                                new RecordedRequest(NOW, "HEAD", "/x", null, false, null, 404));
            }
        }

        @ParameterizedTest
        @CsvSource({
            "localhost:99, 404",
            "127.0.0.1, 404",
            "169.254.170.23, 404",
            "fd00:ec2::23, 404",
            "[fd00:ec2::23]:80, 404",
            "agent.test, 404",
            "example.com, 403",
            "[::1], 403"
        })
        void hosts_are_compared_as_text(String host, int status) throws Exception {
            try (EksPodIdentityAgent agent =
                    EksPodIdentityAgent.builder().acceptHost("agent.test").start()) {
                RawClient.exchange(
                        agent.port(),
                        "GET /v1/credentials HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: "
                                + ServiceAccountTokens.create().issue("no", "association") + "\r\n\r\n");
                assertThat(agent.requests())
                        .singleElement()
                        .extracting(RecordedRequest::status)
                        .isEqualTo(status);
            }
        }

        @Test
        void an_agent_may_listen_on_ipv6() throws Exception {
            InetAddress loopback =
                    InetAddress.getByAddress(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
            try (EksPodIdentityAgent agent =
                    EksPodIdentityAgent.builder().address(loopback).start()) {
                assertThat(agent.credentialsUri()).hasToString("http://[::1]:" + agent.port() + "/v1/credentials");
            }
        }
    }

    @Nested
    class EcsAgent {
        @Test
        void an_ecs_agent_returns_the_variables_of_a_task() {
            try (EcsCredentialsAgent agent = EcsCredentialsAgent.start()) {
                String uri = agent.task(ROLE);
                assertThat(uri).matches("/v2/credentials/[0-9a-f-]{36}");
                assertThat(agent.environmentFor(uri))
                        .containsEntry("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", uri)
                        .containsEntry(
                                "AWS_CONTAINER_SERVICE_ENDPOINT",
                                agent.serviceEndpoint().toString())
                        .hasSize(2);
            }
        }

        @Test
        void a_cached_task_keeps_its_credentials_past_their_expiration() throws Exception {
            try (EcsCredentialsAgent agent =
                    EcsCredentialsAgent.builder().clock(clock).start()) {
                agent.cache(true);
                String request = "GET " + agent.task(ROLE) + " HTTP/1.1\r\nHost: a\r\n\r\n";
                String first = body(RawClient.exchange(agent.port(), request));
                now.set(NOW.plus(Duration.ofDays(1)));
                assertThat(body(RawClient.exchange(agent.port(), request))).isEqualTo(first);
            }
        }

        @Test
        void a_task_can_be_uninitialized_initialized_and_removed() throws Exception {
            try (EcsCredentialsAgent agent = EcsCredentialsAgent.start()) {
                String uri = agent.task(ROLE);
                String request = "GET " + uri + " HTTP/1.1\r\nHost: a\r\n\r\n";
                agent.uninitialized(uri);
                assertThat(RawClient.exchange(agent.port(), request)).startsWith("HTTP/1.1 503");
                agent.initialized(uri);
                assertThat(RawClient.exchange(agent.port(), request)).startsWith("HTTP/1.1 200");
                agent.forget(uri);
                assertThat(RawClient.exchange(agent.port(), request)).startsWith("HTTP/1.1 400");
                assertThatThrownBy(() -> agent.initialized(uri)).isInstanceOf(IllegalArgumentException.class);
            }
        }

        @Test
        void a_restart_uninitializes_the_tasks() throws Exception {
            try (EcsCredentialsAgent agent = EcsCredentialsAgent.start()) {
                agent.cache(true);
                String uri = agent.task(ROLE);
                String request = "GET " + uri + " HTTP/1.1\r\nHost: a\r\n\r\n";
                String before = body(RawClient.exchange(agent.port(), request));
                agent.restart();
                assertThat(RawClient.exchange(agent.port(), request))
                        .startsWith("HTTP/1.1 503")
                        .contains("CredentialsUninitialized");
                agent.initialized(uri);
                assertThat(RawClient.exchange(agent.port(), request))
                        .startsWith("HTTP/1.1 200")
                        .doesNotContain(before);
            }
        }
    }

    @Nested
    class RateLimits {
        @Test
        void the_real_rate_limits_are_an_option() throws Exception {
            try (EksPodIdentityAgent eks = EksPodIdentityAgent.builder()
                            .clock(clock)
                            .rateLimited()
                            .start();
                    EcsCredentialsAgent ecs = EcsCredentialsAgent.builder()
                            .clock(clock)
                            .rateLimited()
                            .start()) {
                assertThat(answered(eks, "/v1/credentials", 501)).isEqualTo(500);
                assertThat(get(eks, "")).startsWith("HTTP/1.1 429").endsWith("\r\n\r\nToo Many Requests\n");
                assertThat(answered(ecs, "/v2/credentials/a", 61)).isEqualTo(60);
                assertThat(answered(ecs, "/v2/credentials/b", 60)).isEqualTo(60);
                now.set(NOW.plusSeconds(1));
                assertThat(answered(ecs, "/v2/credentials/a", 41)).isEqualTo(40);
                assertThat(RawClient.exchange(ecs.port(), "GET /v2/credentials/a HTTP/1.1\r\nHost: a\r\n\r\n"))
                        .startsWith("HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain; charset=utf-8\r\n")
                        .contains("\r\nX-Rate-Limit-Duration: 1\r\nX-Rate-Limit-Limit: 40.00\r\n")
                        .endsWith("\r\n\r\nYou have reached maximum request limit.");
            }
        }

        private static long answered(CredentialsServer agent, String target, int requests) throws IOException {
            int before = agent.requests().size();
            String one = "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
            RawClient.exchange(agent.port(), one.repeat(requests));
            return agent.requests().stream()
                    .skip(before)
                    .filter(request -> request.status() != 429)
                    .count();
        }
    }

    @Nested
    class Http {
        @Test
        void a_body_of_more_than_2048_bytes_is_chunked() throws Exception {
            try (EksPodIdentityAgent agent = associated()) {
                agent.padSessionToken(3000);
                String token = tokens.issue("shop", "cart");
                String answer = get(agent, token);
                assertThat(answer).contains("Transfer-Encoding: chunked\r\n").doesNotContain("Content-Length");
                String[] chunk = body(answer).split("\r\n", -1);
                assertThat(chunk).hasSize(5).endsWith("0", "", "");
                assertThat(chunk[1]).hasSize(Integer.parseInt(chunk[0], 16)).endsWith("}");
                String old = RawClient.exchange(agent.port(), request(token).replace("HTTP/1.1", "HTTP/1.0"));
                assertThat(old)
                        .startsWith("HTTP/1.0 200 OK")
                        .doesNotContain("chunked", "Content-Length")
                        .endsWith("}");
                assertThat(RawClient.exchange(agent.port(), request(token).replace("GET", "HEAD")))
                        .doesNotContain("chunked", "Content-Length")
                        .endsWith("\r\n\r\n");
            }
        }

        @Test
        void connections_are_kept_alive_and_closed_as_in_go() throws Exception {
            try (EksPodIdentityAgent agent = associated();
                    RawClient client = new RawClient(agent.port())) {
                client.send(
                        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /y HTTP/1.1\r\nHost: a\r\n\r\n");
                assertThat(client.readHead()).doesNotContain("Connection").contains("Content-Length: 19\r\n");
                client.read(19);
                assertThat(client.readHead()).startsWith("HTTP/1.1 404");
                client.read(19);
                client.send("GET /z HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                assertThat(client.readAll()).contains("Content-Length: 19\r\nConnection: close\r\n\r\n");
                assertThat(RawClient.exchange(
                                agent.port(),
                                "GET /z HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /z HTTP/1.0\r\n\r\n"))
                        .startsWith("HTTP/1.0 404 Not Found\r\n")
                        .containsOnlyOnce("Connection: keep-alive\r\n");
            }
        }

        @ParameterizedTest
        @CsvSource({
            "GARBAGE, 400 Bad Request",
            "GET / HTTP/2.0, 505 HTTP Version Not Supported: unsupported protocol version",
            "GET / HTTP/1.1, 400 Bad Request: missing required Host header"
        })
        void invalid_requests_are_rejected_with_the_messages_of_go(String line, String problem) throws Exception {
            try (EksPodIdentityAgent agent = associated()) {
                assertThat(RawClient.exchange(agent.port(), line + "\r\n\r\n"))
                        .isEqualTo("HTTP/1.1 " + problem
                                + "\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n" + problem);
                assertThat(agent.requests()).isEmpty();
            }
        }

        @Test
        void invalid_headers_are_rejected_and_chunked_bodies_left_unread() throws Exception {
            try (EksPodIdentityAgent agent = associated()) {
                String head = "GET /x HTTP/1.1\r\nHost: a\r\n";
                assertThat(RawClient.exchange(agent.port(), head + "no colon\r\n\r\n"))
                        .startsWith("HTTP/1.1 400");
                assertThat(RawClient.exchange(agent.port(), head + "A: b\u0001\r\n\r\n"))
                        .contains("invalid header value");
                assertThat(RawClient.exchange(agent.port(), head + "Content-Length: -1\r\n\r\n"))
                        .contains("bad Content-Length");
                assertThat(RawClient.exchange(agent.port(), head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
                        .startsWith("HTTP/1.1 404")
                        .contains("Connection: close");
            }
        }

        @Test
        void a_head_may_have_a_million_bytes() throws Exception {
            try (EksPodIdentityAgent agent = associated()) {
                String head = "GET /x HTTP/1.1\r\nHost: a\r\nX: ";
                assertThat(RawClient.exchange(agent.port(), head + "x".repeat(1_000_000) + "\r\n\r\n"))
                        .startsWith("HTTP/1.1 404");
                assertThat(RawClient.exchange(agent.port(), head + "x".repeat(1_060_000) + "\r\n\r\n"))
                        .startsWith("HTTP/1.1 431 Request Header Fields Too Large\r\n");
            }
        }

        @ParameterizedTest
        @CsvSource({
            "127.0.0.1, 127.0.0.1",
            "::1, ::1",
            "fd00:ec2:0:0:0:0:0:23, fd00:ec2::23",
            "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
            "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        })
        void uris_contain_the_canonical_text_of_an_address(String address, String text) throws IOException {
            assertThat(Origin.literal(InetAddress.getByName(address))).isEqualTo(text);
        }
    }

    @Nested
    class Lifecycle {
        @Test
        void invalid_settings_are_rejected() {
            assertThatThrownBy(() -> EksPodIdentityAgent.builder().port(70_000))
                    .isInstanceOf(IllegalArgumentException.class);
            try (EksPodIdentityAgent agent = associated()) {
                assertThatThrownBy(() -> agent.associate("a", "b", "role"))
                        .isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> agent.padSessionToken(-1)).isInstanceOf(IllegalArgumentException.class);
            }
        }

        @Test
        void a_restarted_agent_answers_on_the_same_port() throws Exception {
            try (EksPodIdentityAgent agent = associated();
                    RawClient open = new RawClient(agent.port())) {
                int port = agent.port();
                open.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
                open.readHead();
                open.read(19);
                agent.stop();
                agent.stop();
                assertThat(open.in().read()).isEqualTo(-1);
                assertThatThrownBy(() -> new RawClient(port)).isInstanceOf(ConnectException.class);
                agent.restart();
                assertThat(agent.port()).isEqualTo(port);
                assertThat(get(agent, tokens.issue("shop", "cart"))).startsWith("HTTP/1.1 200");
                assertThat(agent.requests()).hasSize(2);
            }
        }

        @Test
        void a_closed_agent_stays_closed() {
            EksPodIdentityAgent agent = associated();
            agent.close();
            agent.close();
            assertThatThrownBy(agent::restart).isInstanceOf(IllegalStateException.class);
        }

        @Test
        void close_leaves_no_thread_and_no_descriptor() throws Exception {
            useAndClose();
            long before = descriptors();
            for (int i = 0; i < 20; i++) {
                useAndClose();
            }
            assertThat(descriptors()).isLessThanOrEqualTo(before + 2);
            assertThat(Thread.getAllStackTraces().keySet())
                    .extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("eks-pod-identity-agent"));
        }

        private void useAndClose() throws IOException {
            List<RawClient> clients = new ArrayList<>();
            try (EksPodIdentityAgent agent = associated()) {
                agent.faults()
                        .next(
                                Fault.hang(),
                                Fault.delay(Duration.ofMinutes(1)),
                                Fault.drip(Duration.ofMinutes(1)),
                                Fault.endless());
                for (int i = 0; i < 6; i++) {
                    RawClient client = new RawClient(agent.port());
                    client.send(request("x"));
                    clients.add(client);
                }
            }
            for (RawClient client : clients) {
                client.close();
            }
        }

        private static long descriptors() throws IOException {
            Path open = Path.of("/proc/self/fd");
            if (!Files.isDirectory(open)) {
                return 0;
            }
            try (Stream<Path> entries = Files.list(open)) {
                return entries.count();
            }
        }
    }
}
