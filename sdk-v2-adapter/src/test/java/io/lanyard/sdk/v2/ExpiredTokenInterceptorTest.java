// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsAsyncClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.StsException;

/** Clients of the SDK before a service that refuses what they sign with. */
class ExpiredTokenInterceptorTest {

    private final Pod pod = new Pod();
    private final HttpServer service;
    private final List<String> keys = new CopyOnWriteArrayList<>();
    private volatile String refusal = "ExpiredToken";

    ExpiredTokenInterceptorTest() throws IOException {
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.createContext("/", exchange -> {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            keys.add(authorization.replaceFirst(".*Credential=([^/]+)/.*", "$1"));
            byte[] answer = ("<ErrorResponse><Error><Type>Sender</Type><Code>" + refusal
                            + "</Code><Message>no</Message></Error></ErrorResponse>")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(403, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        service.start();
    }

    @AfterEach
    void stop() {
        service.stop(0);
        pod.close();
    }

    enum Client {
        SYNC {
            @Override
            void call(URI endpoint, AwsCredentialsProvider credentials, ExpiredTokenInterceptor interceptor) {
                try (StsClient client = StsClient.builder()
                        .region(Region.EU_CENTRAL_1)
                        .endpointOverride(endpoint)
                        .httpClientBuilder(UrlConnectionHttpClient.builder())
                        .overrideConfiguration(options -> options.addExecutionInterceptor(interceptor))
                        .credentialsProvider(credentials)
                        .build()) {
                    client.getCallerIdentity();
                }
            }
        },
        ASYNC {
            @Override
            void call(URI endpoint, AwsCredentialsProvider credentials, ExpiredTokenInterceptor interceptor) {
                try (StsAsyncClient client = StsAsyncClient.builder()
                        .region(Region.EU_CENTRAL_1)
                        .endpointOverride(endpoint)
                        .httpClientBuilder(NettyNioAsyncHttpClient.builder())
                        .overrideConfiguration(options -> options.addExecutionInterceptor(interceptor))
                        .credentialsProvider(credentials)
                        .build()) {
                    client.getCallerIdentity().join();
                }
            }
        };

        abstract void call(URI endpoint, AwsCredentialsProvider credentials, ExpiredTokenInterceptor interceptor);
    }

    @ParameterizedTest
    @EnumSource(Client.class)
    void next_call_after_an_expired_token_signs_with_newer_credentials(Client client) {
        try (LanyardDefaultCredentialsProvider credentials =
                new DefaultChainBuilder().environment(pod.environment()).build()) {
            ExpiredTokenInterceptor interceptor = new ExpiredTokenInterceptor(credentials::invalidate);

            assertThat(catchThrowable(() -> client.call(endpoint(), credentials, interceptor)))
                    .isNotNull();
            assertThat(catchThrowable(() -> client.call(endpoint(), credentials, interceptor)))
                    .isNotNull();
        }
        List<String> issued =
                pod.agent.issued().stream().map(given -> given.accessKeyId()).toList();
        assertThat(issued).hasSize(2);
        assertThat(keys.stream().distinct()).containsExactlyElementsOf(issued);
    }

    static Stream<String> refusals() {
        return Stream.of("ExpiredToken", "ExpiredTokenException", "InvalidToken");
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void codes_that_reject_the_credentials_are_reported(String code) {
        assertThat(invalidatedBy(code))
                .hasSize(1)
                .allSatisfy(refused ->
                        assertThat(refused.accessKeyId()).isEqualTo(pod.issued().accessKeyId()));
    }

    @Test
    void other_codes_are_not_reported() {
        assertThat(invalidatedBy("AccessDenied")).isEmpty();
        assertThat(invalidatedBy("SignatureDoesNotMatch")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Client.class)
    void unreachable_service_is_not_reported(Client client) {
        List<AwsCredentialsIdentity> invalidated = new CopyOnWriteArrayList<>();
        service.stop(0);

        assertThat(catchThrowable(() ->
                        client.call(endpoint(), pod.provider().build(), new ExpiredTokenInterceptor(invalidated::add))))
                .isNotNull();

        assertThat(invalidated).isEmpty();
    }

    private List<AwsCredentialsIdentity> invalidatedBy(String code) {
        refusal = code;
        List<AwsCredentialsIdentity> invalidated = new CopyOnWriteArrayList<>();
        assertThat(catchThrowable(() -> Client.SYNC.call(
                        endpoint(), pod.provider().build(), new ExpiredTokenInterceptor(invalidated::add))))
                .isInstanceOf(StsException.class);
        return invalidated;
    }

    private URI endpoint() {
        return URI.create("http://127.0.0.1:" + service.getAddress().getPort());
    }
}
