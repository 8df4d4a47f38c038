// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static io.lanyard.sdk.v2.Allocations.assertThatItAllocatesNothing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.chain.Availability;
import io.lanyard.chain.SourceState;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSupplier;

/** What of a profile makes it a source of credentials. The SDK's own provider is the measure, in another module. */
@Timeout(60)
class ProfileSourceTest {

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
        Availability detection = detect(properties);

        assertThat(detection.state()).isEqualTo(SourceState.INCOMPLETE);
        assertThat(detection.reason()).isEqualTo("the profile default has no " + lacking);
        assertThat(detection.remedy()).contains("add " + lacking + " to the profile default");
    }

    @Test
    void sso_property_that_the_sdk_ignores_does_not_make_an_sso_profile() {
        Availability detection = detect("sso_registration_scopes = sso:account:access;"
                + "aws_access_key_id = AKIA;aws_secret_access_key = CANARY");

        assertThat(detection.isConfigured()).isTrue();
    }

    @Test
    void missing_sso_session_is_named() {
        Availability detection = detect("sso_session = corp;sso_account_id = 1;sso_role_name = reader");

        assertThat(detection.state()).isEqualTo(SourceState.INCOMPLETE);
        assertThat(detection.remedy()).contains("add [sso-session corp] to the config file");
    }

    @Test
    void missing_sdk_module_is_named_by_its_coordinates() {
        Availability detection =
                detect("sso_account_id = 1;sso_role_name = reader;sso_region = x;sso_start_url = https://example.com");

        assertThat(detection.state()).isEqualTo(SourceState.INCOMPLETE);
        assertThat(detection.remedy()).contains("add the dependency software.amazon.awssdk:sso");
    }

    @Test
    void role_with_an_incomplete_source_profile_names_what_is_missing() {
        Availability detection =
                detect("role_arn = arn:role;source_profile = half;[profile half];aws_access_key_id = A");

        assertThat(detection.state()).isEqualTo(SourceState.INCOMPLETE);
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
    void contradictory_profile_counts_as_configured(String properties) {
        assertThat(detect(properties).isConfigured()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "login_session = arn:session",
                "login_session = arn:session;aws_access_key_id = AKIA;aws_secret_access_key = s"
            })
    void login_session_is_configured_if_the_sdk_supports_it(String properties) {
        boolean answers;
        try (ProfileCredentialsProvider provider = ProfileCredentialsProvider.builder()
                .profileFile(parsed(properties))
                .profileName("default")
                .build()) {
            answers = catchThrowable(provider::resolveCredentials) == null;
        }

        assertThat(detect(properties).isConfigured()).isEqualTo(answers);
    }

    /** Older versions of the SDK do not tell when credentials of SSO end. */
    @Test
    void sso_credentials_are_reloaded_soon_and_keys_when_the_file_changes() {
        ProfileFile sso = parsed("sso_session = corp;sso_account_id = 1;sso_role_name = reader");
        ProfileFile keys = parsed("aws_access_key_id = AKIA;aws_secret_access_key = s");

        assertThat(inspection(sso).policy().recheckInterval()).isLessThan(Duration.ofMinutes(5));
        assertThat(inspection(keys).policy().recheckInterval()).isGreaterThan(Duration.ofDays(365));
    }

    /** The SDK does not tell the end of keys without a session token, and runs the process again when they have ended. */
    @ParameterizedTest
    @CsvSource({"2100-01-01T00:00:00Z, 1", "2020-01-01T00:00:00Z, 2"})
    void process_runs_again_when_its_keys_have_expired_and_not_before(String end, int runs, @TempDir Path home)
            throws Exception {
        Path process = Files.writeString(home.resolve("process.sh"), """
                echo run >> "$1"
                printf '{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"CANARY","Expiration":"%s"}' "$2"
                """);
        Path log = home.resolve("log");
        ProfileFile file = parsed("credential_process = sh " + process + " " + log + " " + end);
        assertThat(inspection(file).policy().recheckInterval()).isLessThan(Duration.ofMinutes(5));
        ProfileSource source = source(file);

        assertThat(source.resolve().accessKeyId()).isEqualTo("AKIA");
        source.invalidate("AKIA"); // as when it is asked for again
        assertThat(source.resolve().accessKeyId()).isEqualTo("AKIA");

        assertThat(Files.readAllLines(log)).hasSize(runs);
    }

    @Nested
    class ChangedFiles {

        @Test
        void change_of_another_profile_has_no_effect() throws Exception {
            file("credential_process = " + process("AKIA", 0));
            ProfileSource source = source();
            assertThat(source.resolve().accessKeyId()).isEqualTo("AKIA");

            for (int i = 0; i < 3; i++) {
                file("credential_process = " + process("AKIA", 0) + ";[profile other];region = r" + i);
                look(source);
                assertThat(source.resolve().accessKeyId()).isEqualTo("AKIA");
            }

            assertThat(runs()).isEqualTo(1);
        }

        @Test
        void a_supplier_that_parses_the_file_at_each_call_costs_one_load() throws Exception {
            String properties = "credential_process = " + process("AKIA", 0);
            ProfileSource source = source(() -> parsed(properties));
            for (int i = 0; i < 50; i++) {
                clock.pass(Duration.ofSeconds(i % 2));
                assertThat(source.resolve().accessKeyId()).isEqualTo("AKIA");
            }

            assertThat(runs()).isEqualTo(1);
        }

        @Test
        void a_relevant_change_is_loaded_in_the_background_while_the_cached_credentials_are_served() throws Exception {
            keys("AKIAFIRST");
            ProfileSource source = source();
            assertThat(source.resolve().accessKeyId()).isEqualTo("AKIAFIRST");
            Path gate = home.resolve("gate");
            file("credential_process = while [ ! -e " + gate + " ]; do sleep 0.05; done; " + process("AKIASECOND", 0));
            look(source);

            for (int i = 0; i < 20; i++) {
                assertThat(source.resolve().accessKeyId()).isEqualTo("AKIAFIRST");
                assertThat(source.resolveAsync()).isCompleted();
            }

            Files.createFile(gate);
            until(() -> source.resolve().accessKeyId().equals("AKIASECOND"));
        }

        @Test
        void failed_reload_keeps_the_cached_credentials_and_is_retried() throws Exception {
            keys("AKIAFIRST");
            ProfileSource source = source();
            assertThat(source.resolve().accessKeyId()).isEqualTo("AKIAFIRST");
            Path status = home.resolve("status");
            Files.writeString(status, "1");
            file("credential_process = test $(cat " + status + ") = 0 && " + process("AKIASECOND", 0));
            look(source);
            until(() -> source.status().lastFailure() != null);
            for (int i = 0; i < 20; i++) {
                assertThat(source.resolve().accessKeyId()).isEqualTo("AKIAFIRST");
            }

            Files.writeString(status, "0");

            until(() -> {
                clock.pass(Duration.ofSeconds(1));
                return source.resolve().accessKeyId().equals("AKIASECOND");
            });
        }

        @Test
        void a_corrected_secret_under_the_same_key_is_picked_up() throws Exception {
            file("aws_access_key_id = AKIA;aws_secret_access_key = wrong");
            ProfileSource source = source();
            assertThat(source.resolve().secretAccessKey()).isEqualTo("wrong");

            file("aws_access_key_id = AKIA;aws_secret_access_key = right");
            look(source);

            until(() -> source.resolve().secretAccessKey().equals("right"));
        }

        @Test
        void reverted_change_keeps_the_credentials_in_use() throws Exception {
            keys("AKIAFIRST");
            ProfileSource source = source();
            AwsCredentialsIdentity first = source.resolve();
            file("credential_process = exit 1");
            look(source);
            assertThat(source.resolve()).isSameAs(first);

            keys("AKIAFIRST");
            look(source);

            assertThat(source.resolve()).isSameAs(first);
            assertThat(source.resolveAsync()).isSameAs(source.resolveAsync());
        }
    }

    @Nested
    class UnreadableFiles {

        @Test
        void throwing_supplier_keeps_the_credentials_in_use() throws Exception {
            keys("AKIA");
            ProfileSource source = source();
            assertThat(source.resolve().accessKeyId()).isEqualTo("AKIA");
            failing = true;
            for (int i = 0; i < 5; i++) {
                look(source);
                assertThat(source.resolve().accessKeyId()).isEqualTo("AKIA");
                assertThat(source.availability().isConfigured()).isTrue();
            }
        }

        @Test
        void supplier_that_throws_at_first_is_a_failure_and_the_next_resolve_recovers() throws Exception {
            keys("AKIA");
            failing = true;
            ProfileSource source = source();

            assertThatThrownBy(source::availability)
                    .isInstanceOfSatisfying(
                            CredentialsException.class,
                            e -> assertThat(e.category()).isEqualTo(Category.PROFILE_UNREADABLE))
                    .satisfies(e -> assertThat(Throwables.getStackTrace(e)).doesNotContain("CANARY"));
            assertThatThrownBy(source::resolve).hasMessageContaining("profileFile(...)");
            assertThat(source.resolveAsync()).failsWithin(Duration.ofSeconds(10));

            failing = false;

            assertThat(source.availability().isConfigured()).isTrue();
            assertThat(source.resolve().accessKeyId()).isEqualTo("AKIA");
        }
    }

    @Nested
    class Callers {

        @Test
        void an_asynchronous_caller_does_not_wait_for_the_file() throws Exception {
            keys("AKIA");
            CountDownLatch release = new CountDownLatch(1);
            ProfileSource source = source(() -> {
                awaited(release);
                return content;
            });

            CompletableFuture<AwsCredentialsIdentity> asked = source.resolveAsync();

            assertThat(asked).isNotDone();
            release.countDown();
            assertThat(asked)
                    .succeedsWithin(Duration.ofSeconds(10))
                    .extracting(AwsCredentialsIdentity::accessKeyId)
                    .isEqualTo("AKIA");
        }

        @Test
        void callers_with_valid_credentials_do_not_wait_for_the_file() throws Exception {
            keys("AKIA");
            CountDownLatch release = new CountDownLatch(1);
            AtomicInteger reads = new AtomicInteger();
            ProfileSource source = source(() -> {
                if (reads.incrementAndGet() > 1) {
                    awaited(release);
                }
                return content;
            });
            source.resolve();
            clock.pass(Duration.ofSeconds(1));
            try {
                for (int i = 0; i < 3; i++) {
                    assertThat(source.resolve().accessKeyId()).isEqualTo("AKIA");
                    assertThat(source.resolveAsync()).isCompleted();
                }
                until(() -> reads.get() == 2);
            } finally {
                release.countDown();
            }
        }

        @Test
        void a_resolve_with_valid_credentials_allocates_nothing() throws Exception {
            keys("AKIA");
            ProfileSource source = source();
            source.resolve();

            assertThatItAllocatesNothing(() -> {
                CompletableFuture<AwsCredentialsIdentity> unused = source.resolveAsync();
            });
        }

        @Test
        void interrupted_caller_does_not_affect_the_next() throws Exception {
            Path credentials = home.resolve("credentials");
            Files.writeString(credentials, "[default]\naws_access_key_id = AKIA\naws_secret_access_key = CANARY\n");
            ProfileSource source =
                    source(ProfileFileSupplier.reloadWhenModified(credentials, ProfileFile.Type.CREDENTIALS));

            Thread.currentThread().interrupt();
            assertThat(source.availability().isConfigured()).isTrue();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            // or the load has completed before this caller begins to wait for it
            assertThat(catchThrowable(source::resolve))
                    .satisfiesAnyOf(
                            thrown -> assertThat(thrown).isNull(),
                            thrown -> assertThat(thrown).isInstanceOf(InterruptedException.class));
            boolean unused = Thread.interrupted();

            assertThat(source.availability().isConfigured()).isTrue();
            assertThat(source.resolve().accessKeyId()).isEqualTo("AKIA");
        }
    }

    @Nested
    class CredentialSources {

        @ParameterizedTest
        @CsvSource(delimiter = '|', textBlock = """
                Environment         | AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set
                EcsContainer        | neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor
                Ec2InstanceMetadata | AWS_EC2_METADATA_DISABLED is true
                """)
        void credential_source_without_its_settings_is_incomplete(String source, String reason) {
            ProfileFile role = parsed("role_arn = arn:role;credential_source = " + source);

            Availability without = new ProfileInspection(
                            role, true, "default", false, variables("AWS_EC2_METADATA_DISABLED", "true"), () -> false)
                    .availability();
            Availability with = new ProfileInspection(
                            role,
                            true,
                            "default",
                            false,
                            variables("AWS_ACCESS_KEY_ID", "AKIA", "AWS_SECRET_ACCESS_KEY", "CANARY"),
                            () -> true)
                    .availability();

            assertThat(without.state()).isEqualTo(SourceState.INCOMPLETE);
            assertThat(without.reason()).contains("credential_source " + source, reason);
            assertThat(without.mayChange()).isFalse();
            assertThat(with.isConfigured()).isTrue();
        }

        @Test
        void credential_source_without_its_settings_behind_a_source_profile_is_incomplete_too() {
            ProfileFile roles = parsed("role_arn = arn:outer;source_profile = inner;"
                    + "[profile inner];role_arn = arn:inner;credential_source = EcsContainer");

            assertThat(new ProfileInspection(roles, true, "default", false, variables(), () -> false)
                            .availability()
                            .reason())
                    .contains("source_profile inner", "AWS_CONTAINER_CREDENTIALS_FULL_URI");
            assertThat(new ProfileInspection(roles, true, "default", false, variables(), () -> true).usesContainer())
                    .isTrue();
        }
    }

    @TempDir
    private Path home;

    private final ManualClock clock = new ManualClock();
    private volatile ProfileFile content = parsed("");
    private volatile boolean failing;

    private void file(String properties) {
        content = parsed(properties);
    }

    private void keys(String key) {
        file("aws_access_key_id = " + key + ";aws_secret_access_key = CANARY");
    }

    private String process(String key, int status) throws IOException {
        Path script = home.resolve("process.sh");
        Files.writeString(script, """
                echo run >> "$1"
                printf '{"Version":1,"AccessKeyId":"%s","SecretAccessKey":"CANARY"}' "$2"
                exit $3
                """);
        return "sh " + script + " " + home.resolve("runs") + " " + key + " " + status;
    }

    private int runs() throws IOException {
        return Files.readAllLines(home.resolve("runs")).size();
    }

    /** Lets a call look at the file, and waits for the look. */
    private void look(ProfileSource source) throws InterruptedException {
        clock.pass(Duration.ofSeconds(1));
        Availability unused = source.availability();
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static Environment variables(String... namesAndValues) {
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return Pod.environment(variables);
    }

    private ProfileSource source() {
        return source(() -> {
            if (failing) {
                throw new UncheckedIOException(new IOException("CANARY"));
            }
            return content;
        });
    }

    private ProfileSource source(Supplier<ProfileFile> file) {
        return source(file, clock);
    }

    private static ProfileSource source(ProfileFile file) {
        return source(() -> file, Clock.system());
    }

    private static ProfileSource source(Supplier<ProfileFile> file, Clock clock) {
        Environment environment = variables();
        LanyardContainerCredentialsProvider container = LanyardContainerCredentialsProvider.builder()
                .container(options -> options.environment(environment))
                .build();
        return new ProfileSource(
                new ProfileReader(environment, null, file, new ProfileFiles(environment, clock), container.source()),
                container,
                clock,
                Threads.SHARED,
                null);
    }

    private static ProfileInspection inspection(ProfileFile file) {
        return new ProfileInspection(file, true, "default", false, variables(), () -> false);
    }

    private static Availability detect(String properties) {
        return source(parsed(properties)).availability();
    }

    private static ProfileFile parsed(String properties) {
        return ProfileFile.builder()
                .type(ProfileFile.Type.CONFIGURATION)
                .content(new ByteArrayInputStream(
                        ("[default]\n" + properties.replace(';', '\n')).getBytes(StandardCharsets.UTF_8)))
                .build();
    }
}
