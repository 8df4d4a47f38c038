// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.testkit.token.ServiceAccountTokens;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The effect of each fault on the connection. */
@Timeout(30)
class FaultTest {
    private static final Pattern EXPIRATION = Pattern.compile("\"Expiration\":\"([^\"]+)\"");

    private EcsCredentialsAgent agent = EcsCredentialsAgent.start();
    private String request = "";

    @BeforeEach
    void addTask() {
        String uri = agent.task("arn:aws:iam::111122223333:role/Task");
        request = "GET " + uri + " HTTP/1.1\r\nHost: 169.254.170.2\r\n\r\n";
    }

    @AfterEach
    void close() {
        agent.close();
    }

    private String exchange() throws IOException {
        return RawClient.exchange(agent.port(), request);
    }

    private RawClient sent(Fault fault) throws IOException {
        agent.faults().next(fault);
        RawClient client = new RawClient(agent.port());
        client.send(request);
        return client;
    }

    @Test
    void a_delay_comes_before_the_whole_answer() throws Exception {
        try (RawClient client = sent(Fault.delay(Duration.ofMillis(300)))) {
            client.timeout(50);
            assertThatThrownBy(client::readHead).isInstanceOf(SocketTimeoutException.class);
            client.timeout(5_000);
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void hang_sends_nothing_and_stays_open_until_the_agent_closes() throws Exception {
        try (RawClient client = sent(Fault.hang())) {
            client.timeout(200);
            assertThatThrownBy(client::readHead).isInstanceOf(SocketTimeoutException.class);
            assertThat(agent.requests())
                    .singleElement()
                    .extracting(RecordedRequest::status)
                    .isEqualTo(0);
            agent.close();
            assertThat(client.in().read()).isEqualTo(-1);
        }
    }

    @Test
    void hang_after_headers_sends_the_head_alone() throws Exception {
        try (RawClient client = sent(Fault.hangAfterHeaders())) {
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK").contains("Content-Length: ");
            client.timeout(200);
            assertThatThrownBy(() -> client.in().read()).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void drip_sends_the_whole_answer_with_a_pause_after_each_byte() throws Exception {
        agent.faults().next(Fault.body("{}").then(Fault.drip(Duration.ofMillis(1))));
        long start = System.nanoTime();
        String answer = exchange();
        assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n{}");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(answer.length()));
    }

    @Test
    void reset_resets_the_connection() throws Exception {
        try (RawClient client = sent(Fault.reset())) {
            assertThatThrownBy(() -> client.in().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void reset_in_body_resets_the_connection_before_the_end_of_the_body() throws Exception {
        try (RawClient client = sent(Fault.resetInBody())) {
            assertThatThrownBy(client::readAll)
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void half_body_announces_the_whole_body_sends_half_and_closes() throws Exception {
        agent.faults().next(Fault.halfBody());
        String answer = exchange();
        String[] parts = answer.split("\r\n\r\n", 2);
        Matcher length = Pattern.compile("Content-Length: (\\d+)").matcher(parts[0]);
        assertThat(length.find()).isTrue();
        assertThat(parts[1]).hasSize(Integer.parseInt(length.group(1)) / 2).startsWith("{\"RoleArn\"");
    }

    @Test
    void close_without_answer_ends_the_stream() throws Exception {
        agent.faults().next(Fault.closeWithoutAnswer());
        assertThat(exchange()).isEmpty();
    }

    @Test
    void oversize_sends_the_given_number_of_bytes_and_keeps_the_connection() throws Exception {
        try (RawClient client = sent(Fault.oversize(100_001))) {
            assertThat(client.readHead()).contains("Content-Length: 100001\r\n");
            assertThat(client.read(100_001)).hasSize(100_001);
            client.send(request);
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void endless_sends_until_the_client_disconnects() throws Exception {
        try (RawClient client = sent(Fault.endless())) {
            assertThat(client.readHead()).contains("Transfer-Encoding: chunked\r\n");
            InputStream in = client.in();
            assertThat(in.readNBytes(5_000_000)).hasSize(5_000_000);
        }
        assertThat(exchange()).startsWith("HTTP/1.1 200 OK");
    }

    @Test
    void garbage_is_not_http() throws Exception {
        agent.faults().next(Fault.garbage());
        assertThat(exchange()).isNotEmpty().doesNotContain("HTTP");
    }

    @Test
    void body_is_sent_unchanged() throws Exception {
        agent.faults().next(Fault.body("null"));
        assertThat(exchange())
                .startsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                .endsWith("\r\n\r\nnull");
    }

    @Test
    void status_comes_with_its_reason_as_text() throws Exception {
        agent.faults().next(Fault.status(502));
        assertThat(exchange())
                .startsWith("HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/plain; charset=utf-8\r\n")
                .endsWith("\r\n\r\nBad Gateway\n");
    }

    @Test
    void status_may_have_a_type_a_body_and_headers_of_its_own() throws Exception {
        agent.faults().next(Fault.status(503, "", "").header("Retry-After", "7"));
        assertThat(exchange())
                .startsWith("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nDate: ")
                .endsWith("Content-Length: 0\r\n\r\n");
    }

    @Test
    void expired_and_lifetime_set_the_expiration() throws Exception {
        agent.faults().next(Fault.expired(Duration.ofHours(1)), Fault.lifetime(Duration.ofSeconds(5)));
        assertThat(expiration(exchange()))
                .isBetween(Instant.now().minusSeconds(3610), Instant.now().minusSeconds(3590));
        assertThat(expiration(exchange()))
                .isBetween(Instant.now(), Instant.now().plusSeconds(6));
    }

    @Test
    void lifetime_may_be_shorter_than_the_eks_agent_allows() throws Exception {
        try (EksPodIdentityAgent eks = EksPodIdentityAgent.start()) {
            eks.associate("ns", "sa", "arn:aws:iam::111122223333:role/App");
            eks.faults().next(Fault.lifetime(Duration.ofSeconds(3)));
            String answer = RawClient.exchange(
                    eks.port(),
                    "GET /v1/credentials HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
                            + ServiceAccountTokens.create().issue("ns", "sa") + "\r\n\r\n");
            assertThat(answer).startsWith("HTTP/1.1 200 OK");
            assertThat(expiration(answer)).isBefore(Instant.now().plusSeconds(5));
        }
    }

    @Test
    void queued_faults_apply_in_order_before_the_standing_fault() throws Exception {
        agent.faults().always(Fault.status(500));
        agent.faults().next(Fault.status(429), Fault.status(404));
        agent.faults().times(2, Fault.status(403));
        for (int i = 0; i < 6; i++) {
            exchange();
        }
        agent.faults().clear();
        exchange();
        assertThat(agent.requests())
                .extracting(RecordedRequest::status)
                .containsExactly(429, 404, 403, 403, 500, 500, 200);
    }

    @Test
    void faults_can_be_combined_unless_they_conflict() throws Exception {
        try (RawClient client = sent(Fault.delay(Duration.ofMillis(100))
                .then(Fault.delay(Duration.ofMillis(100)))
                .then(Fault.status(500)))) {
            long start = System.nanoTime();
            assertThat(client.readHead()).startsWith("HTTP/1.1 500");
            assertThat(System.nanoTime() - start).isGreaterThan(100_000_000L);
        }
        assertThatThrownBy(() -> Fault.hang().then(Fault.reset())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.status(500).then(Fault.body("{}"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.reset().then(Fault.status(500))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.hang().header("Retry-After", "1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.delay(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.status(99)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.oversize(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Fault.status(500).header("A", "b\r\nC: d"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_text_of_a_fault_shows_its_parts_but_no_body() {
        Fault fault = Fault.delay(Duration.ofSeconds(1))
                .then(Fault.body("{\"secret\":1}"))
                .then(Fault.drip(Duration.ofMillis(2)))
                .header("Retry-After", "1");
        assertThat(fault)
                .hasToString("Fault[DRIP, delay PT1S, per byte PT0.002S, status 200 with 12 bytes,"
                        + " headers [Retry-After]]");
        assertThat(Fault.endless()).hasToString("Fault[OVERSIZE, endless]");
        assertThat(Fault.oversize(3)).hasToString("Fault[OVERSIZE, 3 bytes]");
        assertThat(Fault.lifetime(Duration.ofSeconds(3))).hasToString("Fault[WHOLE, lifetime PT3S]");
    }

    private static Instant expiration(String answer) {
        Matcher matcher = EXPIRATION.matcher(answer);
        assertThat(matcher.find()).isTrue();
        return Instant.parse(matcher.group(1));
    }
}
