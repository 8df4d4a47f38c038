// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.Environment;
import io.lanyard.spi.MalformedResponseException;
import io.lanyard.testkit.Fault;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

class SdkHttpTransportTest {

    private static final String FACTORY = "io.lanyard.sdk.v2.SdkHttpTransportTest#";

    private final Pod pod = new Pod();

    @AfterEach
    void closePod() {
        pod.close();
    }

    @SuppressWarnings("deprecation") // by newer SDKs; the oldest supported one has no other
    static Stream<Named<SdkHttpClient>> clients() {
        return Stream.of(
                Named.of("url-connection-client", UrlConnectionHttpClient.create()),
                Named.of("apache-client", software.amazon.awssdk.http.apache.ApacheHttpClient.create()),
                Named.of("AgentHttpClients.urlConnection()", AgentHttpClients.urlConnection()),
                Named.of("AgentHttpClients.apache()", AgentHttpClients.apache()));
    }

    static Stream<Named<SdkHttpClient>> agentClients() {
        return clients().filter(client -> client.getPayload() instanceof AgentHttpClient);
    }

    /** Made by the test, because they read their settings when they are made. */
    @SuppressWarnings("deprecation")
    static Stream<Named<Supplier<SdkHttpClient>>> clientsOfTheSdk() {
        return Stream.of(
                Named.of("url-connection-client", UrlConnectionHttpClient::create),
                Named.of("apache-client", software.amazon.awssdk.http.apache.ApacheHttpClient::create));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void credentials_are_loaded_over_a_client_of_the_sdk(SdkHttpClient client) {
        try (client) {
            LanyardContainerCredentialsProvider provider =
                    pod.provider().httpClient(client).build();

            assertThat(provider.resolveCredentials().accessKeyId())
                    .isEqualTo(pod.issued().accessKeyId());
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void path_and_query_are_sent_byte_for_byte(SdkHttpClient client) throws IOException {
        try (client) {
            String target = "/v1/credentials?b=bar%20baz&a=1&a=2&flag&c=x+y%2fz";

            AgentResponse response = new SdkHttpTransport(client).get(request(target, Duration.ofSeconds(5)));

            assertThat(response.status()).isEqualTo(400); // no token
            assertThat(pod.agent.requests().get(0).target()).isEqualTo(target);
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void an_error_keeps_its_status_and_its_text(SdkHttpClient client) {
        pod.agent.disassociate("demo", "orders");
        try (client) {
            assertThatThrownBy(pod.provider().httpClient(client).build()::resolveCredentials)
                    .isInstanceOf(SdkClientException.class)
                    .cause()
                    .isInstanceOfSatisfying(CredentialsException.class, e -> {
                        assertThat(e.status()).hasValue(404);
                        assertThat(e.serviceCode()).contains("ResourceNotFoundException");
                        assertThat(e.requestId()).isPresent();
                    });
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void slow_response_is_aborted_at_the_deadline(SdkHttpClient client) {
        pod.agent.faults().always(Fault.drip(Duration.ofMillis(100)));
        try (client) {
            long start = System.nanoTime();

            assertThatThrownBy(
                            () -> new SdkHttpTransport(client).get(request("/v1/credentials", Duration.ofSeconds(1))))
                    .isInstanceOf(SocketTimeoutException.class);

            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void hanging_agent_is_unreachable_after_all_attempts(SdkHttpClient client) {
        pod.agent.faults().always(Fault.hang());
        assertFails(
                client,
                Category.UNREACHABLE,
                source -> source.attemptTimeout(Duration.ofMillis(300)).connectTimeout(Duration.ofMillis(200)));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void endless_body_is_read_up_to_the_limit(SdkHttpClient client) {
        pod.agent.faults().always(Fault.endless());
        assertFails(client, Category.INVALID_RESPONSE, source -> source.maxAttempts(1));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void a_reset_connection_is_unreachable(SdkHttpClient client) {
        pod.agent.faults().always(Fault.reset());
        assertFails(client, Category.UNREACHABLE, source -> source.maxAttempts(1));
    }

    @Nested
    class Deadlines {

        @ParameterizedTest
        @MethodSource(FACTORY + "clients")
        void a_stall_in_the_body_ends_the_attempt_at_its_deadline(SdkHttpClient client) throws Exception {
            try (client;
                    RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")) {
                long start = System.nanoTime();

                assertThatThrownBy(() -> new SdkHttpTransport(client).get(to(server)))
                        .isInstanceOf(SocketTimeoutException.class);

                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            }
        }

        @Test
        void a_stall_in_the_body_makes_no_timer_of_the_jvm_late() throws Exception {
            try (SdkHttpClient client = UrlConnectionHttpClient.create();
                    RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")) {
                CompletableFuture<Object> attempt = CompletableFuture.supplyAsync(() -> {
                    try {
                        return new SdkHttpTransport(client).get(to(server));
                    } catch (IOException e) {
                        return e;
                    }
                });
                // a timer of the JDK that is due right after the deadline of the attempt
                CompletableFuture<String> late = new CompletableFuture<String>().completeOnTimeout("due", 1, SECONDS);

                assertThat(attempt.get(3, SECONDS)).isInstanceOf(SocketTimeoutException.class);
                assertThat(late.get(3, SECONDS)).isEqualTo("due");
                assertThat(new CompletableFuture<String>()
                                .completeOnTimeout("due", 10, MILLISECONDS)
                                .get(3, SECONDS))
                        .isEqualTo("due");
            }
        }

        @Test
        void while_three_requests_are_stuck_the_next_fails_at_once() throws Exception {
            try (StubbornClient client = new StubbornClient()) {
                SdkHttpTransport transport = new SdkHttpTransport(client);
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(() -> transport.get(soon())).isInstanceOf(SocketTimeoutException.class);
                }

                assertThatThrownBy(() -> transport.get(soon()))
                        .isExactlyInstanceOf(IOException.class)
                        .hasMessageContaining("3 earlier requests");
                assertThat(client.calls).hasValue(3);

                client.release.countDown();
                await().atMost(Duration.ofSeconds(5))
                        .ignoreExceptions()
                        .untilAsserted(
                                () -> assertThat(transport.get(soon()).status()).isEqualTo(200));
            }
        }

        @Test
        void response_after_the_deadline_is_aborted() throws Exception {
            try (StubbornClient client = new StubbornClient()) {
                assertThatThrownBy(() -> new SdkHttpTransport(client).get(soon()))
                        .isInstanceOf(SocketTimeoutException.class);
                assertThat(client.aborted).hasValue(0);

                client.release.countDown();

                await().atMost(Duration.ofSeconds(5))
                        .untilAsserted(() -> assertThat(client.aborted).hasValue(1));
            }
        }

        @Test
        void calls_and_aborts_run_on_lanyards_threads_and_not_on_timers() throws Exception {
            try (StubbornClient client = new StubbornClient()) {
                assertThatThrownBy(() -> new SdkHttpTransport(client).get(soon()))
                        .isInstanceOf(SocketTimeoutException.class);

                await().atMost(Duration.ofSeconds(5))
                        .untilAsserted(() -> assertThat(client.threads).hasSize(2));
                assertThat(client.threads)
                        .allSatisfy(
                                name -> assertThat(name).startsWith("lanyard-").doesNotContain("timer"));
            }
        }

        @Test
        void interrupted_caller_returns_and_stays_interrupted() throws Exception {
            try (StubbornClient client = new StubbornClient()) {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> new SdkHttpTransport(client).get(soon()))
                        .isInstanceOf(InterruptedIOException.class);
                assertThat(Thread.interrupted()).isTrue();
            }
        }

        @Test
        void an_error_in_the_client_is_a_failed_exchange() {
            SdkHttpClient client = new FailingClient(new OutOfMemoryError("of the test"));
            assertThatThrownBy(() -> new SdkHttpTransport(client).get(soon()))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("the HTTP client failed: OutOfMemoryError");
        }
    }

    @Nested
    class Proxies {

        @ParameterizedTest
        @MethodSource(FACTORY + "clientsOfTheSdk")
        void no_token_is_sent_to_the_proxy_of_a_system_property(Supplier<SdkHttpClient> clients) throws Exception {
            try (RawServer proxy = RawServer.answering(EMPTY_ANSWER);
                    RawServer agent = RawServer.answering(EMPTY_ANSWER)) {
                System.setProperty("http.proxyHost", "127.0.0.1");
                System.setProperty("http.proxyPort", String.valueOf(proxy.port()));
                try (SdkHttpClient client = clients.get()) {
                    assertThatThrownBy(() -> new SdkHttpTransport(client).get(to(agent)))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("http.proxyHost")
                            .hasMessageContaining("AgentHttpClients");
                } finally {
                    System.clearProperty("http.proxyHost");
                    System.clearProperty("http.proxyPort");
                }
                assertThat(proxy.received()).isEmpty();
                assertThat(agent.received()).isEmpty();
            }
        }

        @ParameterizedTest
        @MethodSource(FACTORY + "clientsOfTheSdk")
        void a_client_is_used_when_the_proxy_excludes_the_agent(Supplier<SdkHttpClient> clients) throws Exception {
            try (RawServer proxy = RawServer.answering(EMPTY_ANSWER);
                    RawServer agent = RawServer.answering(EMPTY_ANSWER)) {
                System.setProperty("http.proxyHost", "127.0.0.1");
                System.setProperty("http.proxyPort", String.valueOf(proxy.port()));
                System.setProperty("http.nonProxyHosts", "127.*|169.254.170.23");
                try (SdkHttpClient client = clients.get()) {
                    assertThat(new SdkHttpTransport(client).get(to(agent)).status())
                            .isEqualTo(200);
                } finally {
                    System.clearProperty("http.proxyHost");
                    System.clearProperty("http.proxyPort");
                    System.clearProperty("http.nonProxyHosts");
                }
                assertThat(proxy.received()).isEmpty();
                assertThat(agent.received()).hasSize(1);
            }
        }

        @Test
        void the_failure_of_a_provider_names_the_proxy_setting_and_the_remedy() {
            System.setProperty("http.proxyHost", "127.0.0.1");
            try (SdkHttpClient client = UrlConnectionHttpClient.create()) {
                assertThatThrownBy(pod.provider()
                                .container(source -> source.maxAttempts(1))
                                .httpClient(client)
                                .build()::resolveCredentials)
                        .isInstanceOf(SdkClientException.class)
                        .hasMessageContaining("http.proxyHost")
                        .hasMessageContaining("AgentHttpClients.urlConnection()");
                assertThat(pod.agent.requests()).isEmpty();
            } finally {
                System.clearProperty("http.proxyHost");
            }
        }

        @Test
        void no_token_is_sent_to_the_proxy_of_the_environment() throws Exception {
            try (SdkHttpClient client = UrlConnectionHttpClient.create();
                    RawServer agent = RawServer.answering(EMPTY_ANSWER)) {
                Environment environment = Pod.environment(Map.of("HTTP_PROXY", "http://127.0.0.1:1"));

                assertThatThrownBy(() -> new SdkHttpTransport(client, environment).get(to(agent)))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("HTTP_PROXY");

                assertThat(agent.received()).isEmpty();
            }
        }

        @ParameterizedTest
        @MethodSource(FACTORY + "clientsOfTheSdk")
        void no_token_is_sent_to_the_proxy_of_a_selector(Supplier<SdkHttpClient> clients) throws Exception {
            try (RawServer proxy = RawServer.answering(EMPTY_ANSWER);
                    RawServer agent = RawServer.answering(EMPTY_ANSWER);
                    SdkHttpClient client = clients.get()) {
                withSelector(
                        Proxy.Type.HTTP,
                        "http",
                        proxy,
                        () -> assertThatThrownBy(() -> new SdkHttpTransport(client).get(to(agent)))
                                .isInstanceOf(IOException.class)
                                .hasMessageContaining("ProxySelector"));
                assertThat(proxy.received()).isEmpty();
            }
        }

        @Test
        void a_socks_proxy_is_not_used() throws Exception {
            try (RawServer proxy = RawServer.answering(EMPTY_ANSWER);
                    RawServer agent = RawServer.answering(EMPTY_ANSWER);
                    SdkHttpClient urlConnection = AgentHttpClients.urlConnection();
                    SdkHttpClient apache = AgentHttpClients.apache()) {
                withSelector(Proxy.Type.SOCKS, "socket", proxy, () -> {
                    assertThat(new SdkHttpTransport(urlConnection)
                                    .get(to(agent))
                                    .status())
                            .isEqualTo(200);
                    assertThatThrownBy(() -> new SdkHttpTransport(apache).get(to(agent)))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("ProxySelector");
                });
                assertThat(proxy.received()).isEmpty();
            }
        }

        @ParameterizedTest
        @MethodSource(FACTORY + "agentClients")
        void clients_of_the_factory_use_no_proxy(SdkHttpClient unused) throws Exception {
            try (unused;
                    RawServer proxy = RawServer.answering(EMPTY_ANSWER);
                    RawServer agent = RawServer.answering(EMPTY_ANSWER)) {
                System.setProperty("http.proxyHost", "127.0.0.1");
                System.setProperty("http.proxyPort", String.valueOf(proxy.port()));
                System.setProperty("http.nonProxyHosts", "nothing");
                Environment environment = Pod.environment(Map.of("HTTP_PROXY", "http://127.0.0.1:" + proxy.port()));
                try (SdkHttpClient client = unused instanceof UrlConnectionAgentClient
                        ? AgentHttpClients.urlConnection()
                        : AgentHttpClients.apache()) {
                    withSelector(
                            Proxy.Type.HTTP,
                            "http",
                            proxy,
                            () -> assertThat(new SdkHttpTransport(client, environment)
                                            .get(to(agent))
                                            .status())
                                    .isEqualTo(200));
                } finally {
                    System.clearProperty("http.proxyHost");
                    System.clearProperty("http.proxyPort");
                    System.clearProperty("http.nonProxyHosts");
                }
                assertThat(proxy.received()).isEmpty();
                assertThat(agent.received())
                        .singleElement()
                        .asString()
                        .startsWith("GET / HTTP/1.1\r\n")
                        .contains("Authorization: the-token\r\n");
            }
        }

        @Test
        void a_client_that_is_declared_to_use_no_proxy_is_used() throws Exception {
            try (SdkHttpClient client = AgentHttpClients.withoutProxy(UrlConnectionHttpClient.create());
                    RawServer agent = RawServer.answering(EMPTY_ANSWER)) {
                Environment environment = Pod.environment(Map.of("HTTP_PROXY", "http://127.0.0.1:1"));

                assertThat(new SdkHttpTransport(client, environment)
                                .get(to(agent))
                                .status())
                        .isEqualTo(200);
            }
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                nullValues = "-",
                value = {
                    "http;http.proxyHost=p;-;the system property http.proxyHost",
                    "http;https.proxyHost=p;-;-",
                    "https;https.proxyHost=p;-;the system property https.proxyHost",
                    "https;http.proxyHost=p;-;the system property http.proxyHost",
                    "http;HTTP_PROXY=http://p;-;the environment variable HTTP_PROXY",
                    "http;http_proxy=http://p;-;the environment variable http_proxy",
                    "http;HTTPS_PROXY=http://p;-;-",
                    "https;HTTPS_PROXY=http://p;-;the environment variable HTTPS_PROXY",
                    "http;HTTP_PROXY=' ';-;-",
                    "http;HTTP_PROXY=http://p;NO_PROXY=169.254.170.23;-",
                    "http;HTTP_PROXY=http://p;no_proxy=other,169.254.*;-",
                    "http;HTTP_PROXY=http://p;NO_PROXY=*;-",
                    // as the SDK reads it: no white space, no ranges
                    "http;HTTP_PROXY=http://p;NO_PROXY=other, 169.254.170.23;the environment variable HTTP_PROXY",
                    "http;HTTP_PROXY=http://p;NO_PROXY=169.254.0.0/16;the environment variable HTTP_PROXY",
                    "http;HTTP_PROXY=http://p;NO_PROXY=other;the environment variable HTTP_PROXY",
                    "http;http.proxyHost=p;http.nonProxyHosts=other|169.254.170.23;-",
                    "http;http.proxyHost=p;http.nonProxyHosts=(;the system property http.proxyHost",
                })
        void proxies_are_found_as_the_sdk_reads_them(String scheme, String set, String alsoSet, String found)
                throws IOException {
            Map<String, String> settings = new HashMap<>();
            for (String setting : alsoSet == null ? List.of(set) : List.of(set, alsoSet)) {
                int equals = setting.indexOf('=');
                settings.put(
                        setting.substring(0, equals),
                        setting.substring(equals + 1).replace("'", ""));
            }
            AgentRequest request = new AgentRequest(
                    scheme,
                    "169.254.170.23",
                    80,
                    List.of(InetAddress.getByName("169.254.170.23")),
                    "/",
                    Map.of(),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    1024);

            assertThat(ProxySettings.applying(
                            request, List.of(request.host()), AgentHttpClient.Proxies.ANY, settings(settings)))
                    .isEqualTo(found);
        }
    }

    @Nested
    class Requests {

        @ParameterizedTest
        @MethodSource(FACTORY + "clients")
        void the_host_header_carries_a_literal_in_canonical_text(SdkHttpClient client) throws Exception {
            try (client;
                    RawServer server =
                            new RawServer("::1", (to, closed) -> to.write(EMPTY_ANSWER.getBytes(US_ASCII)))) {
                new SdkHttpTransport(client).get(to(server, "http", "[::1]", IPV6_LOOPBACK));

                assertThat(server.received())
                        .singleElement()
                        .asString()
                        .contains("Host: [::1]:" + server.port() + "\r\n");
            }
        }

        @ParameterizedTest
        @MethodSource(FACTORY + "agentClients")
        void apache_connects_to_the_checked_address_of_a_name_and_sends_the_name_in_the_host_header(
                SdkHttpClient client) throws Exception {
            String host = client instanceof ApacheAgentClient ? "agent.invalid" : "127.0.0.1"; // as documented
            assertThat(hostsSentBy(client)).containsExactly(host);
        }

        @ParameterizedTest
        @MethodSource(FACTORY + "clients")
        void every_client_connects_to_the_checked_address_of_a_name(SdkHttpClient client) throws Exception {
            // the SDK's own Apache client sends the address up to some version, and the name from there on
            assertThat(hostsSentBy(client)).singleElement().isIn("agent.invalid", "127.0.0.1");
        }

        @ParameterizedTest
        @MethodSource(FACTORY + "clients")
        void next_address_is_tried_when_one_refuses_the_connection(SdkHttpClient client) throws Exception {
            try (client;
                    RawServer server = RawServer.answering(EMPTY_ANSWER)) {
                // nothing listens there on the server's port
                InetAddress refusing = InetAddress.getByName("127.0.0.77");
                AgentResponse response = new SdkHttpTransport(client)
                        .get(to(server, "http", "agent.invalid", refusing, InetAddress.getLoopbackAddress()));

                assertThat(response.status()).isEqualTo(200);
            }
        }

        @ParameterizedTest
        @MethodSource(FACTORY + "clients")
        void https_to_a_checked_name_uses_its_address_or_fails(SdkHttpClient client) throws Exception {
            try (client;
                    RawServer server = RawServer.answering("no TLS")) {
                AgentRequest request = to(server, "https", "localhost", InetAddress.getLoopbackAddress());

                if (client instanceof ApacheAgentClient) {
                    AgentRequest elsewhere = to(server, "https", "agent.invalid", InetAddress.getLoopbackAddress());
                    assertThatThrownBy(() -> new SdkHttpTransport(client).get(elsewhere))
                            .isInstanceOf(SSLException.class);
                    assertThat(server.received()).hasSize(1);
                } else {
                    assertThatThrownBy(() -> new SdkHttpTransport(client).get(request))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("cannot be bound to the checked address of localhost")
                            .hasMessageContaining("AgentHttpClients.apache()");
                    assertThat(server.received()).isEmpty();
                }
            }
        }

        @ParameterizedTest
        @MethodSource(FACTORY + "clients")
        void a_redirect_is_not_followed(SdkHttpClient client) throws Exception {
            try (client;
                    RawServer other = RawServer.answering(EMPTY_ANSWER);
                    RawServer agent = RawServer.answering("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:"
                            + other.port() + "/\r\nContent-Length: 0\r\n\r\n")) {
                AgentResponse response = new SdkHttpTransport(client).get(to(agent));

                assertThat(response.status()).isEqualTo(302);
                assertThat(other.received()).isEmpty();
                assertThat(agent.received()).hasSize(1);
            }
        }

        @ParameterizedTest
        @MethodSource(FACTORY + "clients")
        void request_has_connection_close(SdkHttpClient client) throws Exception {
            try (client;
                    RawServer server = RawServer.answering(EMPTY_ANSWER)) {
                new SdkHttpTransport(client).get(to(server));

                assertThat(server.received()).singleElement().asString().contains("Connection: close\r\n");
            }
        }

        @ParameterizedTest
        @MethodSource(FACTORY + "agentClients")
        void authenticator_of_the_jvm_is_not_used(SdkHttpClient client) throws Exception {
            AtomicInteger asked = new AtomicInteger();
            Authenticator.setDefault(new Authenticator() {
                @Override
                protected PasswordAuthentication getPasswordAuthentication() {
                    asked.incrementAndGet();
                    return new PasswordAuthentication("user", "password".toCharArray());
                }
            });
            try (client;
                    RawServer agent = RawServer.answering(
                            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=agent\r\nContent-Length: 0\r\n\r\n")) {
                AgentRequest request = to(agent);
                AgentRequest withoutToken = new AgentRequest(
                        request.scheme(),
                        request.host(),
                        request.port(),
                        request.addresses(),
                        request.target(),
                        Map.of(),
                        request.connectTimeout(),
                        request.timeout(),
                        request.bodyLimit());

                assertThat(new SdkHttpTransport(client).get(withoutToken).status())
                        .isEqualTo(401);
                assertThat(asked).hasValue(0);
            } finally {
                Authenticator.setDefault(null);
            }
        }

        @Test
        void a_cookie_handler_of_the_jvm_does_not_see_the_token() throws Exception {
            List<String> seen = new CopyOnWriteArrayList<>();
            CookieHandler.setDefault(new CookieHandler() {
                @Override
                public Map<String, List<String>> get(URI uri, Map<String, List<String>> headers) {
                    seen.add(uri + " " + headers);
                    return Map.of();
                }

                @Override
                public void put(URI uri, Map<String, List<String>> headers) {}
            });
            try (SdkHttpClient client = AgentHttpClients.urlConnection();
                    RawServer agent = RawServer.answering(EMPTY_ANSWER)) {
                new SdkHttpTransport(client).get(to(agent));

                assertThat(seen).singleElement().asString().contains("Accept").doesNotContain("the-token");
            } finally {
                CookieHandler.setDefault(null);
            }
        }
    }

    @Nested
    class Responses {

        @ParameterizedTest
        @MethodSource(FACTORY + "clients")
        void head_that_is_too_long_is_rejected(SdkHttpClient client) throws Exception {
            String header = "X-Filler: " + "x".repeat(1000) + "\r\n";
            try (client;
                    RawServer server =
                            RawServer.answering(EMPTY_ANSWER.replace("OK\r\n", "OK\r\n" + header.repeat(40)))) {
                assertThatThrownBy(() -> new SdkHttpTransport(client).get(to(server)))
                        .isInstanceOf(MalformedResponseException.class)
                        .hasMessageContaining("head is too long");
            }
        }

        @ParameterizedTest
        @MethodSource(FACTORY + "clients")
        void endless_head_is_aborted_at_the_deadline(SdkHttpClient client) throws Exception {
            try (client;
                    RawServer server = new RawServer("127.0.0.1", (to, closed) -> {
                        to.write("HTTP/1.1 200 OK\r\n".getBytes(US_ASCII));
                        while (!closed.await(20, MILLISECONDS)) {
                            to.write("X-Filler: again\r\n".repeat(50).getBytes(US_ASCII));
                        }
                    })) {
                long start = System.nanoTime();

                assertThatThrownBy(() -> new SdkHttpTransport(client).get(to(server)))
                        .isInstanceOf(IOException.class);

                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            }
        }

        /** The JDK limits it; {@code jdk.http.maxHeaderSize}. */
        @Test
        void endless_head_does_not_fill_the_heap_with_url_connections() throws Exception {
            byte[] headers = "X-Filler: again\r\n".repeat(500).getBytes(US_ASCII);
            try (SdkHttpClient client = AgentHttpClients.urlConnection();
                    RawServer server = new RawServer("127.0.0.1", (to, closed) -> {
                        to.write("HTTP/1.1 200 OK\r\n".getBytes(US_ASCII));
                        while (closed.getCount() > 0) {
                            to.write(headers);
                        }
                    })) {
                AgentRequest request = new AgentRequest(
                        "http",
                        "127.0.0.1",
                        server.port(),
                        List.of(InetAddress.getLoopbackAddress()),
                        "/",
                        Map.of(),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(20),
                        1024);

                assertThatThrownBy(() -> new SdkHttpTransport(client).get(request))
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    private static Environment settings(Map<String, String> settings) {
        return new Environment() {
            @Override
            public @Nullable String variable(String name) {
                return settings.get(name);
            }

            @Override
            public @Nullable String property(String name) {
                return settings.get(name);
            }

            @Override
            public byte[] readFile(String path, int limit) {
                return new byte[0];
            }
        };
    }

    private static List<String> hostsSentBy(SdkHttpClient client) throws Exception {
        try (client;
                RawServer server = RawServer.answering(EMPTY_ANSWER)) {
            new SdkHttpTransport(client).get(to(server, "http", "agent.invalid", InetAddress.getLoopbackAddress()));

            Pattern host = Pattern.compile("^Host: (.+):" + server.port() + "$", Pattern.MULTILINE);
            return server.received().stream()
                    .flatMap(request -> host.matcher(request.replace("\r", "")).results())
                    .map(result -> result.group(1))
                    .toList();
        }
    }

    private static final InetAddress IPV6_LOOPBACK = ipv6Loopback();

    private static InetAddress ipv6Loopback() {
        byte[] address = new byte[16];
        address[15] = 1;
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final String EMPTY_ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

    private static AgentRequest to(RawServer server) {
        return to(server, "http", "127.0.0.1", InetAddress.getLoopbackAddress());
    }

    private static AgentRequest to(RawServer server, String scheme, String host, InetAddress... addresses) {
        return new AgentRequest(
                scheme,
                host,
                server.port(),
                List.of(addresses),
                "/",
                Map.of("Authorization", "the-token"),
                Duration.ofMillis(200),
                Duration.ofMillis(600),
                64 * 1024);
    }

    private AgentRequest soon() {
        return new AgentRequest(
                "http",
                "127.0.0.1",
                pod.agent.port(),
                List.of(InetAddress.getLoopbackAddress()),
                "/",
                Map.of(),
                Duration.ofMillis(50),
                Duration.ofMillis(50),
                1024);
    }

    @FunctionalInterface
    private interface Check {
        void run() throws IOException;
    }

    private static void withSelector(Proxy.Type type, String scheme, RawServer proxy, Check check) throws IOException {
        ProxySelector before = ProxySelector.getDefault();
        ProxySelector.setDefault(new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                return uri.getScheme().equals(scheme)
                        ? List.of(
                                new Proxy(type, new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port())))
                        : List.of(Proxy.NO_PROXY);
            }

            @Override
            public void connectFailed(URI uri, SocketAddress address, IOException failure) {}
        });
        try {
            check.run();
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    /** Answers when it is released, whatever is aborted. */
    private static final class StubbornClient implements SdkHttpClient {
        private final CountDownLatch release = new CountDownLatch(1);
        private final AtomicInteger calls = new AtomicInteger();
        private final AtomicInteger aborted = new AtomicInteger();
        private final List<String> threads = new CopyOnWriteArrayList<>();

        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            return new ExecutableHttpRequest() {
                @Override
                public HttpExecuteResponse call() throws IOException {
                    threads.add(Thread.currentThread().getName());
                    calls.incrementAndGet();
                    try {
                        if (!release.await(20, SECONDS)) {
                            throw new IOException("never released");
                        }
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    return HttpExecuteResponse.builder()
                            .response(SdkHttpResponse.builder().statusCode(200).build())
                            .responseBody(AbortableInputStream.create(
                                    new ByteArrayInputStream(new byte[0]), aborted::incrementAndGet))
                            .build();
                }

                @Override
                public void abort() {
                    threads.add(Thread.currentThread().getName());
                }
            };
        }

        @Override
        public void close() {
            release.countDown();
        }
    }

    private record FailingClient(Error error) implements SdkHttpClient {
        @Override
        public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
            throw error;
        }

        @Override
        public void close() {}
    }

    private void assertFails(
            SdkHttpClient client, Category category, Consumer<io.lanyard.container.ContainerOptions> options) {
        try (client) {
            assertThatThrownBy(
                            pod.provider().container(options).httpClient(client).build()::resolveCredentials)
                    .isInstanceOf(SdkClientException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            CredentialsException.class,
                            e -> assertThat(e.category()).isEqualTo(category));
        }
    }

    private AgentRequest request(String target, Duration timeout) {
        return new AgentRequest(
                "http",
                "127.0.0.1",
                pod.agent.port(),
                List.of(InetAddress.getLoopbackAddress()),
                target,
                Map.of("Accept", "application/json"),
                Duration.ofSeconds(2),
                timeout,
                64 * 1024);
    }
}
