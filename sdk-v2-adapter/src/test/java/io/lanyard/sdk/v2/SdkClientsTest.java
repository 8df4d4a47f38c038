// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

/** An ordinary client of the SDK signs with what the provider gives. */
class SdkClientsTest {

    private static final String ANSWER = "<GetCallerIdentityResponse"
            + " xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>"
            + "<Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

    private final Pod pod = new Pod();
    private final List<String> signatures = new CopyOnWriteArrayList<>();
    private final List<String> tokens = new CopyOnWriteArrayList<>();
    private HttpServer sts;

    SdkClientsTest() throws IOException {
        sts = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void startSts() {
        sts.createContext("/", exchange -> {
            signatures.add(exchange.getRequestHeaders().getFirst("Authorization"));
            tokens.add(exchange.getRequestHeaders().getFirst("X-Amz-Security-Token"));
            byte[] answer = ANSWER.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        sts.start();
    }

    @AfterEach
    void stop() {
        sts.stop(0);
        pod.close();
    }

    @Test
    void a_client_signs_with_the_agents_credentials() {
        try (StsClient client = client(pod.provider().build())) {
            assertThat(client.getCallerIdentity().account()).isEqualTo("111122223333");
        }

        assertThat(signatures)
                .singleElement()
                .asString()
                .contains("Credential=" + pod.issued().accessKeyId() + "/");
        assertThat(tokens).containsExactly(pod.issued().sessionToken());
    }

    @Test
    void one_provider_serves_many_clients_and_outlives_those_that_are_closed() {
        LanyardContainerCredentialsProvider shared = pod.provider().build();
        List<StsClient> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(client(shared));
        }
        clients.get(0).getCallerIdentity();
        clients.get(0).close();

        for (StsClient client : clients.subList(1, 5)) {
            assertThat(client.getCallerIdentity().account()).isEqualTo("111122223333");
            client.close();
        }
        assertThat(pod.agent.requests()).hasSize(1);
        assertThat(signatures).hasSize(5);
    }

    private StsClient client(LanyardContainerCredentialsProvider provider) {
        return StsClient.builder()
                .region(Region.EU_CENTRAL_1)
                .endpointOverride(
                        URI.create("http://127.0.0.1:" + sts.getAddress().getPort()))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .credentialsProvider(provider)
                .build();
    }
}
