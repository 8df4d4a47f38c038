// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lanyard.testkit.token.ServiceAccountTokens;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The calls of an agent to EKS Auth: attempts, timeouts and sharing. */
@Timeout(60)
class EksAuthTest {
    private final EksPodIdentityAgent agent = EksPodIdentityAgent.start();
    private final EksAuth eksAuth = agent.eksAuth();
    private final String token = ServiceAccountTokens.create().issue("shop", "cart");

    @BeforeEach
    void associate() {
        agent.associate("shop", "cart", "arn:aws:iam::111122223333:role/Cart");
        agent.cache(true);
    }

    @AfterEach
    void close() {
        agent.close();
    }

    /** Sends a request without reading the answer. */
    private RawClient sendRequest() throws IOException {
        RawClient client = new RawClient(agent.port());
        client.send("GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: " + token
                + "\r\n\r\n");
        return client;
    }

    private String get() throws IOException {
        try (RawClient client = sendRequest()) {
            return client.readAll();
        }
    }

    private List<String> getConcurrently(int count) throws Exception {
        List<RawClient> clients = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clients.add(sendRequest());
            if (i == 0) {
                await().until(() -> eksAuth.calls().size() == 1);
            }
        }
        for (RawClient client : clients) {
            try (client) {
                answers.add(client.readAll());
            }
        }
        return answers;
    }

    @ParameterizedTest
    @CsvSource({
        "THROTTLED, 3",
        "INTERNAL_ERROR, 3",
        "UNAVAILABLE, 3",
        "UNREACHABLE, 3",
        "NOT_FOUND, 1",
        "ACCESS_DENIED_TRUST_POLICY, 1",
        "INVALID_TOKEN, 1",
        "NO_NODE_CREDENTIALS, 1",
        "CREDENTIALS, 1"
    })
    void transient_failures_are_attempted_three_times_and_others_once(EksAuthAnswer answer, int calls)
            throws Exception {
        eksAuth.answerWith(answer);
        get();
        assertThat(eksAuth.calls())
                .hasSize(calls)
                .extracting(EksAuth.Call::answer)
                .containsOnly(answer);
        assertThat(agent.requests()).hasSize(1);
    }

    @Test
    void a_client_does_not_notice_a_failure_that_a_retry_resolves() throws Exception {
        eksAuth.answerNext(EksAuthAnswer.THROTTLED, EksAuthAnswer.UNAVAILABLE);
        assertThat(get()).startsWith("HTTP/1.1 200");
        assertThat(eksAuth.calls()).hasSize(3);
    }

    @Test
    void the_agent_waits_up_to_a_second_for_an_answer() throws Exception {
        eksAuth.delay(Duration.ofMillis(300));
        try (RawClient client = sendRequest()) {
            long start = System.nanoTime();
            assertThat(client.readAll()).startsWith("HTTP/1.1 200");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(250));
        }
        assertThat(eksAuth.calls()).hasSize(1);
    }

    @Test
    void a_service_slower_than_a_second_is_unreachable() throws Exception {
        eksAuth.delay(Duration.ofMinutes(1));
        assertThat(get()).startsWith("HTTP/1.1 500").endsWith("\r\n\r\n[]\n");
        assertThat(eksAuth.calls()).hasSize(3);
        assertThat(agent.issued()).isEmpty();
    }

    @Test
    void a_client_that_disconnects_ends_the_attempts() throws Exception {
        eksAuth.delay(Duration.ofMillis(900));
        RawClient client = sendRequest();
        await().until(() -> eksAuth.calls().size() == 1);
        client.close();
        await().until(() -> agent.requests().size() == 1);
        assertThat(agent.issued()).isEmpty();
        eksAuth.clear();
        assertThat(get()).startsWith("HTTP/1.1 200");
        assertThat(eksAuth.calls()).hasSize(2);
    }

    @Test
    void a_stop_does_not_wait_for_eks_auth() throws Exception {
        eksAuth.delay(Duration.ofSeconds(1));
        try (RawClient client = sendRequest()) {
            await().until(() -> eksAuth.calls().size() == 1);
            agent.stop();
            assertThat(client.in().read()).isEqualTo(-1);
        }
        assertThat(eksAuth.calls()).hasSize(1);
        assertThat(agent.issued()).isEmpty();
    }

    @Test
    void pipelined_requests_are_answered_in_order() throws Exception {
        eksAuth.delay(Duration.ofMillis(50));
        String first = "GET /v1/credentials HTTP/1.1\r\nHost: a\r\n\r\n"
                .replace(": a", ": localhost\r\nAuthorization: " + token);
        try (RawClient client = new RawClient(agent.port())) {
            client.send(first + "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(client.readAll()).startsWith("HTTP/1.1 200").contains("HTTP/1.1 404");
        }
    }

    @Test
    void concurrent_requests_share_a_success() throws Exception {
        eksAuth.delay(Duration.ofMillis(500));
        assertThat(getConcurrently(10)).allMatch(answer -> answer.startsWith("HTTP/1.1 200"));
        assertThat(eksAuth.calls()).hasSize(1);
        assertThat(agent.issued()).hasSize(1);
    }

    @Test
    void concurrent_requests_do_not_share_a_failure() throws Exception {
        eksAuth.delay(Duration.ofMillis(500));
        eksAuth.answerWith(EksAuthAnswer.NOT_FOUND);
        long start = System.nanoTime();
        assertThat(getConcurrently(4)).allMatch(answer -> answer.startsWith("HTTP/1.1 404"));
        assertThat(eksAuth.calls()).hasSize(4);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1_800));
    }

    @Test
    void a_client_that_disconnects_while_waiting_makes_no_call() throws Exception {
        eksAuth.delay(Duration.ofMillis(900));
        try (RawClient leader = sendRequest()) {
            await().until(() -> eksAuth.calls().size() == 1);
            sendRequest().close();
            assertThat(leader.readAll()).startsWith("HTTP/1.1 200");
        }
        await().until(() -> agent.requests().size() == 2);
        assertThat(eksAuth.calls()).hasSize(1);
    }
}
