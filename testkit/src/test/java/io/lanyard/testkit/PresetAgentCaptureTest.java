// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares answers with captures of aws-vault and ecs-local-container-endpoints, byte for byte. */
class PresetAgentCaptureTest {
    private static final List<Capture> ALL = Capture.all("aws-vault-and-ecs-local.txt");

    static List<Capture> captures() {
        return ALL;
    }

    @Test
    void every_capture_is_read() {
        assertThat(ALL).hasSize(15);
    }

    @ParameterizedTest
    @MethodSource("captures")
    void answers_as_captured(Capture capture) throws Exception {
        AgentPreset preset = capture.name().startsWith("local")
                ? AgentPreset.ECS_LOCAL
                : capture.name().equals("vault non-expiring base creds")
                        ? AgentPreset.AWS_VAULT_NO_SESSION
                        : AgentPreset.AWS_VAULT;
        try (PresetAgent agent = PresetAgent.builder(preset, "arn:aws:iam::111122223333:role/Base")
                .clock(InstantSource.fixed(capture.date()))
                .fakes(capture.credentials(ALL.get(0)))
                .start()) {
            agent.credentialLifetime(capture.lifetime());
            agent.refuse(capture.head().startsWith("HTTP/1.1 500 "));

            String answer = RawClient.exchange(agent.port(), request(capture.name(), agent));

            assertThat(answer).isEqualTo(capture.wire());
        }
    }

    private static String request(String name, PresetAgent agent) {
        String target = switch (name) {
            case "vault any path" -> "/any/path";
            case "vault role-arn", "vault role-arn denied" -> "/role-arn/arn:aws:iam::111122223333:role/Foo";
            case "local /creds (long-term base -> GetSessionToken)", "local /creds (session base)" -> "/creds";
            case "local /role/foo" -> "/role/foo";
            case "local /role/denied" -> "/role/denied";
            case "local /role-arn" -> "/role-arn/arn:aws:iam::111122223333:role/Foo";
            case "local unknown" -> "/unknown";
            default -> "/";
        };
        String token = agent.environment().getOrDefault("AWS_CONTAINER_AUTHORIZATION_TOKEN", "");
        String authorization = switch (name) {
            case "vault no token" -> "";
            case "vault wrong token" -> "Authorization: wrong\r\n";
            case "vault Bearer token" -> "Authorization: Bearer " + token + "\r\n";
            default -> token.isEmpty() ? "" : "Authorization: " + token + "\r\n";
        };
        return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + authorization + "\r\n";
    }
}
