// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares answers with captures of agent 1.105.1, byte for byte except the port of the remote address. */
class EcsCredentialsAgentCaptureTest {
    private static final List<Capture> ALL = Capture.all("ecs-agent.txt");
    private static final String ID = "11111111-aaaa-bbbb-cccc-000000000001";
    private static final String PENDING = "11111111-aaaa-bbbb-cccc-000000000002";

    static List<Capture> captures() {
        return ALL;
    }

    @Test
    void every_capture_is_read() {
        assertThat(ALL).hasSize(17);
    }

    @ParameterizedTest
    @MethodSource("captures")
    void answers_as_captured(Capture capture) throws Exception {
        try (EcsCredentialsAgent agent = EcsCredentialsAgent.builder()
                .clock(InstantSource.fixed(capture.date()))
                .fakes(capture.credentials(ALL.get(0)))
                .start()) {
            agent.task(ID, "arn:aws:iam::111122223333:role/TaskRole");
            agent.task(PENDING, "arn:aws:iam::111122223333:role/TaskRole");
            agent.uninitialized("/v2/credentials/" + PENDING);
            agent.credentialLifetime(capture.lifetime());

            try (RawClient client = new RawClient(agent.port())) {
                client.send(request(capture.name()));
                String answer = client.readHead() + client.read(Integer.parseInt(capture.header("Content-Length")));

                String expected = capture.wire()
                        .replaceAll("Remote-Addr: 127.0.0.1:\\d+", "Remote-Addr: 127.0.0.1:" + client.localPort());
                assertThat(answer).isEqualTo(expected);
            }
        }
    }

    private static String request(String name) {
        String target = switch (name) {
            case "good v1" -> "/v1/credentials?id=" + ID;
            case "unknown id" -> "/v2/credentials/unknown";
            case "pending id (agent restarted)" -> "/v2/credentials/" + PENDING;
            case "empty id v2" -> "/v2/credentials/";
            case "no id v2 w/o slash" -> "/v2/credentials";
            case "v1 no id" -> "/v1/credentials";
            case "v1 empty id" -> "/v1/credentials?id=";
            case "double slash" -> "//v2/credentials/" + ID;
            case "root" -> "/";
            case "random path" -> "/random";
            case "v4 creds?" -> "/v4/credentials/" + ID;
            case "id with trailing slash" -> "/v2/credentials/" + ID + "/";
            default -> "/v2/credentials/" + ID;
        };
        String host = name.equals("any Host") ? "anything.example" : "169.254.170.2";
        String authorization = name.startsWith("with Authorization") ? "Authorization: ignored\r\n" : "";
        String method = name.equals("POST") ? "POST" : "GET";
        return method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + authorization + "\r\n";
    }
}
