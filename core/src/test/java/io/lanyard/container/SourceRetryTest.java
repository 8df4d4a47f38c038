// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.GOOD;
import static io.lanyard.container.SourceWorld.TOKEN_PATH;
import static io.lanyard.container.SourceWorld.answer;
import static io.lanyard.container.SourceWorld.broken;
import static io.lanyard.container.SourceWorld.failure;
import static io.lanyard.container.SourceWorld.good;
import static io.lanyard.container.SourceWorld.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.container.SourceWorld.Answer;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.MalformedResponseException;
import io.lanyard.testsupport.LibraryLog;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When an agent is asked again, after which pause, and when not. */
class SourceRetryTest {

    private static final String ENDED = good("2026-11-22T09:00:00Z");

    private final SourceWorld world = new SourceWorld();

    static Stream<Arguments> passing() {
        return Stream.of(
                Arguments.of("a broken connection", broken("Connection reset"), Category.UNREACHABLE),
                Arguments.of("a refusal", refused(), Category.UNREACHABLE),
                Arguments.of(
                        "a timeout",
                        (Answer) request -> {
                            throw new SocketTimeoutException("too late");
                        },
                        Category.UNREACHABLE),
                Arguments.of(
                        "what is no HTTP",
                        (Answer) request -> {
                            throw new MalformedResponseException("no HTTP");
                        },
                        Category.INVALID_RESPONSE),
                Arguments.of("429", answer(429, ""), Category.HTTP_STATUS),
                Arguments.of("500", answer(500, ""), Category.HTTP_STATUS),
                Arguments.of("503", answer(503, ""), Category.HTTP_STATUS),
                Arguments.of("599", answer(599, ""), Category.HTTP_STATUS),
                Arguments.of("no JSON", answer(200, "<html>"), Category.INVALID_RESPONSE),
                Arguments.of("an empty body", answer(200, ""), Category.INVALID_RESPONSE),
                Arguments.of("a missing key", answer(200, "{\"AccessKeyId\":\"A\"}"), Category.INVALID_RESPONSE),
                Arguments.of(
                        "a body that is too long",
                        (Answer) request -> new AgentResponse(200, Map.of(), new byte[10], true),
                        Category.INVALID_RESPONSE),
                Arguments.of("credentials that had ended", answer(200, ENDED), Category.EXPIRED));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passing")
    void this_is_tried_three_times(String what, Answer answer, Category category) {
        world.always(answer);

        CredentialsException failure = failure(world.impatient().build());

        assertThat(failure.category()).as(what).isEqualTo(category);
        assertThat(failure.recoverable()).isTrue();
        assertThat(failure).hasMessageContaining("attempt 3").hasMessageNotContaining("CANARY");
        assertThat(world.requests).hasSize(3);
        assertThat(world.pauses).hasSize(2);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passing")
    void the_third_attempt_may_succeed(String what, Answer answer) throws Exception {
        world.next(answer, answer);

        assertThat(world.impatient().build().resolve().accessKeyId()).as(what).isEqualTo("ASIAEXAMPLE");
        assertThat(world.requests).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {201, 204, 301, 302, 307, 400, 401, 403, 404, 405, 418})
    void this_status_is_not_tried_again(int status) {
        world.always(answer(status, GOOD));

        CredentialsException failure = failure(world.impatient().build());

        assertThat(failure.category()).isEqualTo(Category.HTTP_STATUS);
        assertThat(failure.status()).hasValue(status);
        assertThat(failure.recoverable()).isFalse();
        assertThat(failure).hasMessageNotContaining("CANARY").hasMessageNotContaining("attempt");
        assertThat(world.requests).hasSize(1);
    }

    @Test
    void an_error_in_a_200_is_not_retried_and_its_text_is_not_repeated() {
        world.always(answer(200, "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"not this role\"}"));

        CredentialsException failure = failure(world.impatient().build());

        assertThat(failure.category()).isEqualTo(Category.SERVICE_ERROR);
        assertThat(failure.serviceCode()).contains("AssumeRoleUnauthorizedAccess");
        assertThat(failure).hasMessageNotContaining("not this role");
        assertThat(failure.recoverable()).isFalse();
        assertThat(world.requests).hasSize(1);
    }

    @Test
    void an_error_in_a_200_is_quoted_when_its_text_is_that_of_a_known_server() {
        world.always(answer(200, "{\"Code\":\"InvalidIdInRequest\",\"Message\":\"Credentials expired\"}"));

        assertThat(failure(world.impatient().build()).detail()).contains("\"Credentials expired\"");
    }

    @Test
    void an_unknown_error_in_a_200_may_pass() {
        world.always(answer(200, "{\"Code\":\"Busy\"}"));

        assertThat(failure(world.impatient().build()).recoverable()).isTrue();
    }

    @Test
    void pauses_are_drawn_from_zero_to_a_cap_that_doubles_up_to_two_seconds() {
        List<List<Duration>> drawn = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            SourceWorld one = new SourceWorld().always(answer(500, ""));
            failure(one.impatient()
                    .maxAttempts(8)
                    .loadTimeout(Duration.ofMinutes(5))
                    .build());
            assertThat(one.pauses).hasSize(7);
            drawn.add(one.pauses);
        }
        List<Integer> caps = List.of(100, 200, 400, 800, 1600, 2000, 2000);
        for (int i = 0; i < caps.size(); i++) {
            int pause = i;
            List<Long> millis = drawn.stream().map(p -> p.get(pause).toMillis()).toList();
            assertThat(millis).as("pause %s", i).allSatisfy(m -> assertThat(m).isBetween(0L, (long) caps.get(pause)));
            // full jitter: both ends of the range are visited
            assertThat(millis.stream().min(Long::compare).orElseThrow()).isLessThan(caps.get(i) / 5);
            assertThat(millis.stream().max(Long::compare).orElseThrow()).isGreaterThan(caps.get(i) * 4L / 5);
        }
    }

    @Test
    void who_is_throttled_asks_again_after_a_second_or_two() {
        world.always(answer(429, "[1]: (ThrottlingException): Rate exceeded, fault: client"));

        for (int i = 0; i < 50; i++) {
            failure(world.impatient().build());
        }

        List<Long> millis = world.pauses.stream().map(Duration::toMillis).toList();
        assertThat(millis).hasSize(100).allSatisfy(pause -> assertThat(pause).isBetween(1_000L, 2_000L));
        assertThat(millis).anyMatch(pause -> pause < 1_200).anyMatch(pause -> pause > 1_800);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "Sun, 22 Nov 2026 10:00:07 GMT", "000000007"})
    void retry_after_is_waited_for(String header) throws Exception {
        world.next(answer(429, "", Map.of("Retry-After", header)));

        world.impatient().build().resolve();

        assertThat(world.pauses).containsExactly(Duration.ofSeconds(7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "Sun, 22 Nov 2026 09:00:00 GMT", "soon", "", "-5", "1e3", "99999999999999999999"})
    void a_retry_after_that_says_nothing_of_use_leaves_the_ordinary_pause(String header) throws Exception {
        world.next(answer(503, "", Map.of("Retry-After", header)));

        world.impatient().build().resolve();

        assertThat(world.pauses)
                .singleElement()
                .satisfies(p -> assertThat(p).isBetween(Duration.ZERO, Duration.ofMillis(100)));
    }

    @Test
    void a_retry_after_beyond_the_budget_ends_the_load_at_once() {
        world.always(answer(429, "", Map.of("Retry-After", "25")));

        failure(world.impatient().build());

        assertThat(world.requests).hasSize(1);
        assertThat(world.passed()).isZero();
    }

    @Test
    void a_retry_after_may_have_any_digit() throws Exception {
        world.next(answer(429, "", Map.of("Retry-After", "9")));

        world.impatient().build().resolve();

        assertThat(world.pauses).containsExactly(Duration.ofSeconds(9));
    }

    @Test
    void a_retry_after_counts_for_one_pause_only() {
        world.next(answer(503, "", Map.of("Retry-After", "7"))).always(answer(503, ""));

        failure(world.impatient().build());

        assertThat(world.pauses.get(0)).isEqualTo(Duration.ofSeconds(7));
        assertThat(world.pauses.get(1)).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void a_load_ends_after_25_seconds_however_many_attempts_are_left() {
        world.always(request -> {
            world.pass(request.timeout());
            throw new SocketTimeoutException("too late");
        });

        failure(world.impatient().maxAttempts(100).build());

        assertThat(world.passed()).isBetween(Duration.ofSeconds(24), Duration.ofSeconds(25));
        assertThat(world.requests).hasSize(4);
        // 8 s each, and for the last what is left
        assertThat(world.requests.get(0).timeout()).isEqualTo(Duration.ofSeconds(8));
        assertThat(world.requests.get(3).timeout()).isLessThan(Duration.ofSeconds(2));
        assertThat(world.requests.get(3).connectTimeout()).isLessThan(Duration.ofSeconds(2));
    }

    @Test
    void a_name_that_is_resolved_after_the_load_timeout_gets_no_request() {
        CredentialsException failure = failure(world.impatient()
                .fullUri("http://agent.example/")
                .hostResolver(host -> {
                    world.pass(Duration.ofSeconds(40));
                    return List.of(SourceWorld.address(127, 0, 0, 1));
                })
                .build());

        assertThat(failure.category()).isEqualTo(Category.UNREACHABLE);
        assertThat(failure.recoverable()).isTrue();
        assertThat(failure).hasMessageContaining("timed out before the request was sent");
        assertThat(failure.remedy()).isPresent();
        assertThat(world.requests).isEmpty();
        assertThat(world.passed()).isEqualTo(Duration.ofSeconds(40));
    }

    @Test
    void a_token_that_is_read_after_the_load_timeout_is_not_sent() {
        world.files.put(TOKEN_PATH, () -> {
            world.pass(Duration.ofSeconds(40));
            return new byte[] {'t'};
        });

        assertThat(failure(world.impatient().tokenFile(TOKEN_PATH).build()))
                .hasMessageContaining("timed out before the request was sent");
        assertThat(world.requests).isEmpty();
    }

    @Test
    void the_options_of_time_reach_the_transport() throws Exception {
        world.impatient()
                .connectTimeout(Duration.ofMillis(300))
                .attemptTimeout(Duration.ofMillis(700))
                .build()
                .resolve();

        assertThat(world.requests.get(0).connectTimeout()).isEqualTo(Duration.ofMillis(300));
        assertThat(world.requests.get(0).timeout()).isEqualTo(Duration.ofMillis(700));
        assertThat(world.requests.get(0).bodyLimit()).isEqualTo(65_536);
    }

    @Test
    void whoever_asks_for_longer_attempts_gets_a_longer_load() throws Exception {
        world.impatient().attemptTimeout(Duration.ofMinutes(1)).build().resolve();

        assertThat(world.requests.get(0).timeout()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void failures_of_another_kind_are_told_with_the_last() {
        world.next(answer(500, "", Map.of()), answer(500, ""), broken("Connection reset"));

        CredentialsException failure = failure(world.impatient().build());

        assertThat(failure.category()).isEqualTo(Category.UNREACHABLE);
        assertThat(shared(failure).getSuppressed())
                .singleElement()
                .satisfies(e -> assertThat(((CredentialsException) e).status()).hasValue(500));
    }

    @Test
    void failures_of_the_same_kind_are_told_once() {
        world.always(answer(500, ""));

        CredentialsException failure = failure(world.impatient().maxAttempts(20).build());

        assertThat(failure.getSuppressed()).isEmpty();
        assertThat(shared(failure).getSuppressed()).isEmpty();
    }

    @Test
    void one_attempt_is_one_attempt() {
        world.always(answer(500, ""));

        failure(world.impatient().maxAttempts(1).build());

        assertThat(world.requests).hasSize(1);
        assertThat(world.pauses).isEmpty();
    }

    // the token that the kubelet replaced meanwhile

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403})
    void a_refused_token_that_was_replaced_meanwhile_is_followed_at_once_by_the_new_one(int status) throws Exception {
        world.token("old");
        world.next(request -> {
            world.token("new");
            return answer(status, "expired").to(request);
        });

        world.impatient().tokenFile(TOKEN_PATH).maxAttempts(1).build().resolve();

        assertThat(world.sentToken(0)).isEqualTo("old");
        assertThat(world.sentToken(1)).isEqualTo("new");
        assertThat(world.pauses).isEmpty();
    }

    @Test
    void a_token_that_changes_at_every_look_is_followed_once_only() {
        int[] reads = {0};
        world.files.put(TOKEN_PATH, () -> new byte[] {'t', (byte) ('0' + reads[0]++)});
        world.always(answer(401, ""));

        CredentialsException failure =
                failure(world.impatient().tokenFile(TOKEN_PATH).build());

        assertThat(failure.status()).hasValue(401);
        assertThat(world.requests).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {402, 404, 410})
    void other_refusals_have_nothing_to_do_with_the_token(int status) {
        world.token("old");
        world.always(request -> {
            world.token("new");
            return answer(status, "").to(request);
        });

        failure(world.impatient().tokenFile(TOKEN_PATH).build());

        assertThat(world.requests).hasSize(1);
    }

    @Test
    void a_token_that_stayed_the_same_is_not_sent_again() {
        world.token("same\n").always(answer(401, ""));

        failure(world.impatient().tokenFile(TOKEN_PATH).build());

        assertThat(world.requests).hasSize(1);
    }

    @Test
    void a_fixed_token_is_not_sent_again() {
        world.always(answer(401, ""));

        failure(world.impatient().token("fixed").build());

        assertThat(world.requests).hasSize(1);
    }

    @Test
    void a_token_that_is_gone_after_the_refusal_leaves_the_agents_word() {
        world.token("old");
        world.always(request -> {
            world.files.clear();
            return answer(401, "no").to(request);
        });

        CredentialsException failure =
                failure(world.impatient().tokenFile(TOKEN_PATH).build());

        assertThat(failure.category()).isEqualTo(Category.HTTP_STATUS);
        assertThat(world.requests).hasSize(1);
    }

    @Test
    void the_token_is_read_anew_for_every_attempt() throws Exception {
        world.token("first");
        world.next(request -> {
            world.token("second");
            return answer(500, "").to(request);
        });

        world.impatient().tokenFile(TOKEN_PATH).build().resolve();

        assertThat(world.sentToken(0)).isEqualTo("first");
        assertThat(world.sentToken(1)).isEqualTo("second");
    }

    // answers that had ended already

    @Test
    void an_ended_answer_names_the_gap_and_the_clock() {
        world.always(answer(200, ENDED));

        CredentialsException failure = failure(world.impatient().build());

        assertThat(failure.category()).isEqualTo(Category.EXPIRED);
        assertThat(failure).hasMessageContaining("60 min ago");
        assertThat(failure.remedy().orElseThrow()).contains("clock");
    }

    @Test
    void an_ended_answer_is_accepted_when_the_agents_date_shows_that_the_local_clock_is_ahead() throws Exception {
        world.always(answer(200, ENDED, Map.of("Date", "Sun, 22 Nov 2026 08:30:00 GMT")));
        ContainerCredentialsSource source = world.impatient().build();

        try (LibraryLog log = LibraryLog.openForAllThreads()) {
            ContainerCredentials credentials = source.resolve();

            assertThat(credentials.expiration()).contains(Instant.parse("2026-11-22T09:00:00Z"));
            assertThat(log.warnings()).filteredOn(m -> m.contains("90 min")).hasSize(1);
        }
        // they have half an hour left by the agent's clock, so nobody is asked before the advisory window
        world.pass(Duration.ofMinutes(13));
        source.resolve();
        assertThat(world.requests).hasSize(1);
        world.pass(Duration.ofMinutes(17));
        world.always(answer(200, GOOD));
        source.resolve();
        assertThat(world.requests).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Sun, 22 Nov 2026 10:00:00 GMT", "Sun, 22 Nov 2026 09:00:00 GMT", "yesterday", ""})
    void an_ended_answer_is_not_accepted_when_the_agents_date_does_not_excuse_it(String date) {
        world.always(answer(200, ENDED, Map.of("Date", date)));

        assertThat(failure(world.impatient().build()).category()).isEqualTo(Category.EXPIRED);
    }

    @Test
    void an_answer_that_ends_this_very_moment_has_ended() {
        world.always(answer(200, good("2026-11-22T10:00:00Z")));

        assertThat(failure(world.impatient().build()).category()).isEqualTo(Category.EXPIRED);
    }

    @Test
    void ended_credentials_are_handed_out_for_a_minute_at_a_time_when_the_option_says_so() throws Exception {
        world.always(answer(200, ENDED));
        ContainerCredentialsSource source = world.impatient()
                .refreshPolicy(RefreshPolicy.builder()
                        .expiredCredentials(ExpiredCredentials.ACCEPT)
                        .build())
                .build();

        try (LibraryLog log = LibraryLog.openForAllThreads()) {
            assertThat(source.resolve().accessKeyId()).isEqualTo("ASIAEXAMPLE");
            assertThat(log.warnings())
                    .filteredOn(m -> m.contains("60 min ago") && m.contains("ACCEPT"))
                    .hasSize(1);
        }
        source.resolve();
        assertThat(world.requests).hasSize(1);
        world.pass(Duration.ofMinutes(1));
        world.always(answer(200, GOOD));
        source.resolve();
        assertThat(world.requests).hasSize(2);
    }

    /** The failure of the load, which all its callers share; each of them gets an exception of its own (R16). */
    private static Throwable shared(CredentialsException failure) {
        return Objects.requireNonNull(failure.getCause());
    }
}
