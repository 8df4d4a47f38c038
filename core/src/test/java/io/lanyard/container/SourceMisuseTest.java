// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.GOOD;
import static io.lanyard.container.SourceWorld.TOKEN_PATH;
import static io.lanyard.container.SourceWorld.answer;
import static io.lanyard.container.SourceWorld.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.Environment;
import io.lanyard.spi.HostResolver;
import io.lanyard.testsupport.SocketTransportPeer;
import java.net.InetAddress;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an application gives to the builder may throw or return anything; callers get one kind of exception (F8). */
@SuppressWarnings("NullAway") // null is what is tested
class SourceMisuseTest {

    private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

    private final SourceWorld world = new SourceWorld();

    static Stream<Arguments> resolvers() {
        return Stream.of(
                Arguments.of("throws", (HostResolver) host -> {
                    throw new IllegalStateException("resolver-CANARY");
                }),
                Arguments.of("returns null", (HostResolver) host -> null),
                Arguments.of("returns nothing", (HostResolver) host -> Collections.emptyList()),
                Arguments.of("returns a list with null", (HostResolver)
                        host -> Arrays.asList(InetAddress.getLoopbackAddress(), null)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("resolvers")
    void a_resolver_that_does_not_work_is_a_host_that_cannot_be_resolved(String what, HostResolver resolver) {
        assertTyped(
                world.impatient().fullUri("http://agent.example/x").hostResolver(resolver),
                Category.HOST_NOT_ALLOWED,
                "http://agent.example/x");
        assertThat(world.requests).as(what).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("resolvers")
    void a_resolver_that_does_not_work_makes_https_unreachable(String what, HostResolver resolver) {
        assertTyped(
                world.impatient()
                        .fullUri("https://agent.example/x")
                        .transport(null)
                        .hostResolver(resolver),
                Category.UNREACHABLE,
                "https://agent.example/x");
    }

    @Test
    void names_that_are_not_resolved_make_https_unreachable() {
        assertTyped(
                world.impatient()
                        .fullUri("https://agent.example/x")
                        .transport(null)
                        .hostResolver(HostResolver.literalsOnly()),
                Category.UNREACHABLE,
                "https://agent.example/x");
    }

    @Test
    void an_ssl_context_that_was_not_initialised_is_named() throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");

        assertTyped(
                world.impatient()
                        .fullUri("https://127.0.0.1:1/x")
                        .transport(null)
                        .sslContext(context),
                Category.UNREACHABLE,
                "https://127.0.0.1:1/x");
    }

    @Test
    void an_ssl_context_that_was_not_initialised_does_not_matter_to_http() throws Exception {
        try (SocketTransportPeer peer = SocketTransportPeer.answering(
                "HTTP/1.1 200 OK\r\nContent-Length: " + GOOD.length() + "\r\n\r\n" + GOOD)) {
            assertThat(world.impatient()
                            .fullUri("http://127.0.0.1:" + peer.port() + "/")
                            .transport(null)
                            .sslContext(SSLContext.getInstance("TLS"))
                            .build()
                            .resolve()
                            .accessKeyId())
                    .isEqualTo("ASIAEXAMPLE");
        }
    }

    @Test
    void a_transport_that_returns_null_is_unreachable() {
        assertTyped(world.impatient().transport(request -> null), Category.UNREACHABLE, SourceWorld.URI);
    }

    @Test
    void a_transport_whose_answer_has_no_body_is_unreachable() {
        assertTyped(
                world.impatient().transport(request -> new AgentResponse(200, Map.of(), null, false)),
                Category.UNREACHABLE,
                SourceWorld.URI);
    }

    @Test
    void a_transport_that_throws_is_unreachable() {
        assertTyped(
                world.impatient().transport(request -> {
                    throw new IllegalStateException("transport-CANARY");
                }),
                Category.UNREACHABLE,
                SourceWorld.URI);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_environment_that_throws_is_told_by_the_setting(boolean properties) {
        Environment broken = new Environment() {
            @Override
            public @Nullable String variable(String name) {
                if (!properties) {
                    throw new IllegalStateException("variable-CANARY");
                }
                return null;
            }

            @Override
            public @Nullable String property(String name) {
                if (properties) {
                    throw new SecurityException("property-CANARY");
                }
                return null;
            }

            @Override
            public byte[] readFile(String path, int limit) {
                throw new IllegalStateException("file-CANARY");
            }
        };
        ContainerCredentialsSource source = world.builder().environment(broken).build();

        CredentialsException failure = assertTyped(source, Category.INVALID_URI);
        assertThat(failure).hasMessageContaining("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        assertThat(catchThrowableOfType(CredentialsException.class, source::isConfigured))
                .hasMessageNotContaining("CANARY");
        assertThat(catchThrowableOfType(CredentialsException.class, source::availability))
                .hasMessageNotContaining("CANARY");
        assertThat(catchThrowableOfType(CredentialsException.class, source::describe))
                .hasMessageNotContaining("CANARY");
    }

    @Test
    void a_file_reader_that_throws_makes_the_token_file_unreadable() {
        world.files.put(TOKEN_PATH, () -> {
            throw new UnsupportedOperationException("file-CANARY");
        });

        assertTyped(world.impatient().tokenFile(TOKEN_PATH).build(), Category.TOKEN_FILE_UNREADABLE);
        assertThat(world.impatient()
                        .tokenFile(TOKEN_PATH)
                        .build()
                        .describe()
                        .tokenProblem()
                        .orElseThrow())
                .contains("UnsupportedOperationException")
                .doesNotContain("CANARY");
    }

    // ---- time

    static Stream<Arguments> durations() {
        return Stream.of(
                duration("connectTimeout", b -> b.connectTimeout(FOREVER)),
                duration("attemptTimeout", b -> b.attemptTimeout(FOREVER)),
                duration("loadTimeout", b -> b.loadTimeout(FOREVER)),
                duration("startupPatience", b -> b.startupPatience(FOREVER)),
                duration(
                        "all",
                        b -> b.connectTimeout(FOREVER)
                                .attemptTimeout(FOREVER)
                                .loadTimeout(FOREVER)
                                .startupPatience(FOREVER)));
    }

    private static Arguments duration(String name, UnaryOperator<ContainerCredentialsSource.Builder> set) {
        return Arguments.of(name, set);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("durations")
    void an_unbounded_duration_counts_as_a_day(String name, UnaryOperator<ContainerCredentialsSource.Builder> set)
            throws Exception {
        set.apply(world.impatient()).build().resolve();

        assertThat(world.requests.get(0).connectTimeout()).isLessThanOrEqualTo(LoadPolicy.LONGEST);
        assertThat(world.requests.get(0).timeout()).isLessThanOrEqualTo(LoadPolicy.LONGEST);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("durations")
    void an_unbounded_duration_does_not_harm_a_real_exchange(
            String name, UnaryOperator<ContainerCredentialsSource.Builder> set) throws Exception {
        String good = SourceWorld.good("2099-01-01T00:00:00Z");
        try (SocketTransportPeer peer = SocketTransportPeer.answering(
                "HTTP/1.1 200 OK\r\nContent-Length: " + good.length() + "\r\n\r\n" + good)) {
            assertThat(set.apply(ContainerCredentialsSource.builder()
                                    .environment(world)
                                    .fullUri("http://127.0.0.1:" + peer.port() + "/"))
                            .build()
                            .resolve()
                            .accessKeyId())
                    .as(name)
                    .isEqualTo("ASIAEXAMPLE");
        }
    }

    @Test
    void unbounded_patience_ends() {
        world.always(SourceWorld.refused());

        failure(world.builder()
                .fullUri(SourceWorld.URI)
                .startupPatience(FOREVER)
                .build());

        assertThat(world.passed()).isBetween(Duration.ofHours(23), Duration.ofHours(25));
    }

    @ParameterizedTest
    @ValueSource(strings = {"999999999", "Fri, 31 Dec 9999 23:59:59 GMT"})
    void a_retry_after_of_years_ends_the_load_at_once(String header) {
        world.always(answer(429, "", Map.of("Retry-After", header)));

        failure(world.builder().fullUri(SourceWorld.URI).loadTimeout(FOREVER).build());

        assertThat(world.requests).hasSize(1);
        assertThat(world.passed()).isZero();
    }

    private static void assertTyped(ContainerCredentialsSource.Builder builder, Category category, String endpoint) {
        assertThat(assertTyped(builder.build(), category).endpoint()).contains(endpoint);
    }

    private static CredentialsException assertTyped(ContainerCredentialsSource source, Category category) {
        CredentialsException failure = failure(source);
        assertThat(failure.category()).isEqualTo(category);
        assertThat(failure.remedy()).isPresent();
        assertThat(failure).hasMessageNotContaining("CANARY");
        CompletableFuture<?> future = source.resolveAsync();
        assertThatThrownBy(future::get).hasCauseInstanceOf(CredentialsException.class);
        return failure;
    }
}
