// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static io.lanyard.container.SourceWorld.GOOD;
import static io.lanyard.container.SourceWorld.TOKEN_PATH;
import static io.lanyard.container.SourceWorld.URI;
import static io.lanyard.container.SourceWorld.answer;
import static io.lanyard.container.SourceWorld.failure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.spi.AgentRequest;
import io.lanyard.testsupport.LibraryLog;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which setting wins, and when it is read. */
class SettingsTest {

    private static final String RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private static final String FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private static final String SERVICE = "AWS_CONTAINER_SERVICE_ENDPOINT";
    private static final String TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    private static final String TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    private static final String TIMEOUT = "AWS_METADATA_SERVICE_TIMEOUT";
    private static final String ATTEMPTS = "AWS_METADATA_SERVICE_NUM_ATTEMPTS";

    private final SourceWorld world = new SourceWorld();

    private AgentRequest asked() throws Exception {
        return asked(world.builder());
    }

    private AgentRequest asked(ContainerCredentialsSource.Builder builder) throws Exception {
        builder.build().resolve();
        assertThat(world.requests).hasSize(1);
        return world.requests.get(0);
    }

    private static String where(AgentRequest request) {
        return request.scheme() + "://" + request.authority() + request.target();
    }

    // C4

    @Test
    void nothing_is_read_and_nobody_is_asked_before_the_first_resolve() throws Exception {
        world.variables.put(FULL, "http://agent/");
        world.variables.put(TOKEN_FILE, TOKEN_PATH);
        world.names.put("agent", List.of(SourceWorld.address(127, 0, 0, 1)));
        world.token("token");

        ContainerCredentialsSource source = world.builder().build().toBuilder().build();
        assertThat(source).hasToString("ContainerCredentialsSource()");
        assertThat(world.touched).isEmpty();

        source.resolve();
        assertThat(world.touched).contains("variable " + FULL, "file " + TOKEN_PATH, "name agent", "agent");
    }

    @Test
    void whether_it_is_configured_is_told_by_settings_alone() {
        assertThat(world.builder().build().isConfigured()).isFalse();
        assertThat(world.builder().fullUri(URI).build().isConfigured()).isTrue();
        assertThat(world.builder().relativeUri("/x").build().isConfigured()).isTrue();
        world.variables.put(FULL, " ");
        assertThat(world.builder().build().isConfigured()).isFalse();
        world.variables.put(FULL, "nonsense");
        assertThat(world.builder().build().isConfigured()).isTrue();
        world.variables.clear();
        world.properties.put("aws.containerCredentialsPath", "/x");
        assertThat(world.builder().build().isConfigured()).isTrue();
        assertThat(world.touched).allMatch(t -> t.startsWith("variable ") || t.startsWith("property "));
    }

    @Test
    void settings_are_read_once_and_valid_credentials_cost_nothing() throws Exception {
        world.variables.put(FULL, URI);
        ContainerCredentialsSource source = world.builder().build();
        source.resolve();
        world.touched.clear();

        source.resolve();
        assertThat(source.resolveAsync()).isCompleted();

        assertThat(world.touched).isEmpty();
    }

    // C3

    @Test
    void without_a_uri_it_is_not_configured_and_costs_no_io() {
        CredentialsException failure = failure(world.builder().build());

        assertThat(failure.category()).isEqualTo(Category.NOT_CONFIGURED);
        assertThat(failure.recoverable()).isFalse();
        assertThat(failure).hasMessageContaining(RELATIVE).hasMessageContaining(FULL);
        assertThat(failure.remedy().orElseThrow()).contains("create-pod-identity-association");
        assertThat(world.touched).allMatch(t -> t.startsWith("variable ") || t.startsWith("property "));
        assertThat(world.passed()).isZero();
    }

    @Test
    void not_configured_is_told_by_the_future_and_not_thrown() {
        assertThat(world.builder().build().resolveAsync())
                .isCompletedExceptionally()
                .failsWithin(Duration.ofSeconds(1))
                .withThrowableThat()
                .withCauseInstanceOf(CredentialsException.class);
    }

    @Test
    void a_uri_that_appears_later_is_found() throws Exception {
        ContainerCredentialsSource source = world.builder().build();
        failure(source);
        world.variables.put(FULL, URI);

        assertThat(source.resolve().accessKeyId()).isEqualTo("ASIAEXAMPLE");
    }

    // C1

