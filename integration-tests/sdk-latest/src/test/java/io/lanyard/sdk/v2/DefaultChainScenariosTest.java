// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.CredentialsException;
import io.lanyard.chain.ChainReport;
import io.lanyard.chain.OnFailure;
import io.lanyard.chain.SourceName;
import io.lanyard.chain.SourceReport;
import io.lanyard.chain.SourceState;
import io.lanyard.report.TokenClaims;
import io.lanyard.testkit.Fault;
import io.lanyard.testkit.IssuedCredentials;
import io.lanyard.testkit.StsError;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.assertj.core.util.Throwables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSupplier;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.StsException;

/** What a team meets on its way: STS in trouble, a move to Pod Identity, clients that come and go. */
class DefaultChainScenariosTest {

    private static final ResolveIdentityRequest ANY =
            ResolveIdentityRequest.builder().build();

    private static final AwsCredentialsProvider VAULT =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIAVAULT", "CANARY secret"));

    private final World world = new World();
    private final Map<String, String> variables = new HashMap<>();
    private final Map<String, String> properties = new HashMap<>(world.quickAndHere());
    private @Nullable ProcessSettings settings;

    @AfterEach
    void close() {
        if (settings != null) {
            settings.close();
        }
        world.close();
    }

    @Nested
    class FailingSources {

        @Test
        void irsa_fails_while_sts_throttles_and_no_other_identity_replaces_it() {
            irsa();
            podIdentity();
            node();
            world.throttle(true);
            try (LanyardDefaultCredentialsProvider ours = ours();
                    DefaultCredentialsProvider sdks =
                            DefaultCredentialsProvider.builder().build()) {
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(ours::resolveCredentials)
                            .isInstanceOfSatisfying(
                                    StsException.class,
                                    e -> assertThat(e.awsErrorDetails().errorCode())
                                            .isEqualTo("Throttling"));
                }
                assertThat(world.eks.requests()).isEmpty();
                assertThat(world.metadata.requests()).isEmpty();
                assertThat(role(sdks)).as("the SDK's chain takes the next").isEqualTo(World.POD_ROLE);

                world.throttle(false);

                // from the second failure in a row on, the next load waits for the back-off (R5)
                until(() -> World.IRSA_ROLE.equals(roleUnlessItFails(ours)));
                assertThat(world.eks.issued()).as("to the SDK's chain").hasSize(1);
                assertThat(role(sdks)).as("and keeps it").isEqualTo(World.POD_ROLE);
            }
        }

        @Test
        void node_role_is_not_used_when_irsa_fails_without_a_container_unlike_in_the_sdks_chain() {
            irsa();
            node();
            world.throttle(true);
            try (LanyardDefaultCredentialsProvider ours = ours();
                    DefaultCredentialsProvider sdks =
                            DefaultCredentialsProvider.builder().build()) {
                assertThatThrownBy(ours::resolveCredentials).isInstanceOf(StsException.class);
                assertThat(role(sdks)).isEqualTo(World.NODE_ROLE);

                world.throttle(false);

                assertThat(role(ours)).isEqualTo(World.IRSA_ROLE);
                assertThat(role(sdks)).isEqualTo(World.NODE_ROLE);
            }
        }

        @Test
        void chain_that_continues_after_a_failure_returns_to_the_source_when_it_recovers() {
            irsa();
            podIdentity();
            world.throttle(true);
            try (LanyardDefaultCredentialsProvider ours =
                    builder().onFailure(OnFailure.CONTINUE).build()) {
                assertThat(role(ours)).isEqualTo(World.POD_ROLE);

                world.throttle(false);

                assertThat(role(ours)).isEqualTo(World.IRSA_ROLE);
            }
        }

