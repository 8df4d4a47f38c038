// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testkit.iam.IamRole;
import io.lanyard.testkit.iam.PodIdentityAssociation;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares answers with captures of agent 0.1.37, byte for byte, with date, credentials and expiration of the capture. */
class EksPodIdentityAgentCaptureTest {
    private static final List<Capture> ALL = Capture.all("eks-pod-identity-agent.txt");

    /** Captures of the real agent's other ports. */
    private static final Set<String> NOT_EMULATED = Set.of("health", "ready", "metrics head");

    private static final Map<String, EksAuthAnswer> EKS_AUTH = Map.ofEntries(
            Map.entry("EKS Auth: denied-node", EksAuthAnswer.ACCESS_DENIED_NODE_ROLE),
            Map.entry("EKS Auth: denied-trust", EksAuthAnswer.ACCESS_DENIED_TRUST_POLICY),
            Map.entry("EKS Auth: expired", EksAuthAnswer.EXPIRED_TOKEN),
            Map.entry("EKS Auth: invalid", EksAuthAnswer.INVALID_TOKEN),
            Map.entry("EKS Auth: invalidparam", EksAuthAnswer.INVALID_PARAMETER),
            Map.entry("EKS Auth: invalidreq", EksAuthAnswer.INVALID_REQUEST),
            Map.entry("EKS Auth: throttle", EksAuthAnswer.THROTTLED),
            Map.entry("EKS Auth: e500", EksAuthAnswer.INTERNAL_ERROR),
            Map.entry("EKS Auth: e503", EksAuthAnswer.UNAVAILABLE),
            Map.entry("EKS Auth slow 5s each", EksAuthAnswer.UNREACHABLE));

    static List<Capture> captures() {
        return ALL.stream()
                .filter(capture -> !NOT_EMULATED.contains(capture.name()))
                .toList();
    }

    @Test
    void every_capture_is_read() {
        assertThat(ALL).hasSize(41);
        assertThat(ALL).extracting(Capture::name).containsAll(NOT_EMULATED).containsAll(EKS_AUTH.keySet());
    }

    @ParameterizedTest
    @MethodSource("captures")
    void answers_as_captured(Capture capture) throws Exception {
        Instant now = capture.date();
        Duration lifetime = capture.lifetime();
        if (capture.name().equals("creds that live 10 s")) {
            now = now.plusMillis(120);
            lifetime = Duration.ofSeconds(10);
        }
        try (EksPodIdentityAgent agent = EksPodIdentityAgent.builder()
                .clock(InstantSource.fixed(now))
                .strictHost()
                .fakes(capture.credentials(ALL.get(0)))
                .start()) {
            agent.associate("default", "app", "arn:aws:iam::111122223333:role/App");
            agent.credentialLifetime(lifetime);
            agent.eksAuth().answerWith(EKS_AUTH.getOrDefault(capture.name(), EksAuthAnswer.CREDENTIALS));

            String answer = RawClient.exchange(agent.port(), request(capture.name(), now));

            assertThat(answer).isEqualTo(capture.wire());
        }
    }

    /** Causes the refusals instead of scripting them. */
    @ParameterizedTest
    @ValueSource(
            strings = {"EKS Auth: notfound", "EKS Auth: denied-trust", "EKS Auth: invalid", "EKS Auth: invalidreq"})
    void the_refusals_of_a_cluster_equal_the_captures(String name) throws Exception {
        Capture capture = ALL.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
        InstantSource clock = InstantSource.fixed(capture.date());
        try (EksCluster cluster = EksCluster.builder()
                .clock(clock)
                .agent(EksPodIdentityAgent.Builder::strictHost)
                .start()) {
            IamRole role = IamRole.trustingEks("arn:aws:iam::111122223333:role/App");
            cluster.associate(PodIdentityAssociation.of("default", "app", role));
            ServiceAccountTokens.Draft draft = cluster.tokens().token("default", "app");
            String token = switch (name) {
                case "EKS Auth: notfound" -> cluster.tokens().issue("default", "notfound");
                case "EKS Auth: invalidreq" -> draft.notBoundToPod().issue();
                case "EKS Auth: invalid" ->
                    ServiceAccountTokens.create().withClock(clock).issue("default", "app");
                default -> draft.issue();
            };
            role.trustPolicy("""
                    {"Statement": [{"Effect": "Allow", "Principal": {"Service": "pods.eks.amazonaws.com"},
                     "Action": "sts:AssumeRole"}]}
                    """);

            assertThat(RawClient.exchange(
                            cluster.agent().port(),
                            "GET /v1/credentials HTTP/1.1\r\nHost: 169.254.170.23\r\nAuthorization: " + token
                                    + "\r\n\r\n"))
                    .isEqualTo(capture.wire());
        }
    }

    private static String request(String name, Instant now) {
        ServiceAccountTokens tokens = ServiceAccountTokens.create().withClock(InstantSource.fixed(now));
        ServiceAccountTokens.Draft draft = tokens.token("default", "app");
        String method = name.equals("POST") || name.equals("HEAD") ? name : "GET";
        String version = name.equals("HTTP/1.0") ? "HTTP/1.0" : "HTTP/1.1";
        String target = switch (name) {
            case "good via absolute-form (curl -x)" -> "http://169.254.170.23/v1/credentials";
            case "trailing slash" -> "/v1/credentials/";
            case "root" -> "/";
            case "double slash" -> "//v1/credentials";
            case "query" -> "/v1/credentials?a=b";
            case "wrong path v2" -> "/v2/credentials";
            default -> "/v1/credentials";
        };
        String host = switch (name) {
            case "wrong Host", "wrong Host, no token" -> "127.0.0.1";
            case "IPv6 canonical Host" -> "[fd00:ec2::23]";
            case "IPv6 expanded Host (java Inet6Address form)" -> "[fd00:ec2:0:0:0:0:0:23]";
            case "Host with port 80" -> "169.254.170.23:80";
            case "Host uppercase v6" -> "[FD00:EC2::23]";
            default -> "169.254.170.23";
        };
        String authorization = switch (name) {
            case "no token", "wrong Host, no token" -> "";
            case "empty token" -> "Authorization: \r\n";
            case "garbage token" -> "Authorization: garbage\r\n";
            case "Bearer-prefixed token" -> "Authorization: Bearer " + draft.issue() + "\r\n";
            case "token with bad base64" -> "Authorization: !!!.###.???\r\n";
            case "expired JWT (local check)" ->
                "Authorization: " + draft.lifetime(Duration.ZERO).issue() + "\r\n";
            case "nbf 2s in the future (clock skew)" ->
                "Authorization: " + draft.notBefore(Duration.ofSeconds(2)).issue() + "\r\n";
            case "iat in future" ->
                "Authorization: "
                        + draft.issuedAgo(Duration.ofMinutes(-1))
                                .notBefore(Duration.ofMinutes(-1))
                                .issue()
                        + "\r\n";
            case "EKS Auth: notfound" -> "Authorization: " + tokens.issue("default", "notfound") + "\r\n";
            default -> "Authorization: " + draft.issue() + "\r\n";
        };
        return method + " " + target + " " + version + "\r\nHost: " + host + "\r\n" + authorization + "\r\n";
    }
}