    @ParameterizedTest
    @CsvSource({
        "RELATIVE_URI, aws.containerCredentialsPath",
        "FULL_URI, aws.containerCredentialsFullUri",
        "SERVICE_ENDPOINT, aws.containerServiceEndpoint",
        "TOKEN_FILE, aws.containerAuthorizationTokenFile",
        "TOKEN, aws.containerAuthorizationToken",
        "METADATA_TIMEOUT, aws.ec2MetadataServiceTimeout",
        "METADATA_ATTEMPTS, aws.ec2MetadataServiceNumAttempts",
    })
    void a_property_wins_over_its_variable(Setting setting, String property) {
        assertThat(setting.value(world)).isNull();
        world.variables.put(setting.variable(), "variable");
        assertThat(setting.value(world)).isEqualTo("variable");
        world.properties.put(property, "\t \n");
        assertThat(setting.value(world)).isEqualTo("variable");
        world.properties.put(property, " property ");
        assertThat(setting.value(world)).isEqualTo("property");
        assertThat(setting.raw(world)).isEqualTo(" property ");
        world.variables.clear();
        assertThat(setting.value(world)).isEqualTo("property");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n", "\u3000"})
    void a_blank_value_is_an_unset_value(String blank) throws Exception {
        world.variables.put(RELATIVE, blank);
        world.variables.put(FULL, URI);
        world.variables.put(SERVICE, blank);
        world.variables.put(TOKEN_FILE, blank);
        world.variables.put(TOKEN, blank);
        world.variables.put(TIMEOUT, blank);
        world.variables.put(ATTEMPTS, blank);

        try (LibraryLog log = LibraryLog.open()) {
            AgentRequest request = asked(world.builder()
                    .relativeUri(blank)
                    .fullUri(blank)
                    .serviceEndpoint(blank)
                    .token(blank)
                    .tokenFile(blank));
            assertThat(where(request)).isEqualTo(URI);
            assertThat(request.headers()).doesNotContainKey("Authorization");
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void white_space_around_a_uri_is_no_part_of_it() throws Exception {
        world.variables.put(FULL, " " + URI + "\n");

        assertThat(where(asked())).isEqualTo(URI);
    }

    @Test
    void an_option_for_the_uri_wins_over_both_uris_of_the_environment() throws Exception {
        world.variables.put(RELATIVE, "/of/the/environment");
        world.properties.put("aws.containerCredentialsFullUri", "http://127.0.0.1/property");

        try (LibraryLog log = LibraryLog.open()) {
            assertThat(where(asked(world.builder().fullUri(URI)))).isEqualTo(URI);
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void a_relative_option_wins_over_the_environments_full_uri_and_takes_its_service_endpoint() throws Exception {
        world.variables.put(FULL, URI);
        world.variables.put(SERVICE, "http://127.0.0.1:51679/");

        assertThat(where(asked(world.builder().relativeUri("/mine")))).isEqualTo("http://127.0.0.1:51679/mine");
    }

    @Test
    void an_option_for_the_service_endpoint_wins() throws Exception {
        world.variables.put(RELATIVE, "/x");
        world.variables.put(SERVICE, "http://127.0.0.1:1");

        assertThat(where(asked(world.builder().serviceEndpoint("http://127.0.0.1:2"))))
                .isEqualTo("http://127.0.0.1:2/x");
    }

    @Test
    void a_relative_uri_without_a_service_endpoint_is_the_ecs_agents() throws Exception {
        world.variables.put(RELATIVE, "/v2/credentials/id");

        assertThat(where(asked())).isEqualTo("http://169.254.170.2/v2/credentials/id");
    }

    @Test
    void the_service_endpoint_has_nothing_to_say_to_a_full_uri() throws Exception {
        world.variables.put(FULL, URI);
        world.variables.put(SERVICE, "nonsense");

        assertThat(where(asked())).isEqualTo(URI);
    }

    // one warning

    @Test
    void two_uris_are_warned_of_once_and_the_relative_one_is_used() throws Exception {
        world.variables.put(RELATIVE, "/x");
        world.variables.put(FULL, URI);
        ContainerCredentialsSource source = world.builder().build();

        try (LibraryLog log = LibraryLog.open()) {
            source.resolve();
            world.pass(Duration.ofHours(7));
            world.always(answer(200, SourceWorld.good("2027-01-01T00:00:00Z")));
            source.resolve();

            assertThat(where(world.requests.get(0))).isEqualTo("http://169.254.170.2/x");
            assertThat(world.requests).hasSize(2);
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(m -> assertThat(m).contains(RELATIVE, FULL, "both set", RELATIVE + " is used"));
        }
    }

    @ParameterizedTest
    @CsvSource({"false, file-token", "true, fixed-token"})
    void two_tokens_are_warned_of_once_and_the_file_is_used_unless_the_option_says_otherwise(
            boolean preferStatic, String used) throws Exception {
        world.variables.put(FULL, URI);
        world.variables.put(TOKEN, "fixed-token");
        world.variables.put(TOKEN_FILE, TOKEN_PATH);
        world.token("file-token\n");

        try (LibraryLog log = LibraryLog.open()) {
            asked(world.builder().preferStaticToken(preferStatic));

            assertThat(world.sentToken(0)).isEqualTo(used);
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(m -> assertThat(m)
                            .contains("both set", (preferStatic ? TOKEN : TOKEN_FILE) + " is used")
                            .doesNotContain("fixed-token", "file-token"));
        }
    }

    @Test
    void preferring_the_fixed_token_changes_nothing_where_there_is_none() throws Exception {
        world.variables.put(FULL, URI);
        world.variables.put(TOKEN_FILE, TOKEN_PATH);
        world.token("file-token");

        asked(world.builder().preferStaticToken(true));

        assertThat(world.sentToken(0)).isEqualTo("file-token");
    }

    @Test
    void an_option_for_the_token_wins_over_both_tokens_of_the_environment() throws Exception {
        world.variables.put(FULL, URI);
        world.variables.put(TOKEN_FILE, TOKEN_PATH);
        world.variables.put(TOKEN, "fixed");

        try (LibraryLog log = LibraryLog.open()) {
            asked(world.builder().token("mine"));

            assertThat(world.sentToken(0)).isEqualTo("mine");
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void an_option_for_the_token_file_wins_over_both_tokens_of_the_environment() throws Exception {
        world.variables.put(FULL, URI);
        world.variables.put(TOKEN_FILE, "/elsewhere");
        world.variables.put(TOKEN, "fixed");
        world.token("mine");

        asked(world.builder().tokenFile(TOKEN_PATH));

        assertThat(world.sentToken(0)).isEqualTo("mine");
    }

    @Test
    void a_relative_uri_is_given_the_token_too() throws Exception {
        world.variables.put(RELATIVE, "/x");
        world.variables.put(TOKEN, "fixed");

        assertThat(asked().headers()).containsEntry("Authorization", "fixed");
    }

    // C5

    @ParameterizedTest
    @CsvSource({
        "5, 5000, 2000",
        "1, 1000, 1000",
        "0.25, 250, 250",
        "3600, 3600000, 2000",
        "0.001, 1, 1",
        " 7 , 7000, 2000"
    })
    void the_metadata_timeout_is_that_of_an_attempt_and_of_connecting_where_it_is_shorter(
            String seconds, long attempt, long connect) throws Exception {
        world.variables.put(FULL, URI);
        world.variables.put(TIMEOUT, seconds);

        AgentRequest request = asked();

        assertThat(request.timeout()).hasMillis(attempt);
        assertThat(request.connectTimeout()).hasMillis(connect);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "3600.1", "1e9", "NaN", "Infinity", "five", "5s", "0.0001", "1,5", "0x"})
    void a_metadata_timeout_that_is_none_is_ignored_with_a_warning(String garbage) throws Exception {
        world.variables.put(FULL, URI);
        world.variables.put(TIMEOUT, garbage);

        try (LibraryLog log = LibraryLog.open()) {
            AgentRequest request = asked();

            assertThat(request.timeout()).hasSeconds(8);
            assertThat(request.connectTimeout()).hasSeconds(2);
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(m -> assertThat(m).contains(TIMEOUT));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "5, 5", "100, 100", " 2 , 2"})
    void the_metadata_attempts_are_those_of_a_load(String value, int attempts) {
        world.variables.put(FULL, URI);
        world.variables.put(ATTEMPTS, value);
        world.always(answer(500, ""));

        failure(world.builder()
                .startupPatience(Duration.ZERO)
                .loadTimeout(Duration.ofHours(1))
                .build());

        assertThat(world.requests).hasSize(attempts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "101", "99999999999", "many", "2.0"})
    void metadata_attempts_that_are_none_are_ignored_with_a_warning(String garbage) {
        world.variables.put(FULL, URI);
        world.variables.put(ATTEMPTS, garbage);
        world.always(answer(500, ""));

        try (LibraryLog log = LibraryLog.open()) {
            failure(world.builder().startupPatience(Duration.ZERO).build());

            assertThat(world.requests).hasSize(3);
            assertThat(log.warnings())
                    .singleElement()
                    .satisfies(m -> assertThat(m).contains(ATTEMPTS));
        }
    }

    @Test
    void options_win_over_the_metadata_settings() {
        world.variables.put(FULL, URI);
        world.variables.put(TIMEOUT, "garbage");
        world.variables.put(ATTEMPTS, "garbage");
        world.always(answer(500, ""));

        try (LibraryLog log = LibraryLog.open()) {
            failure(world.builder()
                    .attemptTimeout(Duration.ofSeconds(3))
                    .startupPatience(Duration.ZERO)
                    .maxAttempts(2)
                    .build());

            assertThat(world.requests).hasSize(2);
            assertThat(world.requests.get(0).timeout()).hasSeconds(3);
            assertThat(log.warnings()).isEmpty();
        }
    }

    @Test
    void options_that_make_no_sense_are_refused_when_they_are_set() {
        ContainerCredentialsSource.Builder builder = ContainerCredentialsSource.builder();

        assertThatThrownBy(() -> builder.maxAttempts(0)).isInstanceOf(IllegalArgumentException.class);
        for (Duration none : List.of(Duration.ZERO, Duration.ofSeconds(-1))) {
            assertThatThrownBy(() -> builder.connectTimeout(none)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> builder.attemptTimeout(none)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> builder.loadTimeout(none)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    // hosts

    @Test
    void a_further_host_is_allowed_by_name_or_literal_in_any_spelling() throws Exception {
        world.names.put("Agent.Local", List.of(SourceWorld.address(192, 0, 2, 1)));
        ContainerCredentialsSource.Builder builder =
                world.builder().allowHosts("AGENT.local", "192.0.2.7").allowHosts("[2001:db8::1]", "2001:DB8:0::2");

        for (String host : List.of("Agent.Local", "192.0.2.7", "[2001:DB8::1]", "[2001:db8:0:0::2]")) {
            world.requests.clear();
            asked(builder.fullUri("http://" + host + "/"));
        }
        assertThat(failure(builder.fullUri("http://192.0.2.8/").build()).category())
                .isEqualTo(Category.HOST_NOT_ALLOWED);
    }

    @Test
    void https_goes_anywhere_unless_it_is_restricted() throws Exception {
        asked(world.builder().fullUri("https://192.0.2.1/"));

        CredentialsException failure = failure(world.builder()
                .fullUri("https://192.0.2.1/")
                .restrictHttpsHosts(true)
                .build());
        assertThat(failure.category()).isEqualTo(Category.HOST_NOT_ALLOWED);
        assertThat(world.requests).hasSize(1);
    }

    @Test
    void a_host_that_is_not_allowed_costs_no_token_and_no_request() {
        world.variables.put(FULL, "http://192.0.2.1/");
        world.variables.put(TOKEN_FILE, TOKEN_PATH);

        failure(world.builder().build());

        assertThat(world.touched).doesNotContain("file " + TOKEN_PATH, "agent");
    }

    // the builder

    @Test
    void a_built_source_does_not_change_with_its_builder_and_copies_all_of_it() throws Exception {
        ContainerCredentialsSource.Builder builder = world.builder()
                .fullUri("http://192.0.2.1/")
                .allowHosts("192.0.2.1")
                .token("one")
                .attemptTimeout(Duration.ofSeconds(3))
                .connectTimeout(Duration.ofSeconds(1))
                .startupPatience(Duration.ZERO)
                .maxAttempts(1);
        ContainerCredentialsSource source = builder.build();
        builder.fullUri(null).token("two").maxAttempts(9).attemptTimeout(Duration.ofSeconds(4));

        AgentRequest request = asked(source.toBuilder());

        assertThat(where(request)).isEqualTo("http://192.0.2.1/");
        assertThat(request.headers()).containsEntry("Authorization", "one");
        assertThat(request.timeout()).hasSeconds(3);
        assertThat(request.connectTimeout()).hasSeconds(1);
        world.always(answer(500, ""));
        world.requests.clear();
        failure(source.toBuilder().build());
        assertThat(world.requests).hasSize(1);
    }

    @Test
    void no_text_shows_a_token() {
        ContainerCredentialsSource.Builder builder =
                world.builder().fullUri(URI).token("CANARY");

        assertThat(builder.toString()).doesNotContain("CANARY");
        assertThat(builder.build().toString()).doesNotContain("CANARY");
    }

    @Test
    void a_request_shows_no_header_and_no_query() throws Exception {
        AgentRequest request = asked(world.builder().fullUri(URI + "?q=CANARY").token("eyJ-CANARY"));

        assertThat(request.toString()).doesNotContain("CANARY").contains("169.254.170.23");
        assertThat(GOOD).contains("CANARY");
    }
}
