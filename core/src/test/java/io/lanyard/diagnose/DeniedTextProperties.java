// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Assertions;

/** Hostile texts: pieces of real ones, mixed with what must not be repeated. */
class DeniedTextProperties {

    private static final List<String> PIECES = List.of(
            "User: ",
            "arn:aws:sts::111122223333:assumed-role/",
            "arn:aws:iam::111122223333:user/",
            "arn:aws",
            "is not authorized to perform: ",
            "not authorized to perform sts:",
            " on resource: ",
            "169.254.170.23",
            "169.254.169.254",
            "connection refused",
            "has an invalid host. Host should resolve to a loopback address",
            "http://",
            "/var/run/secrets/pods.eks.amazonaws.com/",
            "permission denied",
            "https://sts.",
            "[no-association]",
            "[",
            "]",
            "\\n",
            "\\",
            "\"",
            "\u0000",
            "\u001b[31m",
            "\u202e",
            "\uD800",
            "$(rm -rf /)",
            "; reboot #",
            "`id`",
            "{cluster}",
            "module must be on the class path",
            "'sts'");

    @Property
    void nothing_is_repeated_that_a_shell_or_a_terminal_would_obey(@ForAll("texts") String text) {
        DeniedText read = DeniedText.read(text);

        String shown = read.toString();
        assertThat(shown).doesNotContain("rm -rf", "reboot", "`id`", "\u0000", "\u001b", "\u202e", "\uD800");
        for (Finding finding : read.findings()) {
            assertThat(finding.statement()).doesNotContain("\n").doesNotContainPattern("\\{[a-z-]+}");
            assertThat(finding.remedy()).isNotBlank().doesNotContain("\n");
        }
        assertThat(read.findings()).doesNotHaveDuplicates();
    }

    @Property
    void any_text_can_be_read(@ForAll String text) {
        assertThatCode(() -> DeniedText.read(text)).doesNotThrowAnyException();
    }

    @Example
    void a_long_text_of_one_piece_takes_time_in_proportion() {
        for (String piece : PIECES) {
            String text = piece.repeat(1 + SearchedText.LIMIT / piece.length());
            Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(20),
                    () -> assertThat(DeniedText.read(text)).isNotNull(),
                    piece);
        }
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> piece = Arbitraries.oneOf(
                Arbitraries.of(PIECES),
                Arbitraries.strings().withChars("aZ09 /:.-_'\"$`;{}[]\n").ofMaxLength(12));
        return piece.list().ofMaxSize(30).map(pieces -> String.join("", pieces));
    }
}
