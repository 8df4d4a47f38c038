// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Behaviour of the presets that is not in the captures. */
@Timeout(60)
class PresetAgentTest {
    private static final String ROLE = "arn:aws:iam::111122223333:role/App";
    private static final Instant NOW = Instant.parse("2026-11-22T05:00:00.250Z");
    private static final String GREENGRASS_PATH = "/2016-11-01/credentialprovider/";
    private static final String CLOUD_SHELL_PATH = "/latest/meta-data/container/security-credentials";

    private static PresetAgent start(AgentPreset preset) {
        return PresetAgent.builder(preset, ROLE).clock(InstantSource.fixed(NOW)).start();
    }

    private static String token(PresetAgent agent) {
        return agent.environment().getOrDefault("AWS_CONTAINER_AUTHORIZATION_TOKEN", "");
    }

    private static String exchange(PresetAgent agent, String methodAndTarget) throws IOException {
        return exchange(agent, methodAndTarget, token(agent));
    }

    private static String exchange(PresetAgent agent, String methodAndTarget, String token) throws IOException {
        String authorization = token.isEmpty() ? "" : "Authorization: " + token + "\r\n";
        return RawClient.exchange(
                        agent.port(), methodAndTarget + " HTTP/1.1\r\nHost: localhost\r\n" + authorization + "\r\n")
                .replaceFirst("Date: .*\r\n", "")
                .replaceFirst("Content-Length: .*\r\n", "");
    }

    @Test
    void each_preset_returns_its_own_variables() {
        Map<AgentPreset, String> locations = Map.of(
                AgentPreset.AWS_VAULT,
                "http://127.0.0.1:PORT token [A-Z2-7]{40}",
                AgentPreset.AWS_VAULT_NO_SESSION,
                "http://127.0.0.1:PORT token [A-Z2-7]{40}",
                AgentPreset.AWS_SSO,
                "http://localhost:PORT/ token Bearer [A-Z2-7]{32}",
                AgentPreset.GREENGRASS,
                "http://localhost:PORT" + GREENGRASS_PATH + " token [A-Z2-7]{16}",
                AgentPreset.GREENGRASS_LITE,
                "http://localhost:PORT" + GREENGRASS_PATH + " token [A-Z2-7]{16}",
                AgentPreset.CLOUD_SHELL,
                "http://localhost:PORT" + CLOUD_SHELL_PATH + " token [A-Z2-7]{44}");
        locations.forEach((preset, expected) -> {
            try (PresetAgent agent = PresetAgent.start(preset, ROLE)) {
                assertThat(agent.environment())
                        .containsOnlyKeys("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN");
                assertThat(agent.environment().get("AWS_CONTAINER_CREDENTIALS_FULL_URI") + " token " + token(agent))
                        .matches(expected.replace("PORT", Integer.toString(agent.port())));
            }
        });
        try (PresetAgent agent = PresetAgent.start(AgentPreset.ECS_LOCAL, ROLE)) {
            assertThat(agent.environment())
                    .isEqualTo(Map.of(
                            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                            "/creds",
                            "AWS_CONTAINER_SERVICE_ENDPOINT",
                            "http://127.0.0.1:" + agent.port()));
        }
    }

