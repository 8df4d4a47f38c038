// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.answer;
import static io.lanyard.container.SourceWorld.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
        ErrorAnswer answer = ErrorAnswer.read(text.getBytes(StandardCharsets.UTF_8), null);

        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.requestId()).isEqualTo(id);
        assertThat(answer.message()).isEqualTo(message);
    }

    @Test
    void a_repeated_token_is_replaced_as_a_whole() {
        String token = "eyJhbGciOiJSUzI1NiJ9.e30.c2ln";

        assertThat(ErrorAnswer.clean("bad " + token + " given", token, 512)).isEqualTo("bad [redacted] given");
        assertThat(ErrorAnswer.clean("bad " + token.substring(0, 15) + "!", token, 512))
                .isEqualTo("bad [redacted]!");
        assertThat(ErrorAnswer.clean("bad " + token.substring(0, 11) + "!", token, 512))
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

        assertThat(failure(world.impatient().build()).remedy()).isEmpty();
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