        @Test
        void valid_irsa_credentials_are_served_while_sts_fails() {
            irsa();
            try (LanyardDefaultCredentialsProvider ours = ours()) {
                AwsCredentialsIdentity first = ours.resolveCredentials();
                world.throttle(true);
                ours.invalidate(first);

                assertThat(ours.resolveCredentials().accessKeyId()).isEqualTo(first.accessKeyId());
                assertThat(world.sts.requests()).as("it was asked").hasSize(2);
            }
        }
    }

    @Nested
    class ContainerProfiles {

        @Test
        void profile_based_on_the_container_waits_for_a_slow_agent_as_the_container_source_does() {
            profileOfTheContainer();
            podIdentity();
            world.eks.faults().always(Fault.delay(Duration.ofMillis(1_500)));
            try (LanyardDefaultCredentialsProvider ours = ours()) {
                assertThat(role(ours)).isEqualTo(World.PROFILE_ROLE);
                assertThat(world.eks.requests()).hasSize(1);
            }
        }

        @Test
        void profile_based_on_the_container_never_shows_a_malformed_token() {
            profileOfTheContainer();
            podIdentity();
            world.podToken.write("eyJCANARY\neyJCANARY");
            try (LanyardDefaultCredentialsProvider ours = ours()) {
                assertThatThrownBy(ours::resolveCredentials)
                        .hasMessageContaining("INVALID_TOKEN")
                        .satisfies(e -> assertThat(Throwables.getStackTrace(e)).doesNotContain("CANARY"));
                assertThat(world.eks.requests()).isEmpty();
                assertThat(ours.explain(true).toString()).doesNotContain("CANARY");
            }
        }

        @Test
        void roles_based_on_the_container_are_assumed_one_after_the_other() {
            world.writeFile("config", """
                    [default]
                    role_arn = %s
                    source_profile = inner
                    [profile inner]
                    role_arn = %s
                    credential_source = EcsContainer
                    """.formatted(World.PROFILE_ROLE, World.IRSA_ROLE));
            configFile();
            podIdentity();
            try (LanyardDefaultCredentialsProvider ours = ours()) {
                assertThat(role(ours)).isEqualTo(World.PROFILE_ROLE);
                assertThat(world.sts.issued())
                        .extracting(IssuedCredentials::roleArn)
                        .containsExactly(World.IRSA_ROLE, World.PROFILE_ROLE);
                assertThat(ours.resolveIdentity(ANY)).isCompleted();
            }
        }
    }

    @Nested
    class ChangingFiles {

        /** The supplier parses the file at each call, so it never gives the same object twice. */
        @Test
        void supplier_that_returns_an_equal_file_each_time_costs_one_call_of_sts() {
            profileOfTheContainer();
            podIdentity();
            Path config = world.home.resolve(".aws").resolve("config");
            try (LanyardDefaultCredentialsProvider ours = builder()
                    .profileFile(() -> ProfileFile.builder()
                            .type(ProfileFile.Type.CONFIGURATION)
                            .content(config)
                            .build())
                    .build()) {
                for (int i = 0; i < 50; i++) {
                    assertThat(role(ours)).isEqualTo(World.PROFILE_ROLE);
                }
                assertThat(world.sts.requests()).hasSize(1);
            }
        }

        @Test
        void supplier_that_throws_once_does_not_select_the_container() {
            profile("AKIAPROFILE");
            podIdentity();
            Path credentials = world.home.resolve(".aws").resolve("credentials");
            try (LanyardDefaultCredentialsProvider ours = builder()
                    .profileFile(ProfileFileSupplier.reloadWhenModified(credentials, ProfileFile.Type.CREDENTIALS))
                    .build()) {
                world.writeFile("credentials", "[defau");
                for (int i = 0; i < 3; i++) {
                    assertThatThrownBy(ours::resolveCredentials).hasMessageContaining("PROFILE_UNREADABLE");
                }
                assertThat(world.eks.requests()).isEmpty();

                profile("AKIAPROFILE");

                until(() -> {
                    try {
                        return ours.resolveCredentials().accessKeyId().equals("AKIAPROFILE");
                    } catch (SdkClientException e) { // the SDK's supplier looks at most once a second
                        return false;
                    }
                });
                world.writeFile("credentials", "[defau");
                for (int i = 0; i < 100; i++) {
                    assertThat(ours.resolveCredentials().accessKeyId()).isEqualTo("AKIAPROFILE");
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
                assertThat(world.eks.requests()).isEmpty();
            }
        }
    }

    @Nested
    class MissingSources {

        @Test
        void failure_without_any_source_names_the_settings_of_each() {
            variables.put("AWS_EC2_METADATA_DISABLED", "true");
            variables.put("AWS_ACCESS_KEY_ID", "AKIAHALF");
            variables.put("AWS_PROFILE", "nowhere");
            try (LanyardDefaultCredentialsProvider ours = ours()) {
                assertThatThrownBy(ours::resolveCredentials)
                        .isInstanceOf(SdkClientException.class)
                        .hasCauseInstanceOf(CredentialsException.class)
                        .hasMessageContainingAll(
                                "CHAIN_EXHAUSTED",
                                "system-properties: not configured",
                                "environment: incomplete, AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not",
                                "web-identity: not configured",
                                "profile: incomplete, there is no profile nowhere",
                                "container: not configured",
                                "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                "instance-metadata: excluded, AWS_EC2_METADATA_DISABLED is true");
            }
        }

        @Test
        void incomplete_source_logs_one_warning_with_the_remedy() {
            variables.put("AWS_ROLE_ARN", World.IRSA_ROLE);
            podIdentity();
            List<LogRecord> log = logged(records -> {
                try (LanyardDefaultCredentialsProvider ours = ours()) {
                    assertThat(role(ours)).isEqualTo(World.POD_ROLE);
                    assertThat(role(ours)).isEqualTo(World.POD_ROLE);
                }
            });

            assertThat(log)
                    .filteredOn(line -> line.getLevel().equals(Level.WARNING))
                    .singleElement()
                    .satisfies(line -> assertThat(line.getMessage())
                            .contains(
                                    "web-identity",
                                    "AWS_ROLE_ARN is set and AWS_WEB_IDENTITY_TOKEN_FILE is not",
                                    "Remedy"));
        }

        @Test
        void source_in_use_is_announced_once_and_again_when_it_changes() {
            properties.put("aws.accessKeyId", "AKIABASE");
            properties.put("aws.secretAccessKey", "CANARY secret");
            podIdentity();
            List<LogRecord> log = logged(records -> {
                try (LanyardDefaultCredentialsProvider ours = ours()) {
                    ours.resolveCredentials();
                    ours.resolveCredentials();
                    withoutProperty("aws.accessKeyId");
                    ours.resolveCredentials();
                    ours.resolveCredentials();
                    until(() ->
                            records.stream().anyMatch(line -> line.getMessage().contains("from the source container")));
                }
            });

            assertThat(log)
                    .filteredOn(line -> line.getLevel().equals(Level.INFO))
                    .extracting(LogRecord::getMessage)
                    .satisfiesExactly(
                            first -> assertThat(first).contains("from the source system-properties", "AKIABASE"),
                            second -> assertThat(second)
                                    .contains("from the source container", "no longer from system-properties"));
            assertThat(log).extracting(LogRecord::getMessage).noneMatch(line -> line.contains("CANARY"));
        }
    }

    @Nested
    class MovingToPodIdentity {

        @Test
        void probe_shows_the_identity_of_pod_identity_before_the_old_keys_are_removed() {
            properties.put("aws.accessKeyId", "AKIABASE");
            properties.put("aws.secretAccessKey", "CANARY secret");
            podIdentity();
            node();
            try (LanyardDefaultCredentialsProvider ours = ours()) {
                ours.resolveCredentials();
                ChainReport known = ours.explain();
                assertThat(world.eks.requests()).as("a report asks nobody").isEmpty();
                assertThat(link(known, SourceName.CONTAINER).state()).isEqualTo(SourceState.SHADOWED);

                ChainReport probed = ours.explain(true);

                assertThat(probed.inUse().orElseThrow().name()).isEqualTo(SourceName.SYSTEM_PROPERTIES);
                SourceReport container = link(probed, SourceName.CONTAINER);
                assertThat(container.state()).isEqualTo(SourceState.SHADOWED);
                assertThat(container.probed()).hasValueSatisfying(who -> {
                    assertThat(who.accountId()).contains("333344445555");
                    assertThat(who.arn().orElseThrow()).contains("assumed-role/pod/eks-");
                    assertThat(who.expiration()).isPresent();
                });
                assertThat(container.description().endpoint())
                        .contains(world.eks.credentialsUri().toString());
                assertThat(container.description().token()).hasValueSatisfying(token -> {
                    assertThat(token.namespace()).contains("shop");
                    assertThat(token.serviceAccount()).contains("cart");
                    assertThat(token.audiences()).containsExactly("pods.eks.amazonaws.com");
                    assertThat(token.expiration()).isPresent();
                });
                assertThat(link(probed, SourceName.INSTANCE_METADATA).state()).isEqualTo(SourceState.EXCLUDED);
                assertThat(probed.toString()).contains("would provide ASIA").doesNotContain("CANARY", "eyJ");
                assertThat(ours.resolveCredentials().accessKeyId()).isEqualTo("AKIABASE");
                assertThat(world.eks.requests()).hasSize(1);

                withoutProperty("aws.accessKeyId");

                assertThat(role(ours)).isEqualTo(World.POD_ROLE);
                assertThat(ours.explain().inUse().orElseThrow().name()).isEqualTo(SourceName.CONTAINER);
            }
        }

        @Test
        void probe_shows_why_pod_identity_fails_and_the_remedy() {
            irsa();
            podIdentity();
            world.eks.disassociate("shop", "cart");
            try (LanyardDefaultCredentialsProvider ours = ours()) {
                ours.resolveCredentials();

                ChainReport report = ours.explain(true);

                assertThat(report.inUse().orElseThrow().name()).isEqualTo(SourceName.WEB_IDENTITY);
                SourceReport container = link(report, SourceName.CONTAINER);
                assertThat(container.state()).isEqualTo(SourceState.FAILED);
                assertThat(container.failure().orElseThrow()).contains("ResourceNotFoundException");
                assertThat(container.remedy().orElseThrow()).contains("create-pod-identity-association");
                assertThat(link(report, SourceName.WEB_IDENTITY)
                                .description()
                                .token()
                                .map(TokenClaims::audiences)
                                .orElseThrow())
                        .containsExactly("sts.amazonaws.com");
                assertThat(role(ours)).isEqualTo(World.IRSA_ROLE);
            }
        }

        @Test
        void pod_identity_takes_over_when_irsa_is_withdrawn() {
            properties.put("aws.roleArn", World.IRSA_ROLE);
            properties.put("aws.webIdentityTokenFile", world.irsaToken.toString());
            podIdentity();
            try (LanyardDefaultCredentialsProvider ours = ours()) {
                assertThat(role(ours)).isEqualTo(World.IRSA_ROLE);

                withoutProperty("aws.roleArn");

                assertThat(role(ours)).isEqualTo(World.POD_ROLE);
            }
        }

        @Test
        void changed_profile_is_reloaded_and_a_removed_one_is_replaced_by_the_next_source() {
            profile("AKIAPROFILE");
            podIdentity();
            try (LanyardDefaultCredentialsProvider ours = ours()) {
                assertThat(ours.resolveCredentials().accessKeyId()).isEqualTo("AKIAPROFILE");

                profile("AKIAPROFILETHESECOND");
                until(() -> ours.resolveCredentials().accessKeyId().equals("AKIAPROFILETHESECOND"));

                world.deleteFile("credentials");
                until(() -> World.POD_ROLE.equals(roleOrNull(ours)));
            }
        }

        @Test
        void earlier_source_that_becomes_available_is_used_by_the_next_process() {
            podIdentity();
            try (LanyardDefaultCredentialsProvider ours = ours()) {
                assertThat(role(ours)).isEqualTo(World.POD_ROLE);

                opened().property("aws.accessKeyId", "AKIABASE");
                opened().property("aws.secretAccessKey", "CANARY secret");

                assertThat(role(ours)).isEqualTo(World.POD_ROLE);
                try (LanyardDefaultCredentialsProvider next = builder().build()) {
                    assertThat(next.resolveCredentials().accessKeyId()).isEqualTo("AKIABASE");
                }
            }
        }
    }

    @Nested
    class Clients {

        @Test
        @SuppressWarnings("try") // that it is closed early is the point
        void closing_a_client_does_not_affect_another() {
            podIdentity();
            try (LanyardDefaultCredentialsProvider ours = ours();
                    StsClient second = sts(ours)) {
                try (StsClient first = sts(ours)) {
                    first.getCallerIdentity();
                }
                assertThat(second.getCallerIdentity().arn()).contains("assumed-role/pod/");
                assertThat(world.eks.requests()).hasSize(1);
                ours.close();
                assertThat(second.getCallerIdentity().arn()).contains("assumed-role/pod/");
                assertThat(world.eks.requests())
                        .as("closing keeps what is valid")
                        .hasSize(1);
            }
        }

        @ParameterizedTest
        @CsvSource({"EXPIRED_TOKEN, 2", "ACCESS_DENIED, 1"})
        void client_gets_newer_credentials_after_an_expired_token(StsError refusal, int asked) {
            podIdentity();
            try (LanyardDefaultCredentialsProvider ours = ours();
                    StsClient client = sts(ours)) {
                client.getCallerIdentity();
                world.sts.faults().next(refusal.fault());

                assertThatThrownBy(client::getCallerIdentity).isInstanceOf(StsException.class);

                client.getCallerIdentity();
                assertThat(world.eks.issued()).hasSize(asked);
            }
        }

        @ParameterizedTest
        @CsvSource({"irsa", "container", "profile", "node"})
        void asynchronous_caller_neither_waits_nor_gets_an_exception_thrown(String source) throws Exception {
            switch (source) {
                case "irsa" -> irsa();
                case "container" -> podIdentity();
                case "profile" -> profile("AKIAPROFILE");
                default -> node();
            }
            world.sts.faults().always(Fault.status(503));
            world.eks.faults().always(Fault.status(503));
            world.metadata.faults().always(Fault.status(503));
            boolean answers = source.equals("profile");
            try (LanyardDefaultCredentialsProvider ours = ours()) {
                CompletableFuture<AwsCredentialsIdentity> failing = ours.resolveIdentity(ANY);
                assertThat(failing.handle((who, failure) -> failure == null).get(30, TimeUnit.SECONDS))
                        .isEqualTo(answers);
                world.sts.faults().clear();
                world.eks.faults().clear();
                world.metadata.faults().clear();
                until(() -> ours.resolveIdentity(ANY)
                        .handle((who, failure) -> failure == null)
                        .join());

                CompletableFuture<AwsCredentialsIdentity> known = ours.resolveIdentity(ANY);

                assertThat(known).isCompleted();
                assertThat(ours.resolveIdentity(ANY))
                        .as("nothing is made for a call")
                        .isSameAs(known);
            }
        }

        @Test
        void sources_are_inserted_by_name_and_a_wrong_name_fails_at_build() {
            podIdentity();
            try (LanyardDefaultCredentialsProvider vaulted = builder()
                    .chain(chain -> chain.before(
                            SourceName.SYSTEM_PROPERTIES,
                            new SourceName("vault"),
                            LanyardDefaultCredentialsProvider.source(VAULT)))
                    .build()) {
                assertThat(vaulted.resolveCredentials().accessKeyId()).isEqualTo("AKIAVAULT");
                assertThat(vaulted.toBuilder()
                                .chain(chain -> chain.remove(new SourceName("vault")))
                                .build()
                                .resolveCredentials()
                                .accessKeyId())
                        .startsWith("ASIA");
            }
            assertThatThrownBy(() -> builder()
                            .chain(chain -> chain.remove(new SourceName("valut")))
                            .build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no source valut; it has: system-properties, environment");
        }

        @Test
        void sts_of_the_builders_region_is_called() {
            irsa();
            try (LanyardDefaultCredentialsProvider ours =
                    builder().region(Region.EU_NORTH_1).build()) {
                assertThat(role(ours)).isEqualTo(World.IRSA_ROLE);
            }
        }
    }

    private void irsa() {
        variables.put("AWS_ROLE_ARN", World.IRSA_ROLE);
        variables.put("AWS_WEB_IDENTITY_TOKEN_FILE", world.irsaToken.toString());
    }

    private void podIdentity() {
        variables.putAll(world.eks.environmentFor(world.podToken));
    }

    private void node() {
        variables.putAll(world.metadata.environment());
    }

    private void profile(String key) {
        world.writeFile(
                "credentials", "[default]\naws_access_key_id = " + key + "\naws_secret_access_key = CANARY secret\n");
        variables.put(
                "AWS_SHARED_CREDENTIALS_FILE",
                world.home.resolve(".aws").resolve("credentials").toString());
    }

    private void profileOfTheContainer() {
        world.writeFile(
                "config", "[default]\nrole_arn = " + World.PROFILE_ROLE + "\ncredential_source = EcsContainer\n");
        configFile();
    }

    private void configFile() {
        variables.put(
                "AWS_CONFIG_FILE", world.home.resolve(".aws").resolve("config").toString());
    }

    private ProcessSettings opened() {
        if (settings == null) {
            variables.putIfAbsent("HOME", world.home.toString());
            variables.putIfAbsent("AWS_EC2_METADATA_SERVICE_ENDPOINT", world.closedUri());
            settings = new ProcessSettings(variables, properties);
        }
        return settings;
    }

    private void withoutProperty(String name) {
        opened().property(name, null);
    }

    private LanyardDefaultCredentialsProvider ours() {
        return builder().build();
    }

    private LanyardDefaultCredentialsProvider.Builder builder() {
        DefaultChainBuilder builder =
                ((DefaultChainBuilder) LanyardDefaultCredentialsProvider.builder()).environment(opened());
        return builder.container(source -> source.startupPatience(Duration.ZERO).maxAttempts(1));
    }

    private StsClient sts(LanyardDefaultCredentialsProvider credentials) {
        return StsClient.builder()
                .credentialsProvider(credentials)
                .endpointOverride(world.sts.endpoint())
                .region(Region.US_WEST_2)
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .overrideConfiguration(options ->
                        options.addExecutionInterceptor(new ExpiredTokenInterceptor(credentials::invalidate)))
                .build();
    }

    private String role(AwsCredentialsProvider provider) {
        return Objects.requireNonNull(roleOrNull(provider), "a role of the testkit's");
    }

    private @Nullable String roleOrNull(AwsCredentialsProvider provider) {
        String key = provider.resolveCredentials().accessKeyId();
        return world.issued().stream()
                .filter(issued -> issued.accessKeyId().equals(key))
                .map(IssuedCredentials::roleArn)
                .findFirst()
                .orElse(null);
    }

    private @Nullable String roleUnlessItFails(AwsCredentialsProvider provider) {
        try {
            return roleOrNull(provider);
        } catch (StsException e) {
            return null;
        }
    }

    private static SourceReport link(ChainReport report, SourceName slot) {
        return report.source(slot).orElseThrow();
    }

    private static void until(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static List<LogRecord> logged(Consumer<List<LogRecord>> action) {
        List<LogRecord> records = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                records.add(line);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("io.lanyard");
        logger.addHandler(handler);
        try {
            action.accept(records);
        } finally {
            logger.removeHandler(handler);
        }
        return new ArrayList<>(records);
    }
}
