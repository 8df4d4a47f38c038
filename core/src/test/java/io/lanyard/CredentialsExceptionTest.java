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
}
