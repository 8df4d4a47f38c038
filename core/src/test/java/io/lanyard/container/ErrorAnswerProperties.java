// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.internal.text.ForeignText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What is quoted of an answer never gives the token away. */
class ErrorAnswerProperties {

    private static final int TELLING = 12;

    @Property
    void no_telling_part_of_the_token_survives(
            @ForAll("echoes") Echo echo, @ForAll @IntRange(min = 1, max = 600) int limit) {
        String clean = ForeignText.clean(echo.text, List.of(echo.token), limit);

        assertThat(clean.length()).isLessThanOrEqualTo(limit);
        assertThat(clean.chars()).noneMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029);
        for (int i = 0; i + TELLING <= echo.token.length(); i++) {
            assertThat(clean).doesNotContain(echo.token.substring(i, i + TELLING));
        }
        if (echo.token.length() >= 4) {
            assertThat(clean).doesNotContain(echo.token);
        }
    }

    @Property
    void no_part_of_a_read_answer_gives_the_token_away(@ForAll("echoes") Echo echo) {
        for (String body : List.of(
                echo.text,
                "[" + echo.text + "]: (" + echo.text + "): " + echo.text + ", fault: client",
                "{\"code\":\"" + echo.token + "\",\"message\":\"" + echo.token + "\"}")) {
            ErrorAnswer answer = ErrorAnswer.read(body.getBytes(StandardCharsets.UTF_8), List.of(echo.token));
            String all = answer.code() + "\n" + answer.requestId() + "\n" + answer.message();
            for (int i = 0; i + TELLING <= echo.token.length(); i++) {
                assertThat(all).doesNotContain(echo.token.substring(i, i + TELLING));
            }
            assertThat(answer.message().length()).isLessThanOrEqualTo(512);
        }
    }

    @Property
    void without_a_token_a_text_of_words_is_quoted_as_it_is(@ForAll("sentences") String text) {
        assertThat(ForeignText.clean(text, List.of(), 512)).isEqualTo(text.strip());
        assertThat(ForeignText.clean(text, List.of("eyJ"), 512)).isEqualTo(text.strip());
    }

    @Property
    void no_body_of_any_kind_makes_the_reader_throw(@ForAll byte[] body) {
        assertThat(ErrorAnswer.read(body, List.of("eyJ.some-token")).message().length())
                .isLessThanOrEqualTo(512);
    }

    record Echo(String token, String text) {}

    /** A token, and a text of its parts, of words and of what may stand between them. */
    @Provide
    Arbitrary<Echo> echoes() {
        Arbitrary<String> tokens = Arbitraries.strings()
                .withCharRange('a', 'e')
                .withChars('.', '-', ' ', 'Z')
                .ofMinLength(4)
                .ofMaxLength(80);
        return tokens.flatMap(token -> {
            Arbitrary<String> part = Combinators.combine(
                            Arbitraries.integers().between(0, token.length()),
                            Arbitraries.integers().between(0, token.length()))
                    .as((a, b) -> token.substring(Math.min(a, b), Math.max(a, b)));
            Arbitrary<String> piece = Arbitraries.oneOf(
                    part, Arbitraries.just(token), words(), Arbitraries.of(" ", "\n", "\u0000", "\u2028", "\""));
            return piece.list().ofMaxSize(12).map(pieces -> new Echo(token, String.join("", pieces)));
        });
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.strings()
                .withCharRange('!', '~')
                .withChars(' ', '\u00e4', '\u20ac')
                .ofMaxLength(40);
    }

    /** What has no name or sign of a secret. */
    @Provide
    Arbitrary<String> sentences() {
        return Arbitraries.strings()
                .withCharRange('a', 'z')
                .withChars(' ', '.', ',', '(', ')', '!', '\u00e4', '\u20ac')
                .ofMaxLength(40);
    }
}
