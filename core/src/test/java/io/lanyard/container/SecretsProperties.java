// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.answer;
import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.internal.FailureText;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.testsupport.Evidence;
import io.lanyard.testsupport.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/**
 * Plants secrets in every place of every kind of answer that Lanyard promises to keep them out of, and searches every
 * text that comes of it: messages, causes, suppressed exceptions, log records of all levels, reports, listener events
 * and text forms.
 */
class SecretsProperties {

    /** A part of a secret that is shorter gives nothing away. */
    private static final int TELLING = 12;

    private static final String ALPHANUMERIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private static final String BASE64 = ALPHANUMERIC + "+/";
    private static final String BASE64_URL = ALPHANUMERIC + "-_";

    /**
     * What is planted.
     *
     * @param token the token that is sent
     * @param previous the token before it
     * @param query the value of the URI's query
     * @param id the task's id in the URI
     * @param key the secret access key of the answer
     * @param session the session token of the answer
     */
    record Planted(String token, String previous, String query, String id, String key, String session) {
        List<String> all() {
            return List.of(token, previous, query, id.substring(8), key, session);
        }
    }

    /** How an answer writes a name and a value. */
    private static final List<String> NOTATIONS = List.of(
            "%s=%s",
            "%s = %s",
            "%s: %s",
            "%s:%s",
            "\"%s\":\"%s\"",
            "\"%s\" : \"%s\"",
            "'%s': '%s'",
            "<%s>%s</x>",
            "{%s:%s x:y}",
            "map[%s:%s]",
            "[default]\n%s=%s\n",
            "x=1&%s=%s",
            "\\\"%s\\\":\\\"%s\\\"",
            "\\\\\\\"%s\\\\\\\":\\\\\\\"%s\\\\\\\"");

    private static final List<String> KEY_NAMES = List.of(
            "SecretAccessKey",
            "secretAccessKey",
            "SECRETACCESSKEY",
            "secretaccesskey",
            "secret_access_key",
            "aws_secret_access_key",
            "AWS_SECRET_ACCESS_KEY",
            "Secret-Access-Key",
            "secretKey",
            "Secret Access Key");

    private static final List<String> SESSION_NAMES = List.of(
            "SessionToken",
            "sessionToken",
            "session_token",
            "aws_session_token",
            "AWS_SESSION_TOKEN",
            "X-Amz-Security-Token",
            "aws_security_token");

    private static final List<String> ANSWERS = List.of(
            "{\"Code\":\"Failed\",\"Message\":@QUOTED@,\"SecretAccessKey\":\"@KEY@\",\"Token\":\"@SESSION@\"}",
            "{\"Code\":@QUOTED@,\"Message\":\"@KEY@\",\"SecretAccessKey\":\"@KEY@\",\"Token\":\"@SESSION@\"}",
            "{\"code\":\"AccessDenied\",\"message\":@QUOTED@}",
            "{\"Code\":@QUOTED@,\"Message\":@QUOTED@}",
            "[11111111-2222-3333-4444-555555555555]: (AccessDeniedException): @TEXT@, fault: client",
            "[@TEXT@]: (@TEXT@): @TEXT@, fault: server",
            "operation error STS: AssumeRole, RequestID: @TEXT@, api error @TEXT@: @TEXT@",
            "@TEXT@",
            "<html><body>@TEXT@</body></html>",
            "{\"AccessKeyId\":\"ASIAEXAMPLE\",\"SecretAccessKey\":\"@KEY@\",\"Token\":\"@SESSION@\",\"Expiration\":\"@EXPIRATION@\"}",
            "{\"AccessKeyId\":\"ASIAEXAMPLE\",\"SecretAccessKey\":\"@KEY@\",\"Token\":\"@SESSION@\",\"Expiration\":@QUOTED@}",
            "{\"AccessKeyId\":\"ASIA-@KEY@\",\"SecretAccessKey\":\"@KEY@\",\"Token\":\"@SESSION@\"}",
            "{\"AccessKeyId\":\"@SESSION@\",\"SecretAccessKey\":\"@KEY@\",\"Token\":\"@SESSION@\"}",
            "{\"AccessKeyId\":@QUOTED@,\"SecretAccessKey\":\"@KEY@\",\"Token\":\"@SESSION@\"}",
            "{\"AccessKeyId\":\"ASIAEXAMPLE\",\"SecretAccessKey\":\"@KEY@\",\"Token\":\"@SESSION@\",\"AccountId\":@QUOTED@,\"RoleArn\":@QUOTED@}",
            "{\"AccessKeyId\":\"ASIAEXAMPLE\",\"SecretAccessKey\":\"@KEY@\",\"Token\":\"@SESSION@\",\"RoleArn\":\"arn:aws:iam::111122223333:role/@KEY@\"}",
            "{\"AccessKeyId\":\"ASIAEXAMPLE\",\"SecretAccessKey\":\"@KEY@\",\"Token\":\"@SESSION@\"",
            "{\"AccessKeyId\":\"ASIAEXAMPLE\",\"SecretAccessKey\":\"@KEY@\",\"secretaccesskey\":\"@KEY@\"} @TEXT@");