    @Test
    void the_uri_contains_localhost_only_for_127_0_0_1() throws Exception {
        try (PresetAgent agent = PresetAgent.builder(AgentPreset.AWS_SSO, ROLE)
                .address(InetAddress.getByName("127.0.0.2"))
                .start()) {
            assertThat(agent.environment())
                    .containsEntry("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.2:" + agent.port() + "/");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ECS_LOCAL")
    void a_token_is_a_recognizable_fake_and_is_not_recorded(AgentPreset preset) throws Exception {
        try (PresetAgent agent = start(preset)) {
            exchange(agent, "GET /");
            assertThat(token(agent)).contains("CANARY");
            assertThat(agent.requests()).hasSize(1);
            assertThat(agent.requests().toString()).doesNotContain("CANARY");
        }
    }

    @Test
    void aws_vault_rejects_an_invalid_role_arn() throws Exception {
        try (PresetAgent agent = start(AgentPreset.AWS_VAULT)) {
            assertThat(exchange(agent, "GET /role-arn/App"))
                    .startsWith("HTTP/1.1 500 ")
                    .contains("sts:AssumeRole");
        }
    }

    @Test
    void sts_recognizes_long_term_keys() throws Exception {
        try (PresetAgent agent = start(AgentPreset.AWS_VAULT_NO_SESSION);
                StsService sts = StsService.start()) {
            agent.onIssued(sts::register);
            assertThat(exchange(agent, "GET /")).contains("\"Expiration\":\"0001-01-01T00:00:00Z\"", "\"Token\":\"\"}");
            String accessKeyId = agent.issued().get(0).accessKeyId();
            assertThat(RawClient.exchange(
                            sts.port(),
                            "GET /?Action=GetCallerIdentity HTTP/1.1\r\nHost: a\r\nAuthorization: AWS4-HMAC-SHA256"
                                    + " Credential=" + accessKeyId + "/20261122/us-east-1/sts/aws4_request\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ");
            agent.faults().next(Fault.expired(Duration.ofMinutes(1)));
            assertThat(exchange(agent, "GET /")).contains("\"Expiration\":\"2026-11-22T04:59:00Z\"");
        }
    }

    @Test
    void ecs_local_reports_that_sts_refuses_a_session() throws Exception {
        try (PresetAgent agent = start(AgentPreset.ECS_LOCAL)) {
            agent.refuse(true);
            assertThat(exchange(agent, "GET /creds"))
                    .startsWith("HTTP/1.1 500 ")
                    .contains("sts:GetSessionToken");
        }
    }

    @Test
    void aws_sso_writes_the_expiration_with_an_offset() throws Exception {
        try (PresetAgent agent = start(AgentPreset.AWS_SSO)) {
            for (String target : new String[] {"/", "/slot/dev"}) {
                assertThat(exchange(agent, "GET " + target))
                        .startsWith("HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n\r\n")
                        .contains("\"Expiration\":\"2026-11-21T23:00:00-07:00\",\"RoleArn\":\"" + ROLE + "\"");
            }
        }
    }

    @Test
    void aws_sso_rejects_a_wrong_token_path_or_method_and_short_lifetimes() throws Exception {
        try (PresetAgent agent = start(AgentPreset.AWS_SSO)) {
            String bare = token(agent).substring("Bearer ".length());
            assertThat(exchange(agent, "GET /", bare))
                    .startsWith("HTTP/1.1 403 ")
                    .endsWith("\r\n\r\n{\"code\":\"403\",\"message\":\"Invalid authorization token\"}\n");
            for (String target : new String[] {"/slot/", "/other", "/?a=b"}) {
                assertThat(exchange(agent, "GET " + target))
                        .startsWith("HTTP/1.1 404 ")
                        .endsWith("{\"code\":\"404\",\"message\":\"Credentials unavailable\"}\n");
            }
            assertThat(exchange(agent, "POST /")).startsWith("HTTP/1.1 400 ").endsWith("\"Bad request\"}\n");
            agent.credentialLifetime(Duration.ofSeconds(60));
            assertThat(exchange(agent, "GET /"))
                    .startsWith("HTTP/1.1 404 ")
                    .endsWith("{\"code\":\"404\",\"message\":\"Credentials expired\"}\n");
        }
    }

    @Test
    void greengrass_answers_without_a_content_type() throws Exception {
        try (PresetAgent agent = start(AgentPreset.GREENGRASS)) {
            String answer = exchange(agent, "GET " + GREENGRASS_PATH);
            IssuedCredentials issued = agent.issued().get(0);
            assertThat(answer)
                    .isEqualTo("HTTP/1.1 200 OK\r\n\r\n{\"AccessKeyId\":\"" + issued.accessKeyId()
                            + "\",\"SecretAccessKey\":\"" + issued.secretAccessKey()
                            + "\",\"Expiration\":\"2026-11-22T06:00:00Z\",\"Token\":\"" + issued.sessionToken()
                            + "\"}");
        }
    }

    @Test
    void greengrass_answers_its_own_errors_without_a_body() throws Exception {
        try (PresetAgent agent = start(AgentPreset.GREENGRASS)) {
            assertThat(exchange(agent, "POST " + GREENGRASS_PATH)).isEqualTo("HTTP/1.1 405 Method Not Allowed\r\n\r\n");
            assertThat(exchange(agent, "GET /2016-11-01/credentialprovider"))
                    .isEqualTo("HTTP/1.1 400 Bad Request\r\n\r\n");
            assertThat(exchange(agent, "GET " + GREENGRASS_PATH, "wrong")).isEqualTo("HTTP/1.1 403 Forbidden\r\n\r\n");
            agent.credentialLifetime(Duration.ofSeconds(-5));
            assertThat(exchange(agent, "GET " + GREENGRASS_PATH))
                    .startsWith("HTTP/1.1 500 ")
                    .endsWith("TES responded with credentials that expired at 2026-11-22T04:59:55Z");
            agent.refuse(true);
            assertThat(exchange(agent, "GET " + GREENGRASS_PATH))
                    .startsWith("HTTP/1.1 403 ")
                    .endsWith("TES responded with status code: 403. Caching response. {\"message\":\"Access Denied\"}");
        }
    }

    @Test
    void greengrass_lite_answers_html_and_null_after_a_refusal() throws Exception {
        try (PresetAgent agent = start(AgentPreset.GREENGRASS_LITE)) {
            String html = "\r\nContent-Type: text/html; charset=ISO-8859-1\r\n\r\n";
            String get = "GET " + GREENGRASS_PATH;
            assertThat(exchange(agent, get)).startsWith("HTTP/1.1 200 OK" + html + "{\"AccessKeyId\":\"");
            assertThat(exchange(agent, "GET /"))
                    .isEqualTo("HTTP/1.1 400 Bad Request" + html
                            + "Only /2016-11-01/credentialprovider/ uri is supported.");
            assertThat(exchange(agent, get, ""))
                    .isEqualTo("HTTP/1.1 400 Bad Request" + html
                            + "Authorization header is needed to process the request.");
            assertThat(exchange(agent, get, "short"))
                    .isEqualTo("HTTP/1.1 400 Bad Request" + html + "SVCUID length must be exactly 16.");
            assertThat(exchange(agent, get, "0123456789ABCDEF"))
                    .isEqualTo("HTTP/1.1 404 Not Found" + html + "No such svcuid present.");
            agent.refuse(true);
            assertThat(exchange(agent, get)).isEqualTo("HTTP/1.1 200 OK" + html + "null");
        }
    }

    @Test
    void cloud_shell_pretty_prints_15_minute_credentials() throws Exception {
        try (PresetAgent agent = start(AgentPreset.CLOUD_SHELL)) {
            assertThat(exchange(agent, "GET " + CLOUD_SHELL_PATH))
                    .contains(
                            "{\n\t\"Type\": \"\",\n",
                            "\t\"Expiration\": \"2026-11-22T05:15:00Z\",\n\t\"Code\": \"Success\"\n}");
            assertThat(exchange(agent, "GET " + CLOUD_SHELL_PATH, "wrong")).startsWith("HTTP/1.1 401 ");
            assertThat(exchange(agent, "GET /")).startsWith("HTTP/1.1 404 ");
            agent.refuse(true);
            assertThat(exchange(agent, "GET " + CLOUD_SHELL_PATH)).startsWith("HTTP/1.1 500 ");
        }
    }

    @Test
    void an_invalid_role_arn_is_rejected_at_the_start() {
        assertThatThrownBy(() -> PresetAgent.start(AgentPreset.AWS_VAULT, "App"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("App");
    }
}
