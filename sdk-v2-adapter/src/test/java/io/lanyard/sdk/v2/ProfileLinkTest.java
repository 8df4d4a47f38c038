// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lanyard.chain.Detection;
import io.lanyard.chain.LinkState;
import io.lanyard.spi.Clock;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.profiles.ProfileFile;

/** What of a profile makes it a source of credentials. The SDK's own provider is the measure, in another module. */
class ProfileLinkTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            aws_access_key_id =;aws_secret_access_key = s             | aws_access_key_id
            aws_access_key_id = AKIA;aws_secret_access_key =          | aws_secret_access_key
            aws_session_token = t                                     | aws_access_key_id
            role_arn =;source_profile = base                          | role_arn
            role_arn = arn:role;source_profile =                      | source_profile
            role_arn = arn:role;credential_source =                   | credential_source
            role_arn = arn:role;web_identity_token_file =             | web_identity_token_file
            role_arn = arn:role                                       | source_profile
            credential_process =                                      | credential_process
            sso_session = corp;sso_role_name = reader                 | sso_account_id
            sso_account_id = 1;sso_role_name = reader;sso_region = x  | sso_start_url
            """)
    void a_profile_that_lacks_a_property_or_has_it_blank_is_incomplete(String properties, String lacking) {
        Detection detection = detect(properties);

        assertThat(detection.state()).isEqualTo(LinkState.INCOMPLETE);
        assertThat(detection.reason()).isEqualTo("the profile default has no " + lacking);
        assertThat(detection.remedy()).contains("add " + lacking + " to the profile default");
    }

    @Test
    void a_property_of_sso_that_the_sdk_does_not_go_by_leaves_keys_what_they_are() {
        Detection detection = detect("sso_registration_scopes = sso:account:access;"
                + "aws_access_key_id = AKIA;aws_secret_access_key = CANARY");

        assertThat(detection.isConfigured()).isTrue();
    }

    @Test
    void an_sso_session_that_there_is_not_is_told_by_name() {
        Detection detection = detect("sso_session = corp;sso_account_id = 1;sso_role_name = reader");

        assertThat(detection.state()).isEqualTo(LinkState.INCOMPLETE);
        assertThat(detection.remedy()).contains("add [sso-session corp] to the config file");
    }

    @Test
    void a_module_of_the_sdk_that_is_missing_is_told_by_its_coordinates() {
        Detection detection =
                detect("sso_account_id = 1;sso_role_name = reader;sso_region = x;sso_start_url = https://example.com");

        assertThat(detection.state()).isEqualTo(LinkState.INCOMPLETE);
        assertThat(detection.remedy()).contains("add the dependency software.amazon.awssdk:sso");
    }

    @Test
    void a_role_whose_source_lacks_something_says_what() {
        Detection detection = detect("role_arn = arn:role;source_profile = half;[profile half];aws_access_key_id = A");

        assertThat(detection.state()).isEqualTo(LinkState.INCOMPLETE);
        assertThat(detection.reason())
                .isEqualTo("the profile default has the source_profile half, and"
                        + " the profile half has no aws_secret_access_key");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            role_arn = arn:role;source_profile = default
            role_arn = arn:role;source_profile = base;credential_source = Environment
            role_arn = arn:role;credential_source = Nowhere
            """)
    void a_contradiction_is_no_absence(String properties) {
        assertThat(detect(properties).isConfigured()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "login_session = arn:session",
                "login_session = arn:session;aws_access_key_id = AKIA;aws_secret_access_key = s"
            })
    void a_login_session_counts_with_an_sdk_that_knows_it(String properties) {
        boolean answers;
        try (ProfileCredentialsProvider provider = ProfileCredentialsProvider.builder()
                .profileFile(file(properties))
                .profileName("default")
                .build()) {
            answers = catchThrowable(provider::resolveCredentials) == null;
        }

        assertThat(detect(properties).isConfigured()).isEqualTo(answers);
    }

    /** Older versions of the SDK do not tell when credentials of SSO end. */
    @Test
    void credentials_of_sso_are_asked_for_again_soon_and_keys_when_the_file_changes() {
        ProfileFile sso = file("sso_session = corp;sso_account_id = 1;sso_role_name = reader");
        ProfileFile keys = file("aws_access_key_id = AKIA;aws_secret_access_key = s");

        assertThat(ProfileLink.policy(sso, "default").recheckInterval()).isLessThan(Duration.ofMinutes(5));
        assertThat(ProfileLink.policy(keys, "default").recheckInterval()).isGreaterThan(Duration.ofDays(365));
    }

    /** The SDK does not tell the end of keys without a session token, and runs the process again when they have ended. */
    @ParameterizedTest
    @CsvSource({"2100-01-01T00:00:00Z, 1", "2020-01-01T00:00:00Z, 2"})
    void a_process_is_run_again_when_its_keys_have_ended_and_not_before(String end, int runs, @TempDir Path home)
            throws Exception {
        Path process = Files.writeString(home.resolve("process.sh"), """
                echo run >> "$1"
                printf '{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"CANARY","Expiration":"%s"}' "$2"
                """);
        Path log = home.resolve("log");
        ProfileFile file = file("credential_process = sh " + process + " " + log + " " + end);
        assertThat(ProfileLink.policy(file, "default").recheckInterval()).isLessThan(Duration.ofMinutes(5));
        ProfileLink link = link(file);

        assertThat(link.resolve().accessKeyId()).isEqualTo("AKIA");
        link.invalidate("AKIA"); // as when it is asked for again
        assertThat(link.resolve().accessKeyId()).isEqualTo("AKIA");

        assertThat(Files.readAllLines(log)).hasSize(runs);
    }

    private static Detection detect(String properties) {
        return link(file(properties)).detect();
    }

    private static ProfileLink link(ProfileFile file) {
        return new ProfileLink(
                Pod.environment(Map.of()),
                null,
                () -> file,
                new ProfileFiles(Pod.environment(Map.of()), Clock.system()),
                Threads.SHARED,
                null);
    }

    private static ProfileFile file(String properties) {
        return ProfileFile.builder()
                .type(ProfileFile.Type.CONFIGURATION)
                .content(new ByteArrayInputStream(
                        ("[default]\n" + properties.replace(';', '\n')).getBytes(StandardCharsets.UTF_8)))
                .build();
    }
}