    @Property(tries = 1000)
    void no_text_holds_a_planted_secret(
            @ForAll("planted") Planted planted,
            @ForAll("texts") Text text,
            @ForAll("answers") String answer,
            @ForAll("statuses") int status,
            @ForAll("statuses") int second) {
        try (Texts texts = new Texts()) {
            // an agent knows the tokens that it was sent
            Planted sooner = new Planted(
                    planted.previous(),
                    planted.previous(),
                    planted.query(),
                    planted.id(),
                    planted.key(),
                    planted.session());
            String first = body(answer, sooner, text.of(sooner));
            String body = body(answer, planted, text.of(planted));
            run(planted, texts, answer(status, first, Map.of("Retry-After", "1")), answer(second, body));
            texts.search(planted, body);
        }
    }

    private static void run(Planted planted, Texts texts, SourceWorld.Answer first, SourceWorld.Answer then) {
        SourceWorld world = new SourceWorld().token(planted.previous());
        // the token changes between the attempts, and the agent repeats the one before
        world.next(request -> {
            world.token(planted.token());
            return first.to(request);
        });
        world.always(then);
        ContainerCredentialsSource.Builder builder = world.builder()
                .startupPatience(Duration.ZERO)
                .relativeUri("/v2/credentials/" + planted.id() + "?key=" + planted.query())
                .tokenFile(SourceWorld.TOKEN_PATH)
                .refreshPolicy(RefreshPolicy.builder()
                        .expiredCredentials(ExpiredCredentials.FAIL)
                        .build())
                .scheduler(new VirtualTime()) // loads run on this thread, with all that is said of them
                .listener(texts);
        ContainerCredentialsSource source = builder.build();
        for (int i = 0; i < 3; i++) {
            try {
                ContainerCredentials credentials = source.resolve();
                texts.add(credentials + " " + credentials.accessKeyId() + " " + credentials.accountId() + " "
                        + credentials.roleArn());
            } catch (CredentialsException e) {
                texts.add(e);
                texts.add(e.forCaller());
                texts.add(FailureText.of(e));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            texts.add(source + " " + builder + " " + source.status() + " " + source.describe());
            world.pass(Duration.ofHours(7));
        }
        source.close();
        world.requests.forEach(request -> texts.add(request.toString()));
    }

    private static String body(String answer, Planted planted, String text) {
        return answer.replace("@QUOTED@", json(text))
                .replace("@EXPIRATION@", "2026-11-22T09:00:00Z")
                .replace("@KEY@", planted.key())
                .replace("@SESSION@", planted.session())
                .replace("@TEXT@", text);
    }

    private static String json(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    /** What an agent says of the planted. */
    @FunctionalInterface
    interface Text {
        String of(Planted planted);
    }

    @Provide
    Arbitrary<String> answers() {
        return Arbitraries.of(ANSWERS);
    }

    @Provide
    Arbitrary<Integer> statuses() {
        return Arbitraries.of(200, 200, 302, 400, 401, 403, 404, 429, 500, 503);
    }

    @Provide
    Arbitrary<Text> texts() {
        Arbitrary<Text> keys = Combinators.combine(Arbitraries.of(NOTATIONS), Arbitraries.of(KEY_NAMES))
                .as((notation, name) -> planted -> String.format(notation, name, planted.key()));
        Arbitrary<Text> sessions = Combinators.combine(Arbitraries.of(NOTATIONS), Arbitraries.of(SESSION_NAMES))
                .as((notation, name) -> planted -> String.format(notation, name, planted.session()));
        Arbitrary<Text> echoes = Combinators.combine(
                        Arbitraries.of(0, 1, 2, 3),
                        Arbitraries.of("", "lower", "upper", "json", "percent", "part", "hidden"))
                .as((which, change) -> planted -> changed(planted.all().get(which), change));
        Arbitrary<Text> bare = Arbitraries.of(4, 5)
                .map(which -> planted -> "{ASIA " + planted.all().get(which) + " x}");
        Arbitrary<Text> one = Arbitraries.oneOf(keys, sessions, echoes, bare);
        return Combinators.combine(one, one, Arbitraries.of(" ", ", ", "\n", "; "))
                .as((a, b, between) -> planted -> "failed" + between + a.of(planted) + between + b.of(planted));
    }

    private static String changed(String secret, String change) {
        return switch (change) {
            case "lower" -> secret.toLowerCase(Locale.ROOT);
            case "upper" -> secret.toUpperCase(Locale.ROOT);
            case "json" -> secret.replace("/", "\\/").replace("=", "\\u003d").replace("-", "\\u002D");
            case "percent" -> secret.replace("/", "%2F").replace("=", "%3D").replace(".", "%2e");
            case "part" -> secret.substring(secret.length() / 3);
            case "hidden" ->
                secret.substring(0, 7) + "\u200b" + secret.substring(7, 9) + "\u202e" + secret.substring(9);
            default -> secret;
        };
    }

    /** As random as real ones: one that is all zeros looks like no key. */
    @Provide
    Arbitrary<Planted> planted() {
        return Arbitraries.randomValue(random -> new Planted(
                "eyJ" + text(random, BASE64_URL, 30) + "." + text(random, BASE64_URL, 60) + "."
                        + text(random, BASE64_URL, 60),
                "eyJ" + text(random, BASE64_URL, 20) + "." + text(random, BASE64_URL, 200) + "."
                        + text(random, BASE64_URL, 30),
                text(random, "abcdefghijklmnopqrstuvwxyz0123456789", TELLING + random.nextInt(30)),
                text(random, "0123456789abcdef", 8) + "-" + text(random, "0123456789abcdef", 27),
                text(random, BASE64, 40),
                "IQoJb3JpZ2luX2Vj" + text(random, BASE64, 300) + "=="));
    }

    private static String text(Random random, String letters, int length) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(letters.charAt(random.nextInt(letters.length())));
        }
        return text.toString();
    }

