// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.TOKEN_PATH;
import static io.lanyard.container.SourceWorld.URI;
import static io.lanyard.container.SourceWorld.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lanyard.ContainerCredentials;
import io.lanyard.chain.Availability;
import io.lanyard.chain.SourceState;
import io.lanyard.report.SettingSeen;
import io.lanyard.report.SourceDescription;
import io.lanyard.spi.Scheduler;
import io.lanyard.testsupport.Canaries;
import io.lanyard.testsupport.Evidence;
import io.lanyard.testsupport.Jwt;
import io.lanyard.testsupport.LibraryLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a source can say of itself without asking anybody. */
class SourceDescriptionTest {

    private static final String RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private static final String FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private static final String TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    private static final String TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

    private final SourceWorld world = new SourceWorld();

    private static SourceDescription description(ContainerCredentialsSource.Builder source) {
        return Evidence.seen("of a source", source.build().describe());
    }

    /** Those that are set, by name. */
    private static List<String> set(SourceDescription description) {
        return description.settings().stream()
                .filter(SettingSeen::set)
                .map(SettingSeen::name)
                .toList();
    }

    @Test
    void a_source_in_a_pod_tells_its_settings_its_endpoint_and_whose_token_it_has() {
        world.variables.put(FULL, URI);
        world.variables.put(TOKEN_FILE, TOKEN_PATH);
        world.token(Jwt.of("{\"aud\":[\"pods.eks.amazonaws.com\"],\"sub\":\"system:serviceaccount:shop:cart\"}"));

        SourceDescription description = description(world.builder());

        assertThat(description.settings())
                .hasToString("[" + RELATIVE + " (not set), " + FULL + " (set), " + TOKEN_FILE + " (set), " + TOKEN
                        + " (not set)]");
        assertThat(description.endpoint()).contains(URI);
        assertThat(description.token().orElseThrow())
                .hasToString("shop/cart for pods.eks.amazonaws.com, which never expires");
        assertThat(world.requests).isEmpty();
    }

    @Test
    void a_source_without_a_uri_reads_no_token_file() {
        world.variables.put(TOKEN_FILE, TOKEN_PATH);
        world.token(Jwt.of("{}"));

        SourceDescription description = description(world.builder());

        assertThat(set(description)).containsExactly(TOKEN_FILE);
        assertThat(description.endpoint()).isEmpty();
        assertThat(description.token()).isEmpty();
        assertThat(world.touched).noneMatch(touched -> touched.startsWith("file "));
    }

    @Test
    void a_relative_uri_is_told_with_its_host_and_without_its_query() {
        world.variables.put(RELATIVE, "/v2/credentials?id=" + Canaries.secret());

        SourceDescription description = description(world.builder());

        assertThat(set(description)).containsExactly(RELATIVE);
        assertThat(description.endpoint()).contains("http://169.254.170.2/v2/credentials");
    }

    @Test
    void a_uri_that_cannot_be_used_is_set_and_leads_nowhere() {
        world.variables.put(FULL, "ftp://" + Canaries.secret());

        SourceDescription description = description(world.builder());

        assertThat(set(description)).containsExactly(FULL);
        assertThat(description.endpoint()).isEmpty();
    }

    @Test
    void options_are_called_options_and_the_environment_they_stand_for_is_not_looked_at() {
        world.variables.put(RELATIVE, "/of/the/environment");
        world.variables.put(TOKEN_FILE, TOKEN_PATH);

        SourceDescription description =
                description(world.builder().fullUri(URI).token(Jwt.of("{\"aud\":\"sts.amazonaws.com\"}")));

        assertThat(description.settings())
                .hasToString("[the option relativeUri (not set), the option fullUri (set), the option tokenFile"
                        + " (not set), the option token (set)]");
        assertThat(description.token().orElseThrow().audiences()).containsExactly("sts.amazonaws.com");
        assertThat(world.touched).noneMatch(touched -> touched.startsWith("file "));
    }

    @Test
    void a_fixed_token_that_is_no_web_token_is_told_by_its_setting_alone() {
        world.variables.put(FULL, URI);
        world.variables.put(TOKEN, "Basic " + Canaries.secret());

        SourceDescription description = description(world.builder());

        assertThat(set(description)).containsExactly(FULL, TOKEN);
        assertThat(description.token()).isEmpty();
    }

    @Test
    void a_token_file_that_cannot_be_read_does_not_keep_a_source_from_being_described() {
        world.variables.put(FULL, URI);
        world.variables.put(TOKEN_FILE, TOKEN_PATH);
        for (SourceWorld.Content content : List.<SourceWorld.Content>of(
                () -> {
                    throw new AccessDeniedException(TOKEN_PATH);
                },
                () -> {
                    throw new SecurityException("not here");
                },
                () -> new byte[] {(byte) 0xff, (byte) 0xfe},
                () -> new byte[65 * 1024],
                () -> new byte[0])) {
            world.files.put(TOKEN_PATH, content);
            assertThat(description(world.builder()).token()).isEmpty();
        }
    }

    @Test
    void a_token_file_that_cannot_be_read_is_described_with_the_reason() {
        world.variables.put(FULL, URI);
        world.variables.put(TOKEN_FILE, TOKEN_PATH);

        assertThat(description(world.builder()).tokenProblem().orElseThrow())
                .contains("the token file " + TOKEN_PATH + " does not exist");
        world.token(Jwt.of("{}"));
        assertThat(description(world.builder()).tokenProblem()).isEmpty();
    }

