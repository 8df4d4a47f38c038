// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.testkit.Fault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

class SdkHttpTransportTest {

    private final Pod pod = new Pod();

    @AfterEach
    void closePod() {
        pod.close();
    }

    @SuppressWarnings("deprecation") // by newer SDKs; the oldest supported one has no other
    static Stream<Named<SdkHttpClient>> clients() {
        return Stream.of(
                Named.of("url-connection-client", UrlConnectionHttpClient.create()),
                Named.of("apache-client", software.amazon.awssdk.http.apache.ApacheHttpClient.create()));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void credentials_come_over_a_client_of_the_sdk(SdkHttpClient client) {
        try (client) {
            LanyardContainerCredentialsProvider provider =
                    pod.provider().httpClient(client).build();

            assertThat(provider.resolveCredentials().accessKeyId())
                    .isEqualTo(pod.issued().accessKeyId());
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void path_and_query_go_out_byte_for_byte(SdkHttpClient client) throws IOException {
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
    void an_answer_that_drips_is_cut_off_at_the_deadline(SdkHttpClient client) {
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
    void an_agent_that_hangs_is_unreachable_after_its_attempts(SdkHttpClient client) {
        pod.agent.faults().always(Fault.hang());
        assertFails(
                client,
                Category.UNREACHABLE,
                source -> source.attemptTimeout(Duration.ofMillis(300)).connectTimeout(Duration.ofMillis(200)));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void a_body_without_an_end_is_read_to_the_bound_and_no_further(SdkHttpClient client) {
        pod.agent.faults().always(Fault.endless());
        assertFails(client, Category.INVALID_RESPONSE, source -> source.maxAttempts(1));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void a_reset_connection_is_unreachable(SdkHttpClient client) {
        pod.agent.faults().always(Fault.reset());
        assertFails(client, Category.UNREACHABLE, source -> source.maxAttempts(1));
    }

    private void assertFails(
            SdkHttpClient client,
            Category category,
            Consumer<io.lanyard.container.ContainerCredentialsSource.Builder> options) {
        try (client) {
            assertThatThrownBy(pod.provider().source(options).httpClient(client).build()::resolveCredentials)
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
