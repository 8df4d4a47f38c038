// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.chain.Identity;
import io.lanyard.chain.SourceName;
import io.lanyard.chain.SourceReport;
import io.lanyard.chain.SourceState;
import io.lanyard.report.SourceDescription;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GateCheckTest {

    private static final String ROLE = "arn:aws:iam::111122223333:role/path/Cart";

    private static SourceReport container(@Nullable String probedArn) {
        Identity known = new Identity("ASIAEXAMPLE", Optional.of("111122223333"), Optional.empty(), Optional.empty());
        Optional<Identity> probed = Optional.ofNullable(probedArn)
                .map(arn -> new Identity("ASIAEXAMPLE", Optional.empty(), Optional.of(arn), Optional.empty()));
        return new SourceReport(
                SourceName.CONTAINER,
                SourceState.IN_USE,
                "",
                SourceDescription.EMPTY,
                Optional.of(known),
                probed,
                Optional.empty(),
                Optional.empty());
    }

    private static @Nullable String mismatch(@Nullable String role, @Nullable SourceReport used) {
        PrintWriter unused = new PrintWriter(Writer.nullWriter());
        return new GateCheck("container", role, Duration.ZERO, unused).mismatch(Optional.ofNullable(used));
    }

    @Test
    void a_session_of_the_role_is_the_wanted_identity() {
        assertThat(mismatch(ROLE, container("arn:aws:sts::111122223333:assumed-role/Cart/eks-1")))
                .isNull();
    }

    @Test
    void another_role_or_account_and_an_unknown_role_are_not() {
        assertThat(mismatch(ROLE, container("arn:aws:sts::111122223333:assumed-role/Other/eks-1")))
                .contains(ROLE);
        assertThat(mismatch(ROLE, container("arn:aws:sts::444455556666:assumed-role/Cart/eks-1")))
                .contains(ROLE);
        assertThat(mismatch(ROLE, container(null))).contains(ROLE);
    }

    @Test
    void without_a_role_the_source_decides() {
        assertThat(mismatch(null, container(null))).isNull();
        assertThat(mismatch(null, null)).isEqualTo("there are no credentials");
    }
}