    /** A search that finds nothing because it looks in the wrong way is worse than none. */
    @Example
    void a_planted_leak_is_found_wherever_it_is() {
        Planted planted = new Planted(
                "eyJ.token-of-the-test",
                "eyJ.previous-token",
                "query-of-the-test",
                "01234567-id-of-the-test",
                "key-of-the-test",
                "session-of-the-test");
        for (String secret : planted.all()) {
            String part = secret.substring(secret.length() - TELLING).toUpperCase(Locale.ROOT);
            Throwable suppressing = new IllegalStateException("x");
            suppressing.addSuppressed(new IllegalStateException(part));
            for (Throwable leak : List.of(
                    new IllegalStateException(part),
                    new IllegalStateException("x", new IllegalStateException(part)),
                    suppressing,
                    CredentialsException.builder(Category.UNREACHABLE, part).build())) {
                try (Texts texts = new Texts()) {
                    texts.add(leak);
                    assertThat(texts.isFoundIn(planted)).isTrue();
                }
            }
            try (Texts texts = new Texts()) {
                assertThat(texts.isFoundIn(planted)).isFalse();
                Logger.getLogger("io.lanyard").log(Level.FINE, part);
                assertThat(texts.isFoundIn(planted)).isTrue();
            }
            try (Texts texts = new Texts()) {
                texts.refreshed(part, null);
                assertThat(texts.isFoundIn(planted)).isTrue();
            }
        }
    }

    /** All that was said on this thread. */
    private static final class Texts extends Handler implements CredentialsListener, AutoCloseable {
        private final Logger logger = Logger.getLogger("io.lanyard");
        private final @Nullable Level before = logger.getLevel();
        private final List<String> said = new ArrayList<>();

        Texts() {
            setLevel(Level.ALL);
            logger.setLevel(Level.ALL);
            logger.addHandler(this);
        }

        void add(String text) {
            said.add(text);
        }

        void add(Throwable failure) {
            said.add(Evidence.stackTrace(failure));
            said.add(failure.toString());
            if (failure instanceof CredentialsException e) {
                said.add(e.detail() + e.summary() + e.remedy() + e.endpoint() + e.serviceCode() + e.requestId());
            }
        }

        void search(Planted planted, String body) {
            for (String secret : planted.all()) {
                String found = found(secret);
                assertThat(found).as("of %s, answered %s", secret, body).isNull();
            }
        }

        boolean isFoundIn(Planted planted) {
            return planted.all().stream().anyMatch(secret -> found(secret) != null);
        }

        private @Nullable String found(String secret) {
            String low = secret.toLowerCase(Locale.ROOT);
            for (String text : said) {
                String lower = text.toLowerCase(Locale.ROOT);
                for (int i = 0; i + TELLING <= low.length(); i++) {
                    if (lower.contains(low.substring(i, i + TELLING))) {
                        return text;
                    }
                }
            }
            return null;
        }

        @Override
        public void refreshed(String accessKeyId, @Nullable Instant expiration) {
            add(accessKeyId);
        }

        @Override
        public void servingStale(String accessKeyId, @Nullable Instant expiration) {
            add(accessKeyId);
        }

        @Override
        public void recovered(String accessKeyId) {
            add(accessKeyId);
        }

        @Override
        public void publish(LogRecord record) {
            said.add(String.valueOf(record.getMessage()));
            if (record.getThrown() != null) {
                add(record.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
            logger.setLevel(before);
        }
    }
}