    /** A network file system whose server does not answer. */
    @Test
    void a_token_file_that_does_not_return_is_described_within_a_second_and_occupies_one_thread() throws Exception {
        world.variables.put(FULL, URI);
        world.variables.put(TOKEN_FILE, TOKEN_PATH);
        CountDownLatch server = new CountDownLatch(1);
        AtomicInteger reads = new AtomicInteger();
        world.files.put(TOKEN_PATH, () -> {
            reads.incrementAndGet();
            awaitUninterruptibly(server);
            return Jwt.of("{}").getBytes(StandardCharsets.US_ASCII);
        });
        ContainerCredentialsSource source =
                world.builder().scheduler(Scheduler.shared()).build();

        Future<SourceDescription> first = CompletableFuture.supplyAsync(source::describe);
        SourceDescription description = first.get(10, TimeUnit.SECONDS);
        Future<SourceDescription> second = CompletableFuture.supplyAsync(source::describe);

        assertThat(description.token()).isEmpty();
        assertThat(description.tokenProblem().orElseThrow()).contains("could not be read: not read within 1 s");
        assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(description);
        assertThat(reads).hasValue(1);
        server.countDown();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> source.describe().token().isPresent());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_description_is_of_now_and_says_nothing_to_the_log() throws Exception {
        world.variables.put(FULL, URI);
        world.variables.put(RELATIVE, "/both");
        ContainerCredentialsSource source = world.builder().build();
        try (LibraryLog log = LibraryLog.open()) {
            assertThat(source.describe().endpoint()).contains("http://169.254.170.2/both");
            assertThat(log.warnings()).isEmpty();
        }
        world.variables.remove(RELATIVE);
        assertThat(source.describe().endpoint()).contains(URI);
    }

    // ---- whether it is configured

    @Test
    void a_blank_variable_is_described_as_blank() {
        world.variables.put(RELATIVE, "");
        world.variables.put(FULL, " ");
        world.variables.put(TOKEN, "\t");
        world.properties.put("aws.containerAuthorizationTokenFile", "");

        assertThat(description(world.builder()).settings())
                .hasToString("[" + RELATIVE + " (blank), " + FULL + " (blank), " + TOKEN_FILE + " (blank), " + TOKEN
                        + " (blank)]");
    }

    @Test
    void a_property_that_is_blank_gives_way_to_the_variable_in_the_description_too() {
        world.properties.put("aws.containerCredentialsFullUri", "");
        world.variables.put(FULL, URI);

        assertThat(set(description(world.builder()))).containsExactly(FULL);
    }

    @Test
    void a_source_with_a_uri_is_configured() {
        world.variables.put(FULL, "nonsense");

        assertThat(world.builder().build().availability()).isEqualTo(Availability.configured());
        assertThat(world.builder().relativeUri("/x").build().availability()).isEqualTo(Availability.configured());
    }

    @Test
    void a_source_with_nothing_set_is_not_configured() {
        assertThat(world.builder().build().availability()).isEqualTo(Availability.notConfigured(""));
    }

    @Test
    void a_source_whose_uri_is_blank_is_not_configured_and_says_so() {
        world.variables.put(FULL, " ");

        Availability detection = world.builder().build().availability();

        assertThat(detection.state()).isEqualTo(SourceState.NOT_CONFIGURED);
        assertThat(detection.reason()).contains(FULL + " is blank");
        assertThat(SourceWorld.failure(world.builder().build())).hasMessageContaining(FULL + " is blank");
    }

    @ParameterizedTest
    @ValueSource(strings = {TOKEN_FILE, TOKEN})
    void a_token_without_a_uri_is_an_incomplete_source(String setting) {
        world.variables.put(setting, TOKEN_PATH);
        world.variables.put(RELATIVE, "");

        Availability detection = world.builder().build().availability();

        assertThat(detection.state()).isEqualTo(SourceState.INCOMPLETE);
        assertThat(detection.reason())
                .isEqualTo("neither " + RELATIVE + " nor " + FULL + " is set; " + RELATIVE + " is blank; " + setting
                        + " is set");
        assertThat(detection.remedy().orElseThrow()).contains("set " + FULL, "unset " + setting);
        assertThat(detection.mayChange()).isFalse();
        assertThat(SourceWorld.failure(world.builder().build())).hasMessageContaining(setting + " is set");
        assertThat(world.touched).noneMatch(touched -> touched.startsWith("file "));
    }

    @Test
    void a_token_option_without_a_uri_is_an_incomplete_source() {
        assertThat(world.builder().tokenFile(TOKEN_PATH).build().availability().reason())
                .contains("the option tokenFile is set");
        assertThat(world.builder().token("CANARY").build().availability().toString())
                .contains("the option token is set")
                .doesNotContain("CANARY");
    }

    // ---- what is held

    @Test
    void a_source_that_nobody_has_asked_holds_nothing_and_asks_nobody() {
        assertThat(world.impatient().build().cached()).isEmpty();
        assertThat(world.touched).isEmpty();
    }

    @Test
    void what_was_given_is_held_also_past_its_end() throws Exception {
        ContainerCredentialsSource source = world.impatient().build();
        ContainerCredentials given = source.resolve();
        world.always(refused());
        world.pass(Duration.ofDays(1));
        int asked = world.requests.size();

        assertThat(source.cached()).containsSame(given);
        source.close();
        assertThat(source.cached()).containsSame(given);
        assertThat(world.requests).hasSize(asked);
    }

    @Test
    void a_source_whose_agent_gave_nothing_holds_nothing() {
        world.always(refused());
        ContainerCredentialsSource source = world.impatient().build();
        SourceWorld.failure(source);

        assertThat(source.cached()).isEmpty();
    }
}
