// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.answer;
import static io.lanyard.container.SourceWorld.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.internal.text.ForeignText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is made of the fields of an answer (F5, F6). */
class SourceAnswersTest {

    private final SourceWorld world = new SourceWorld();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'AccessKeyId':'exact','SecretAccessKey':'s','accesskeyid':'other'}",
                "{'accesskeyid':'other','AccessKeyId':'exact','SecretAccessKey':'s'}",
                "{'AccessKeyId':'exact','accesskeyid':{'a':['b']},'ACCESSKEYID':7,'SecretAccessKey':'s'}",
                "{'ACCESSKEYID':'exact','SECRETACCESSKEY':'s'}",
            })
    void the_exact_name_wins_over_other_spellings(String body) throws Exception {
        world.always(answer(200, body.replace('\'', '"')));

        assertThat(world.impatient().build().resolve().accessKeyId()).isEqualTo("exact");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'accesskeyid':'a','ACCESSKEYID':'b','SecretAccessKey':'s'}",
                "{'AccessKeyId':'a','AccessKeyId':'a','SecretAccessKey':'s'}",
                "{'AccessKeyId':7,'SecretAccessKey':'s'}",
                "{'accesskeyid':true,'SecretAccessKey':'s'}",
                "{'AccessKeyId':['a'],'SecretAccessKey':'s'}",
                "{'AccessKeyId':'a','SecretAccessKey':' '}",
                "{'AccessKeyId':null,'SecretAccessKey':'s'}",
            })
    void two_values_or_none_or_no_text_is_no_set_of_credentials(String body) {
        world.always(answer(200, body.replace('\'', '"')));

        assertThat(failure(world.impatient().build()).category()).isEqualTo(Category.INVALID_RESPONSE);
    }

    @Test
    void what_is_optional_may_be_absent_blank_or_null() throws Exception {
        world.always(
                answer(
                        200,
                        "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"s\",\"Token\":\" \",\"Expiration\":null,\"AccountId\":\"\"}"));

        ContainerCredentials credentials = world.impatient().build().resolve();

        assertThat(credentials.sessionToken()).isEmpty();
        assertThat(credentials.expiration()).isEmpty();
        assertThat(credentials.accountId()).isEmpty();
        assertThat(credentials.roleArn()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "arn:aws:iam::111122223333:role/App, 111122223333",
        "arn:aws-cn:iam::111122223333:role/path/App, 111122223333",
        "arn:aws:sts::111122223333:assumed-role/App/session, 111122223333",
        "arn:aws:iam::11112222333:role/App,",
        "arn:aws:iam::1111222233334:role/App,",
        "arn:aws:iam::11112222333x:role/App,",
        "arn:aws:iam::111122223333:,",
        "arn:aws:iam::111122223333,",
        "ARN:aws:iam::111122223333:role/App,",
        "111122223333,",
        "App,",
    })
    void an_account_that_the_agent_does_not_state_is_taken_from_the_role(String role, @Nullable String account)
            throws Exception {
        world.always(answer(200, "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"s\",\"RoleArn\":\"" + role + "\"}"));

        ContainerCredentials credentials = world.impatient().build().resolve();

        assertThat(credentials.accountId().orElse(null)).isEqualTo(account);
    }

    @Test
    void an_account_that_the_agent_states_wins_over_that_of_the_role() throws Exception {
        world.always(answer(
                200,
                "{\"AccessKeyId\":\"a\",\"SecretAccessKey\":\"s\",\"AccountId\":\"444455556666\","
                        + "\"RoleArn\":\"arn:aws:iam::111122223333:role/App\"}"));

        assertThat(world.impatient().build().resolve().accountId()).contains("444455556666");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[id]: (Code): the message, fault: client | Code | id | the message",
                "[id]: (Code): one, fault: x, fault: server | Code | id | one, fault: x",
                "[id]: (Code): the message | Code | id | the message",
                "[]: (Code): the message, fault: client | Code | | the message",
                "[id]: no code here | | id | [id]: no code here",
                "[id]: (): the message | | id | the message",
                "no brackets | | | no brackets",
            })
    void the_eks_agents_text_is_taken_apart(String text, @Nullable String code, @Nullable String id, String message) {
        ErrorAnswer answer = ErrorAnswer.read(text.getBytes(StandardCharsets.UTF_8), List.of());

        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.requestId()).isEqualTo(id);
        assertThat(answer.message()).isEqualTo(message);
    }

    @Test
    void a_repeated_token_is_replaced_as_a_whole() {
        String token = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";

        assertThat(ForeignText.clean("bad " + token + " given", List.of(token), 512))
                .isEqualTo("bad [redacted] given");
        assertThat(ForeignText.clean("bad " + token.substring(0, 15) + "!", List.of(token), 512))
                .isEqualTo("bad [redacted]!");
        assertThat(ForeignText.clean("bad " + token.substring(0, 11) + "!", List.of(token), 512))
                .isEqualTo("bad eyJhbGciOiJ!");
    }

    @Test
    void a_broken_exchange_without_a_message_is_told_by_its_kind() {
        world.always(request -> {
            throw new IOException();
        });

        CredentialsException failure = failure(world.impatient().build());

        assertThat(failure).hasMessageContaining("IOException");
    }

    @Test
    void a_server_that_is_no_proxy_is_not_taken_for_one() {
        world.always(answer(403, "no", Map.of("Server", "nginx")));

        assertThat(failure(world.impatient().build()).remedy().orElse("")).doesNotContain("proxy");
    }

    // what is shown of good answers

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A/x, SignedHeaders=host",
                "A b",
                "ASIA\u00e4",
                "ASIA(secret-CANARY)",
                "ASIA-secret-CANARY",
                "ASIA-token-CANARY",
                "ASIA-session-CANARY",
            })
    void an_access_key_id_that_is_none_or_holds_a_secret_is_refused_without_a_quote(String id) {
        world.always(answer(
                200,
                "{\"AccessKeyId\":\"" + id + "\",\"SecretAccessKey\":\"secret-CANARY\",\"Token\":\"session-CANARY\"}"));

        CredentialsException failure =
                failure(world.impatient().token("token-CANARY").build());

        assertThat(failure.category()).isEqualTo(Category.INVALID_RESPONSE);
        assertThat(failure).hasMessageContaining("AccessKeyId").hasMessageNotContaining(id);
    }

    @Test
    void an_access_key_id_has_at_most_128_characters() throws Exception {
        world.always(answer(200, "{\"AccessKeyId\":\"" + "a1".repeat(64) + "\",\"SecretAccessKey\":\"s\"}"));
        assertThat(world.impatient().build().resolve().accessKeyId()).hasSize(128);

        world.always(answer(200, "{\"AccessKeyId\":\"" + "a1".repeat(64) + "x\",\"SecretAccessKey\":\"s\"}"));
        assertThat(failure(world.impatient().build())).hasMessageNotContaining("a1a1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret-CANARY",
                "arn:aws:iam::111122223333:role/secret-CANARY",
                "arn:aws:iam::111122223333:role/session-CANARY",
                "arn:aws:iam::111122223333:role/token-CANARY",
                "arn:aws:iam::111122223333:user/Someone",
                "arn:aws:iam::1111222233334:role/Long",
                "arn:aws:iam::111122223333:role/A, SignedHeaders=host",
                "arn:aws:s3:::bucket",
            })
    void an_account_or_a_role_that_is_none_or_holds_a_secret_is_absent(String value) throws Exception {
        world.always(answer(
                200,
                "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"secret-CANARY\",\"Token\":\"session-CANARY\","
                        + "\"AccountId\":\"" + value + "\",\"RoleArn\":\"" + value + "\"}"));

        ContainerCredentials credentials =
                world.impatient().token("token-CANARY").build().resolve();

        assertThat(credentials.accountId()).isEmpty();
        assertThat(credentials.roleArn()).isEmpty();
        assertThat(credentials.toString()).doesNotContain("CANARY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "arn:aws:iam::111122223333:role/service-role/My+Role=1,2.3@4_5-6",
                "arn:aws-us-gov:iam::111122223333:role/Cart",
                "arn:aws:sts::111122223333:assumed-role/Cart/eks-peer-cart-11111111-2222-3333-4444-555555555555",
            })
    void the_arn_of_a_role_or_its_session_is_taken(String arn) throws Exception {
        world.always(
                answer(200, "{\"AccessKeyId\":\"ASIA\",\"SecretAccessKey\":\"secret\",\"RoleArn\":\"" + arn + "\"}"));

        assertThat(world.impatient().build().resolve().roleArn()).contains(arn);
    }

    @Test
    void credentials_that_hold_a_secret_in_a_field_that_is_shown_do_not_show_it() {
        ContainerCredentials credentials = ContainerCredentials.builder()
                .accessKeyId("secret-CANARY")
                .secretAccessKey("secret-CANARY")
                .accountId("secret-CANARY")
                .roleArn("arn:secret-CANARY")
                .build();

        assertThat(credentials.toString()).doesNotContain("CANARY");
        assertThat(ContainerCredentials.builder().accessKeyId("secret-CANARY").toString())
                .doesNotContain("CANARY");
    }

    // what servers written with the SDK for Go say of STS

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"Message\":\"operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 11111111-2222, api error AccessDenied: no sts:AssumeRole\"} | AccessDenied | 11111111-2222",
                "Internal Server Error: AccessDenied: no sts:AssumeRole status code: 403, request id: r | AccessDenied | r",
            })
    void code_and_request_id_of_sts_are_taken_from_the_text_and_the_rejection_is_not_retried(
            String body, String code, String id) {
        world.always(answer(500, body));

        CredentialsException failure = failure(world.impatient().build());

        assertThat(failure.serviceCode()).contains(code);
        assertThat(failure.requestId()).contains(id);
        assertThat(failure.recoverable()).isFalse();
        assertThat(failure.remedy().orElseThrow()).contains("sts:AssumeRole");
        assertThat(world.requests).hasSize(1);
    }

    @Test
    void a_code_and_an_id_that_look_like_none_are_not_shown() {
        world.always(answer(400, "[<b>CANARY</b>]: (two words CANARY): message, fault: client"));

        CredentialsException failure = failure(world.impatient().build());

        assertThat(failure.serviceCode()).isEmpty();
        assertThat(failure.requestId()).isEmpty();
        assertThat(failure).hasMessageNotContaining("CANARY");
    }

    @Test
    void a_transport_that_throws_anything_else_is_unreachable_and_its_words_are_not_repeated() {
        CredentialsException failure = SourceWorld.failure(world.impatient()
                .transport(request -> {
                    throw new IllegalStateException("Authorization: secret-CANARY");
                })
                .build());

        assertThat(failure.category()).isEqualTo(Category.UNREACHABLE);
        assertThat(failure).hasMessageContaining("IllegalStateException");
    }
}
