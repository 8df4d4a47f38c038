// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.lanyard.container.SourceWorld.failure;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.lanyard.Category;
import io.lanyard.CredentialsException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same, with a server that none of ours wrote. */
class FaultyAgentWireMockTest {

    private static final String GOOD = SourceWorld.good("2099-01-01T00:00:00Z");

    private static final WireMockServer SERVER =
            new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

    @BeforeAll
    static void start() {
        SERVER.start();
    }

    @AfterAll
    static void stop() {
        SERVER.stop();
    }

    @BeforeEach
    void reset() {
        SERVER.resetAll();
    }

    private static ContainerCredentialsSource.Builder source() {
        return ContainerCredentialsSource.builder()
                .fullUri("http://127.0.0.1:" + SERVER.port() + "/v1/credentials?a=%2F")
                .token("eyJ.CANARY")
                .startupPatience(Duration.ZERO);
    }

    /** The answer to every request, or to the first only. */
    private static void answer(ResponseDefinitionBuilder answer, boolean once) {
        SERVER.stubFor(any(anyUrl())
                .inScenario("agent")
                .whenScenarioStateIs(Scenario.STARTED)
                .willSetStateTo(once ? "well" : Scenario.STARTED)
                .willReturn(answer));
        SERVER.stubFor(any(anyUrl())
                .inScenario("agent")
                .whenScenarioStateIs("well")
                .willReturn(aResponse().withStatus(200).withBody(GOOD)));
    }

    @Test
    void a_server_of_other_make_gives_credentials() throws Exception {
        answer(aResponse().withHeader("Content-Type", "application/json").withBody(GOOD), false);

        assertThat(source().build().resolve().accessKeyId()).isEqualTo("ASIAEXAMPLE");

        SERVER.verify(
                1,
                getRequestedFor(urlEqualTo("/v1/credentials?a=%2F"))
                        .withHeader("Authorization", equalTo("eyJ.CANARY"))
                        .withHeader("Accept", equalTo("application/json"))
                        .withHeader("Accept-Encoding", equalTo("identity"))
                        .withHeader("Connection", equalTo("close")));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void one_fault_is_overcome(Fault fault) throws Exception {
        answer(aResponse().withFault(fault), true);

        assertThat(source().build().resolve().accessKeyId()).isEqualTo("ASIAEXAMPLE");
        SERVER.verify(2, anyRequestedFor(anyUrl()));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void three_faults_are_told(Fault fault) {
        answer(aResponse().withFault(fault), false);

        CredentialsException failure = failure(source().build());

        assertThat(failure.category()).isIn(Category.UNREACHABLE, Category.INVALID_RESPONSE);
        assertThat(failure.recoverable()).isTrue();
        assertThat(failure).hasMessageNotContaining("CANARY");
        SERVER.verify(3, anyRequestedFor(anyUrl()));
    }

    @Test
    void a_body_that_dribbles_in_chunks_is_read_when_it_is_in_time_and_given_up_when_it_is_not() throws Exception {
        answer(aResponse().withBody(GOOD).withChunkedDribbleDelay(5, 500), false);
        assertThat(source().build().resolve().accessKeyId()).isEqualTo("ASIAEXAMPLE");

        reset();
        answer(aResponse().withBody(GOOD).withChunkedDribbleDelay(5, 20_000), false);
        long start = System.nanoTime();
        CredentialsException failure = failure(
                source().attemptTimeout(Duration.ofMillis(600)).maxAttempts(1).build());
        assertThat(failure.category()).isEqualTo(Category.UNREACHABLE);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void a_compressed_body_that_nobody_asked_for_is_not_understood() {
        answer(aResponse().withHeader("Content-Encoding", "gzip").withBody("x"), false);

        assertThat(failure(source().maxAttempts(1).build()).category()).isEqualTo(Category.INVALID_RESPONSE);
    }
}
