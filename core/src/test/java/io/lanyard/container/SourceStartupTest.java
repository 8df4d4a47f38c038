// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.TOKEN_PATH;
import static io.lanyard.container.SourceWorld.URI;
import static io.lanyard.container.SourceWorld.answer;
import static io.lanyard.container.SourceWorld.broken;
import static io.lanyard.container.SourceWorld.failure;
import static io.lanyard.container.SourceWorld.good;
import static io.lanyard.container.SourceWorld.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.RefreshPolicy;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is waited for at the start (F9), and what is not. */
class SourceStartupTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final String NO_ASSOCIATION =
            "[1111]: (ResourceNotFoundException): No association found for service account a/b, fault: client";
    private static final String NOT_YET =
            "Service account token failed basic claim validations: token is not valid yet";

    private final SourceWorld world = new SourceWorld();

    /** A state of the world, and how often the agent is asked in it without patience. */
    static Stream<Arguments> states() {
        return Stream.of(
                state("a refused connection", w -> w.always(refused()), 3),
                state("a token file that is missing", w -> w.files.remove(TOKEN_PATH), 0),
                state("a token file that is empty", w -> w.token(""), 0),
                state("a token file of white space", w -> w.token(" \n"), 0),
                state("an association that is not visible yet", w -> w.always(answer(404, NO_ASSOCIATION)), 1),
                state("a token that is not valid yet", w -> w.always(answer(400, NOT_YET)), 1),
                state(
                        "an ECS agent that has its credentials not yet",
                        w -> w.always(answer(503, "{\"code\":\"CredentialsUninitialized\",\"message\":\"m\"}")),
                        3),
                state(
                        "an ECS agent that does not know the id yet",
                        w -> w.always(answer(400, "{\"code\":\"InvalidIdInRequest\",\"message\":\"m\"}")),
                        1),
                // the retry quota of the EKS agent is shared by all pods of the node
                state("a 500 of an agent whose retry quota is used up", w -> w.always(answer(500, "[]")), 3),
                state("a 502", w -> w.always(answer(502, "")), 3),
                state("a 599", w -> w.always(answer(599, "")), 3));
    }

    private static Arguments state(String name, Consumer<SourceWorld> put, int requests) {
        return Arguments.of(name, put, requests);
    }

    private static void heal(SourceWorld world) {
        world.token("eyJ-CANARY").always(answer(200, good("2026-11-22T10:30:00Z")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("states")
    void this_is_waited_for(String name, Consumer<SourceWorld> put, int requests) throws Exception {
        world.token("eyJ-CANARY");
        put.accept(world);
        ContainerCredentialsSource source = source(PATIENCE);
        world.healAfter(Duration.ofSeconds(9), SourceStartupTest::heal);

        assertThat(source.resolve().accessKeyId()).as(name).isEqualTo("ASIAEXAMPLE");

        assertThat(world.passed()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(11));
        assertThat(world.pauses)
                .filteredOn(p -> p.toMillis() != 45)
                .allSatisfy(p -> assertThat(p).isBetween(Duration.ofMillis(1), Duration.ofSeconds(1)));
    }

    @Test
    void the_first_pause_is_short_and_the_others_are_longer() {
        world.token("eyJ-CANARY").always(refused());

        failure(source(PATIENCE));

        List<Duration> pauses = world.pauses.subList(0, world.pauses.size() - 3);
        assertThat(pauses.get(0)).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
        assertThat(pauses.subList(1, pauses.size()))
                .hasSizeGreaterThan(5)
                .allSatisfy(p -> assertThat(p).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1)));
    }

    @Test
    void a_throttled_client_is_patient_too_and_asks_at_most_once_a_second() throws Exception {
        world.token("eyJ-CANARY").always(answer(429, "Too Many Requests"));
        world.healAfter(Duration.ofSeconds(9), SourceStartupTest::heal);

        source(PATIENCE).resolve();

        assertThat(world.passed()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(11));
        // the last pause may be shorter, because it is cut to the end of the patience
        assertThat(world.pauses.subList(0, world.pauses.size() - 1))
                .hasSizeBetween(4, 9)
                .allSatisfy(p -> assertThat(p).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(2)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("states")
    void patience_ends(String name, Consumer<SourceWorld> put, int requests) {
        world.token("eyJ-CANARY");
        put.accept(world);

        failure(source(PATIENCE));

        assertThat(world.passed()).as(name).isBetween(PATIENCE, PATIENCE.plusSeconds(1));
        // every 250 ms to 1 s
        assertThat(world.pauses).filteredOn(p -> p.toMillis() >= 250).hasSizeBetween(9, 40);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("states")
    void without_patience_it_fails_after_the_ordinary_attempts(String name, Consumer<SourceWorld> put, int requests) {
        world.token("eyJ-CANARY");
        put.accept(world);

        failure(source(Duration.ZERO));

        assertThat(world.requests).as(name).hasSize(requests);
        assertThat(world.passed()).isLessThan(Duration.ofSeconds(1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("states")
    void after_there_have_been_credentials_it_fails_after_the_ordinary_attempts(
            String name, Consumer<SourceWorld> put, int requests) throws Exception {
        heal(world);
        // FAIL, or what has ended would be served on while the agent is away
        ContainerCredentialsSource source = source(PATIENCE).toBuilder()
                .refreshPolicy(RefreshPolicy.builder()
                        .expiredCredentials(ExpiredCredentials.FAIL)
                        .build())
                .build();
        source.resolve();
        world.pass(Duration.ofHours(1));
        world.requests.clear();
        Duration before = world.passed();
        put.accept(world);

        failure(source);

        assertThat(world.requests).as(name).hasSize(requests);
        assertThat(world.passed().minus(before)).isLessThan(Duration.ofSeconds(1));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("states")
    void patience_is_counted_once_and_later_loads_fail_after_the_ordinary_attempts(
            String name, Consumer<SourceWorld> put, int requests) throws Exception {
        world.token("eyJ-CANARY");
        put.accept(world);
        CredentialsLoader loader = loader();
        assertThatThrownBy(loader::load).isInstanceOf(CredentialsException.class);
        assertThat(world.passed()).isGreaterThanOrEqualTo(PATIENCE);

        for (int later = 0; later < 3; later++) {
            world.pass(Duration.ofMinutes(1));
            world.requests.clear();
            Duration before = world.passed();

            assertThatThrownBy(loader::load).isInstanceOf(CredentialsException.class);

            assertThat(world.requests).as(name).hasSize(requests);
            assertThat(world.passed().minus(before)).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void patience_counts_from_the_start_of_the_first_load_whatever_that_load_failed_with() {
        world.token("eyJ-CANARY").always(answer(403, "no"));
        CredentialsLoader loader = loader();
        assertThatThrownBy(loader::load).isInstanceOf(CredentialsException.class);
        world.pass(Duration.ofSeconds(6));
        world.always(refused());

        assertThatThrownBy(loader::load).isInstanceOf(CredentialsException.class);

        assertThat(world.passed()).isBetween(PATIENCE, PATIENCE.plusSeconds(1));
    }

    @Test
    void a_source_that_rests_before_its_first_load_loses_no_patience() {
        world.token("eyJ-CANARY").always(refused());
        CredentialsLoader loader = loader();
        world.pass(Duration.ofHours(1));
        Duration before = world.passed();

        assertThatThrownBy(loader::load).isInstanceOf(CredentialsException.class);

        assertThat(world.passed().minus(before)).isBetween(PATIENCE, PATIENCE.plusSeconds(1));
    }

    /** The loader alone: what the cache remembers of a failure is the cache's. */
    private CredentialsLoader loader() {
        return new ContainerConfiguration(
                        world.builder().fullUri(URI).tokenFile(TOKEN_PATH).startupPatience(PATIENCE))
                .loader();
    }

    /** States that do not pass by waiting. */
    static Stream<Arguments> others() {
        return Stream.of(
                state(
                        "access denied",
                        w -> w.always(answer(400, "[1]: (AccessDeniedException): no, fault: client")),
                        1),
                state("a 404 of another kind", w -> w.always(answer(404, "404 page not found")), 1),
                state("a broken connection", w -> w.always(broken("Connection reset")), 3),
                state(
                        "a timeout",
                        w -> w.always(request -> {
                            throw new SocketTimeoutException("connect timed out");
                        }),
                        3),
                state(
                        "no route",
                        w -> w.always(request -> {
                            throw new NoRouteToHostException("No route to host");
                        }),
                        3),
                state(
                        "a token that may not be read",
                        w -> w.files.put(TOKEN_PATH, () -> {
                            throw new AccessDeniedException(TOKEN_PATH);
                        }),
                        0),
                state("a token that is no text", w -> w.files.put(TOKEN_PATH, () -> new byte[] {(byte) 0xff}), 0),
                state("a token of two lines", w -> w.token("a\nb"), 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("others")
    void this_is_not_waited_for(String name, Consumer<SourceWorld> put, int requests) {
        world.token("eyJ-CANARY");
        put.accept(world);

        failure(source(PATIENCE));

        assertThat(world.requests).as(name).hasSize(requests);
        assertThat(world.passed()).isLessThan(Duration.ofSeconds(1));
    }

    @Test
    void trouble_of_another_kind_in_the_midst_of_waiting_has_its_ordinary_attempts() throws Exception {
        world.token("eyJ-CANARY")
                .next(refused(), refused(), broken("Connection reset"), broken("Connection reset"), refused());

        source(PATIENCE).resolve();

        assertThat(world.requests).hasSize(6);
    }

    @Test
    void a_retry_after_holds_while_waiting_too() throws Exception {
        world.token("eyJ-CANARY")
                .next(answer(503, "{\"code\":\"CredentialsUninitialized\"}", Map.of("Retry-After", "6")));

        source(PATIENCE).resolve();

        assertThat(world.pauses).containsExactly(Duration.ofSeconds(6));
    }

    @Test
    void patience_beyond_the_default_budget_makes_the_budget_longer() {
        world.token("eyJ-CANARY").always(refused());

        failure(source(Duration.ofSeconds(40)));

        assertThat(world.passed()).isBetween(Duration.ofSeconds(39), Duration.ofSeconds(41));
    }

    @Test
    void patience_cannot_be_negative() {
        assertThatThrownBy(() -> world.builder().startupPatience(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_failure_after_all_the_waiting_says_how_long_it_took() {
        world.token("eyJ-CANARY").always(refused());

        CredentialsException failure = failure(source(PATIENCE));

        assertThat(failure.category()).isEqualTo(Category.UNREACHABLE);
        assertThat(failure.getMessage()).containsPattern("attempt \\d+, after 1[01]\\.\\d s");
        assertThat(failure.remedy().orElseThrow()).contains("eks-pod-identity-agent");
    }

    @Test
    void a_swap_of_the_token_file_is_bridged_within_100_ms() throws Exception {
        int[] reads = {0};
        world.files.put(TOKEN_PATH, () -> {
            if (reads[0]++ < 2) {
                throw new NoSuchFileException(TOKEN_PATH);
            }
            return "eyJ-CANARY".getBytes(StandardCharsets.UTF_8);
        });

        source(Duration.ZERO).resolve();

        assertThat(world.passed()).isLessThanOrEqualTo(Duration.ofMillis(100));
        assertThat(reads[0]).isEqualTo(3);
    }

    private ContainerCredentialsSource source(Duration patience) {
        return world.builder()
                .fullUri(URI)
                .tokenFile(TOKEN_PATH)
                .startupPatience(patience)
                .build();
    }
}
