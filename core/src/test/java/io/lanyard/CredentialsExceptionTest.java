// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CredentialsExceptionTest {

    private final CredentialsException ours =
            CredentialsException.builder(Category.UNREACHABLE, "refused").build();

    @Test
    void is_found_behind_another_librarys_exceptions() {
        assertThat(CredentialsException.in(new IllegalStateException(new RuntimeException(ours))))
                .containsSame(ours);
        assertThat(CredentialsException.in(ours)).containsSame(ours);
    }

    @Test
    void is_not_found_where_it_is_not_even_when_causes_run_in_a_circle() {
        RuntimeException one = new RuntimeException("one");
        one.initCause(new RuntimeException("two", one));

        assertThat(CredentialsException.in(one)).isEmpty();
        assertThat(CredentialsException.in(new RuntimeException())).isEmpty();
    }

    private static CredentialsException.Builder full() {
        return CredentialsException.builder(Category.HTTP_STATUS, "the agent answers \"no\"")
                .status(400)
                .serviceCode("AccessDeniedException")
                .requestId("11111111-2222-3333-4444-555555555555")
                .endpoint("http://169.254.170.23/v1/credentials")
                .recoverable(true)
                .cause(new IllegalStateException("cause"))
                .remedy("allow it")
                .finding("role-trust-policy");
    }

    @Test
    void detail_and_remedy_are_fields_and_the_message_is_made_of_them() {
        CredentialsException failure = full().build();

        assertThat(failure.detail()).isEqualTo("the agent answers \"no\"");
        assertThat(failure.remedy()).contains("allow it");
        assertThat(failure.summary())
                .isEqualTo("HTTP_STATUS 400 AccessDeniedException: the agent answers \"no\""
                        + " [http://169.254.170.23/v1/credentials, request id 11111111-2222-3333-4444-555555555555]");
        assertThat(failure.finding()).contains("role-trust-policy");
        assertThat(failure).hasMessage(failure.summary() + ". Remedy: allow it [role-trust-policy]");
    }

    @Test
    void a_failure_without_a_remedy_has_its_summary_for_a_message() {
        assertThat(ours).hasMessage("UNREACHABLE: refused");
        assertThat(ours.summary()).isEqualTo("UNREACHABLE: refused");
    }

    @Test
    void a_detail_keeps_its_lines_and_loses_what_cannot_be_seen() {
        CredentialsException failure = CredentialsException.builder(
                        Category.CHAIN_EXHAUSTED, "one\u001b[31m\ntw\u200bo\r\n")
                .endpoint("http://a/\u202e")
                .remedy("do\u2028this")
                .build();

        assertThat(failure.detail()).isEqualTo("one [31m\ntwo \n");
        assertThat(failure.endpoint()).contains("http://a/");
        assertThat(failure.remedy()).contains("do this");
    }

    @Test
    void what_looks_like_no_code_and_no_id_is_dropped() {
        for (String text : new String[] {"", "two words", "a\nb", "x".repeat(129), "\u00e4", "<b>", "token=1"}) {
            CredentialsException failure =
                    full().serviceCode(text).requestId(text).build();

            assertThat(failure.serviceCode()).as(text).isEmpty();
            assertThat(failure.requestId()).as(text).isEmpty();
        }
        assertThat(full().serviceCode(null).build().serviceCode()).isEmpty();
    }

    @Test
    void a_text_that_does_not_look_like_the_id_of_a_problem_is_dropped() {
        for (String text : new String[] {"", "two words", "NO_ASSOCIATION", "a]b", "x".repeat(61)}) {
            assertThat(full().finding(text).build().finding()).as(text).isEmpty();
        }
        assertThat(full().finding(null).build()).hasMessageEndingWith(". Remedy: allow it");
    }

    @Test
    void a_request_id_is_shown_without_an_endpoint_too() {
        assertThat(full().endpoint(null).build().summary())
                .endsWith(" [request id 11111111-2222-3333-4444-555555555555]");
    }

    // R16

    @Test
    void each_caller_gets_the_same_failure_with_its_own_frames() {
        CredentialsException shared = full().build();
        shared.addSuppressed(new IllegalStateException("earlier"));

        CredentialsException own = aCaller(shared);

        assertThat(own).isNotSameAs(shared).hasMessage(shared.getMessage()).hasCause(shared);
        assertThat(own.category()).isEqualTo(shared.category());
        assertThat(own.detail()).isEqualTo(shared.detail());
        assertThat(own.summary()).isEqualTo(shared.summary());
        assertThat(own.remedy()).isEqualTo(shared.remedy());
        assertThat(own.finding()).isEqualTo(shared.finding());
        assertThat(own.status()).isEqualTo(shared.status());
        assertThat(own.serviceCode()).isEqualTo(shared.serviceCode());
        assertThat(own.requestId()).isEqualTo(shared.requestId());
        assertThat(own.endpoint()).isEqualTo(shared.endpoint());
        assertThat(own.recoverable()).isTrue();
        assertThat(own.getSuppressed()).isEmpty();
        assertThat(own.getStackTrace()[0].getMethodName()).isEqualTo("aCaller");
    }

    private static CredentialsException aCaller(CredentialsException shared) {
        return shared.forCaller();
    }

    @Test
    void the_copy_of_a_copy_has_the_original_for_its_cause() {
        CredentialsException shared = full().build();

        CredentialsException third = shared.forCaller().forCaller().forCaller();

        assertThat(third.getCause()).isSameAs(shared);
    }

    @Test
    void a_failure_that_is_caused_by_one_of_ours_is_no_copy_of_it() {
        CredentialsException expired = full().cause(ours).build();

        assertThat(expired.forCaller().getCause()).isSameAs(expired);
    }
}
