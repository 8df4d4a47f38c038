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

/** How often an agent calls EKS Auth, and how long it waits for it. */
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

    /** A client that has asked and waits. */
    private RawClient asking() throws IOException {
        RawClient client = new RawClient(agent.port());
        client.send("GET /v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: " + token
                + "\r\n\r\n");
        return client;
    }

    private String ask() throws IOException {
        try (RawClient client = asking()) {
            return client.readAll();
        }
    }

    private List<String> askAtOnce(int clients) throws Exception {
        List<RawClient> asking = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            asking.add(asking());
            if (i == 0) {
                await().until(() -> eksAuth.calls().size() == 1);
            }
        }
        for (RawClient client : asking) {
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
    void trouble_is_tried_three_times_and_all_else_once(EksAuthAnswer answer, int calls) throws Exception {
        eksAuth.answerWith(answer);
        ask();
        assertThat(eksAuth.calls())
                .hasSize(calls)
                .extracting(EksAuth.Call::answer)
                .containsOnly(answer);
        assertThat(agent.requests()).hasSize(1);
    }

    @Test
    void trouble_that_passes_within_the_tries_is_not_felt() throws Exception {
        eksAuth.answerNext(EksAuthAnswer.THROTTLED, EksAuthAnswer.UNAVAILABLE);
        assertThat(ask()).startsWith("HTTP/1.1 200");
        assertThat(eksAuth.calls()).hasSize(3);
    }

    @Test
    void a_slow_answer_within_the_second_is_waited_for() throws Exception {
        eksAuth.delay(Duration.ofMillis(300));
        try (RawClient client = asking()) {
            long start = System.nanoTime();
            assertThat(client.readAll()).startsWith("HTTP/1.1 200");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(250));
        }
        assertThat(eksAuth.calls()).hasSize(1);
    }

    @Test
    void beyond_a_second_a_try_it_is_unreachable() throws Exception {
        eksAuth.delay(Duration.ofMinutes(1));
        assertThat(ask()).startsWith("HTTP/1.1 500").endsWith("\r\n\r\n[]\n");
        assertThat(eksAuth.calls()).hasSize(3);
        assertThat(agent.issued()).isEmpty();
    }

    @Test
    void a_client_that_leaves_ends_the_tries_and_gets_nothing_into_the_cache() throws Exception {
        eksAuth.delay(Duration.ofMillis(900));
        RawClient client = asking();
        await().until(() -> eksAuth.calls().size() == 1);
        client.close();
        await().until(() -> agent.requests().size() == 1);
        assertThat(agent.issued()).isEmpty();
        eksAuth.clear();
        assertThat(ask()).startsWith("HTTP/1.1 200");
        assertThat(eksAuth.calls()).hasSize(2);
    }

    @Test
    void an_agent_that_stops_waits_for_nobody() throws Exception {
        eksAuth.delay(Duration.ofSeconds(1));
        try (RawClient client = asking()) {
            await().until(() -> eksAuth.calls().size() == 1);
            agent.stop();
            assertThat(client.in().read()).isEqualTo(-1);
        }
        assertThat(eksAuth.calls()).hasSize(1);
        assertThat(agent.issued()).isEmpty();
    }

    @Test
    void a_second_request_sent_ahead_is_answered_in_its_turn() throws Exception {
        eksAuth.delay(Duration.ofMillis(50));
        String first = "GET /v1/credentials HTTP/1.1\r\nHost: a\r\n\r\n"
                .replace(": a", ": localhost\r\nAuthorization: " + token);
        try (RawClient client = new RawClient(agent.port())) {
            client.send(first + "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            assertThat(client.readAll()).startsWith("HTTP/1.1 200").contains("HTTP/1.1 404");
        }
    }

    @Test
    void a_success_is_shared_by_those_who_ask_meanwhile() throws Exception {
        eksAuth.delay(Duration.ofMillis(500));
        assertThat(askAtOnce(10)).allMatch(answer -> answer.startsWith("HTTP/1.1 200"));
        assertThat(eksAuth.calls()).hasSize(1);
        assertThat(agent.issued()).hasSize(1);
    }

    @Test
    void a_failure_is_shared_by_nobody() throws Exception {
        eksAuth.delay(Duration.ofMillis(500));
        eksAuth.answerWith(EksAuthAnswer.NOT_FOUND);
        long start = System.nanoTime();
        assertThat(askAtOnce(4)).allMatch(answer -> answer.startsWith("HTTP/1.1 404"));
        assertThat(eksAuth.calls()).hasSize(4);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(1_800));
    }

    @Test
    void a_client_that_leaves_while_another_asks_makes_no_call() throws Exception {
        eksAuth.delay(Duration.ofMillis(900));
        try (RawClient leader = asking()) {
            await().until(() -> eksAuth.calls().size() == 1);
            asking().close();
            assertThat(leader.readAll()).startsWith("HTTP/1.1 200");
        }
        await().until(() -> agent.requests().size() == 2);
        assertThat(eksAuth.calls()).hasSize(1);
    }
}
