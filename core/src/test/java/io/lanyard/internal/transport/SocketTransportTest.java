// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.container.ContainerCredentialsSource;
import io.lanyard.container.SourceWorld;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.Clock;
import io.lanyard.spi.HostResolver;
import io.lanyard.spi.MalformedResponseException;
import io.lanyard.spi.Scheduler;
import io.lanyard.testsupport.Evidence;
import io.lanyard.testsupport.SocketTransportPeer;
import io.lanyard.testsupport.VirtualTime;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes that go out and come in over a plain socket. */
class SocketTransportTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

    private final SocketTransport transport =
            new SocketTransport(HostResolver.literalsOnly(), Clock.system(), Scheduler.shared(), null);

    @Test
    void a_request_is_these_bytes_and_no_others() throws Exception {
        try (SocketTransportPeer peer = SocketTransportPeer.answering(OK)) {
            ContainerCredentialsSource source = ContainerCredentialsSource.builder()
                    .fullUri("http://localhost:" + peer.port() + "/a%2Fb//c/../d?x=%20&y")
                    .hostResolver(host -> List.of(InetAddress.getLoopbackAddress()))
                    .token("eyJ.raw-CANARY")
                    .maxAttempts(1)
                    .build();
            SourceWorld.failure(source);

            assertThat(peer.head())
                    .isEqualTo("GET /a%2Fb//c/../d?x=%20&y HTTP/1.1\r\n"
                            + "Host: localhost:" + peer.port() + "\r\n"
                            + "Accept: application/json\r\n"
                            + "Accept-Encoding: identity\r\n"
                            + "User-Agent: lanyard/" + System.getProperty("lanyard.version") + "\r\n"
                            + "Authorization: eyJ.raw-CANARY\r\n"
                            + "Connection: close\r\n"
                            + "\r\n");
        }
    }

    @Test
    void without_a_token_there_is_no_authorization_header() throws Exception {
        try (SocketTransportPeer peer = SocketTransportPeer.answering(OK)) {
            SourceWorld.failure(ContainerCredentialsSource.builder()
                    .fullUri("http://127.0.0.1:" + peer.port())
                    .environment(new SourceWorld())
                    .maxAttempts(1)
                    .build());

            assertThat(peer.head()).startsWith("GET / HTTP/1.1\r\n").doesNotContain("Authorization");
        }
    }

    @Test
    void the_host_header_has_the_port_only_where_it_is_not_the_schemes_own() {
        assertThat(authority("http", "[fd00:ec2::23]", 80)).isEqualTo("[fd00:ec2::23]");
        assertThat(authority("http", "[fd00:ec2::23]", 8080)).isEqualTo("[fd00:ec2::23]:8080");
        assertThat(authority("http", "localhost", 443)).isEqualTo("localhost:443");
        assertThat(authority("https", "localhost", 443)).isEqualTo("localhost");
    }

    private static String authority(String scheme, String host, int port) {
        return new AgentRequest(scheme, host, port, List.of(), "/", Map.of(), Duration.ZERO, Duration.ZERO, 0)
                .authority();
    }

    @Test
    void an_ipv6_literal_goes_into_the_host_header_in_brackets() throws Exception {
        InetAddress loopback =
                Inet6Address.getByAddress(null, new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, -1);
        ServerSocket listener = new ServerSocket();
        try {
            listener.bind(new InetSocketAddress(loopback, 0));
        } catch (SocketException e) {
            listener.close();
            Assumptions.abort("no IPv6 here");
        }
        try (SocketTransportPeer peer = SocketTransportPeer.on(
                listener, (socket, out) -> out.write(OK.getBytes(StandardCharsets.ISO_8859_1)))) {
            SourceWorld.failure(ContainerCredentialsSource.builder()
                    .fullUri("http://[0:0:0:0:0:0:0:1]:" + peer.port() + "/")
                    .environment(new SourceWorld())
                    .maxAttempts(1)
                    .build());

            assertThat(peer.head()).contains("\r\nHost: [::1]:" + peer.port() + "\r\n");
        }
    }

    @Test
    void a_header_that_holds_a_line_break_is_not_sent() throws Exception {
        try (SocketTransportPeer peer = SocketTransportPeer.answering(OK)) {
            AgentRequest request = peer.request("127.0.0.1", "/", Map.of("Authorization", "a\r\nX-CANARY: b"));

            assertThatThrownBy(() -> transport.get(request))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("CANARY");
            assertThat(peer.sawNothing()).isTrue();
        }
    }

    @Test
    void a_server_that_keeps_the_connection_does_not_keep_the_client() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (SocketTransportPeer peer = SocketTransportPeer.replying((socket, out) -> {
            out.write("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\n{}"
                    .getBytes(StandardCharsets.ISO_8859_1));
            assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        })) {
            assertThat(transport.get(peer.request()).body()).hasSize(2);
            done.countDown();
        }
    }

    @Test
    void chunks_that_arrive_one_by_one_make_one_body() throws Exception {
        try (SocketTransportPeer peer = SocketTransportPeer.replying((socket, out) -> {
            for (String part : List.of(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                    "1\r\n{\r",
                    "\n1;x=y\r\n}",
                    "\r\n0\r\n\r\n")) {
                out.write(part.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
        })) {
            assertThat(body(transport.get(peer.request()))).isEqualTo("{}");
        }
    }

    @Test
    void each_address_of_a_name_is_tried_until_one_answers() throws Exception {
        // the peer listens on 127.0.0.1 alone
        try (SocketTransportPeer peer = SocketTransportPeer.answering(OK)) {
            AgentRequest request =
                    withAddresses(peer.request(), SourceWorld.address(127, 0, 0, 2), InetAddress.getLoopbackAddress());

            assertThat(transport.get(request).status()).isEqualTo(200);
        }
    }

    @Test
    void the_refusals_of_all_addresses_are_told_as_one_connect_exception() throws Exception {
        int port = SocketTransportPeer.deadPort();
        AgentRequest request = new AgentRequest(
                "http",
                "localhost",
                port,
                List.of(InetAddress.getLoopbackAddress(), SourceWorld.address(127, 0, 0, 3)),
                "/",
                Map.of(),
                Duration.ofSeconds(2),
                Duration.ofSeconds(2),
                10);

        assertThatThrownBy(() -> transport.get(request))
                .isInstanceOf(ConnectException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    }

    @Test
    void the_refusals_of_thousands_of_addresses_are_told_in_a_short_trace() throws Exception {
        int port = SocketTransportPeer.deadPort();
        InetAddress[] addresses = new InetAddress[2000];
        Arrays.setAll(addresses, i -> SourceWorld.address(127, 1, i / 250, 1 + i % 250));
        AgentRequest one = new AgentRequest(
                "http", "many", port, List.of(), "/", Map.of(), Duration.ofSeconds(20), Duration.ofSeconds(20), 10);

        assertThatThrownBy(() -> transport.get(withAddresses(one, addresses)))
                .isInstanceOf(ConnectException.class)
                .satisfies(e -> assertThat(Evidence.stackTrace(e)).hasSizeLessThan(20_000))
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(5))
                .satisfies(e -> assertThat(e.getSuppressed()[4]).hasMessageContaining("1995 more"));
    }

    @Test
    void an_address_that_swallows_packets_leaves_time_for_the_next() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, SourceWorld.address(127, 0, 0, 4));
                SocketTransportPeer.Crowd crowd = SocketTransportPeer.fillBacklog(full);
                SocketTransportPeer peer = SocketTransportPeer.on(
                        new ServerSocket(full.getLocalPort(), 50, SourceWorld.address(127, 0, 0, 5)),
                        (socket, out) -> out.write(OK.getBytes(StandardCharsets.ISO_8859_1)))) {
            assertThat(crowd.size()).isPositive();
            AgentRequest request =
                    withAddresses(peer.request(), SourceWorld.address(127, 0, 0, 4), SourceWorld.address(127, 0, 0, 5));

            long start = System.nanoTime();
            assertThat(transport.get(request).status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void thousands_of_addresses_that_swallow_packets_cost_at_most_the_connect_timeout() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, SourceWorld.address(127, 0, 0, 6));
                SocketTransportPeer.Crowd crowd = SocketTransportPeer.fillBacklog(full)) {
            assertThat(crowd.size()).isPositive();
            AgentRequest request = new AgentRequest(
                    "http",
                    "agent.example",
                    full.getLocalPort(),
                    Collections.nCopies(30_000, full.getInetAddress()),
                    "/",
                    Map.of(),
                    Duration.ofMillis(300),
                    Duration.ofMinutes(1),
                    10);

            long start = System.nanoTime();
            assertThatThrownBy(() -> transport.get(request)).isInstanceOf(SocketTimeoutException.class);

            // at the least that a timeout can be, 1 ms, all of them would take 30 s
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        }
    }

    @Test
    void a_name_that_is_resolved_too_late_gets_no_request() throws Exception {
        try (SocketTransportPeer peer = SocketTransportPeer.answering(OK)) {
            VirtualTime time = new VirtualTime();
            HostResolver slow = host -> {
                time.freeze(Duration.ofSeconds(40));
                return List.of(InetAddress.getLoopbackAddress());
            };
            AgentRequest request = new AgentRequest(
                    "http",
                    "agent.example",
                    peer.port(),
                    List.of(),
                    "/",
                    Map.of(),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(8),
                    10);

            assertThatThrownBy(() -> new SocketTransport(slow, time, time, null).get(request))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining("not resolved in time");
            assertThat(peer.sawNothing()).isTrue();
        }
    }

    @Test
    void a_name_without_an_address_is_no_success() {
        SocketTransport nameless = new SocketTransport(host -> List.of(), Clock.system(), Scheduler.shared(), null);
        AgentRequest request = new AgentRequest(
                "https",
                "example.com",
                443,
                List.of(),
                "/",
                Map.of(),
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                10);

        assertThatThrownBy(() -> nameless.get(request)).isInstanceOf(IOException.class);
    }

    @Test
    void the_second_answer_of_the_name_service_changes_nothing() throws Exception {
        try (SocketTransportPeer peer = SocketTransportPeer.answering(OK)) {
            List<String> asked = new ArrayList<>();
            HostResolver rebinding = host -> {
                asked.add(host);
                return List.of(
                        asked.size() == 1 ? InetAddress.getLoopbackAddress() : SourceWorld.address(192, 0, 2, 1));
            };
            SourceWorld.failure(ContainerCredentialsSource.builder()
                    .fullUri("http://agent.example:" + peer.port() + "/")
                    .environment(new SourceWorld())
                    .hostResolver(rebinding)
                    .executor(Runnable::run)
                    .maxAttempts(1)
                    .build());

            assertThat(peer.head()).contains("\r\nHost: agent.example:" + peer.port() + "\r\n");
            assertThat(asked).containsExactly("agent.example");
        }
    }

    @Test
    void a_head_in_time_and_a_body_too_late_is_a_timeout() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        try (SocketTransportPeer peer = SocketTransportPeer.replying((socket, out) -> {
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
        })) {
            AgentRequest request = withTimeout(peer.request(), Duration.ofMillis(200));
            assertThatThrownBy(() -> transport.get(request)).isInstanceOf(SocketTimeoutException.class);
            done.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 200_000})
    void a_body_is_whole_up_to_64_kib_and_marked_beyond(int bytes) throws Exception {
        String body = "x".repeat(bytes);
        for (String answer : List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: " + bytes + "\r\n\r\n" + body,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(body) + "0\r\n\r\n",
                "HTTP/1.0 200 OK\r\n\r\n" + body)) {
            try (SocketTransportPeer peer = SocketTransportPeer.answering(answer)) {
                AgentResponse response = transport.get(peer.request());

                assertThat(response.body()).hasSize(Math.min(bytes, 65_536));
                assertThat(response.truncated()).isEqualTo(bytes > 65_536);
            }
        }
    }

    @Test
    void a_connection_that_ends_early_is_an_end_of_file() throws Exception {
        for (String answer : List.of(
                "",
                "HTTP/1.1 20",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n")) {
            try (SocketTransportPeer peer = SocketTransportPeer.answering(answer)) {
                assertThatThrownBy(() -> transport.get(peer.request()))
                        .as(answer)
                        .isInstanceOf(EOFException.class);
            }
        }
    }

    @Test
    void what_is_not_http_is_a_malformed_response() throws Exception {
        try (SocketTransportPeer peer = SocketTransportPeer.answering("SSH-2.0-CANARY\r\n")) {
            assertThatThrownBy(() -> transport.get(peer.request()))
                    .isInstanceOf(MalformedResponseException.class)
                    .hasMessageNotContaining("CANARY");
        }
    }

    private static String chunked(String body) {
        return body.isEmpty() ? "" : Integer.toHexString(body.length()) + "\r\n" + body + "\r\n";
    }

    private static String body(AgentResponse response) {
        return new String(response.body(), StandardCharsets.ISO_8859_1);
    }

    private static AgentRequest withAddresses(AgentRequest that, InetAddress... addresses) {
        return new AgentRequest(
                that.scheme(),
                that.host(),
                that.port(),
                List.of(addresses),
                that.target(),
                new LinkedHashMap<>(that.headers()),
                that.connectTimeout(),
                that.timeout(),
                that.bodyLimit());
    }

    private static AgentRequest withTimeout(AgentRequest that, Duration timeout) {
        return new AgentRequest(
                that.scheme(),
                that.host(),
                that.port(),
                that.addresses(),
                that.target(),
                that.headers(),
                that.connectTimeout(),
                timeout,
                that.bodyLimit());
    }
}
