// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static io.lanyard.sdk.v2.Allocations.assertThatItAllocatesNothing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.chain.OnFailure;
import io.lanyard.chain.SourceName;
import io.lanyard.chain.SourceState;
import io.lanyard.spi.Environment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import org.assertj.core.util.Throwables;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

class LanyardDefaultCredentialsProviderTest {

    private static final ResolveIdentityRequest REQUEST =
            ResolveIdentityRequest.builder().build();
    private static final SourceName VAULT = new SourceName("vault");
    private static final AwsCredentials VAULTS = AwsBasicCredentials.create("AKIAVAULT", "CANARY-vault");

    private final Pod pod = new Pod();
    private final Set<String> properties = new HashSet<>();
    private final LibraryLog log = new LibraryLog();

    @TempDir
    private Path directory;

    private Path credentialsFile = Path.of("");

    @BeforeEach
    void shutThisMachineOut() {
        credentialsFile = directory.resolve("credentials");
        set("aws.sharedCredentialsFile", credentialsFile.toString());
        set("aws.configFile", directory.resolve("config").toString());
        set("aws.disableEc2Metadata", "true");
    }

    @AfterEach
    void restore() {
        properties.forEach(System::clearProperty);
        log.close();
        pod.close();
    }

    @Nested
    class Selection {

        @Test
        void properties_precede_a_profile_and_a_profile_precedes_the_container() throws IOException {
            setKeys();
            profile("AKIAPROFILE");
            LanyardDefaultCredentialsProvider provider = provider().build();

            assertThat(key(provider)).isEqualTo("AKIAPROPERTY");
            clearKeys();
            assertThat(key(provider)).isEqualTo("AKIAPROFILE");
            Files.delete(credentialsFile);
            await().until(() -> !key(provider).equals("AKIAPROFILE"));
            assertThat(key(provider)).isEqualTo(podsKey());
            assertThat(pod.agent.requests()).hasSize(1);
        }

        @Test
        void source_in_use_stays_in_use_when_an_earlier_one_becomes_available() {
            LanyardDefaultCredentialsProvider provider = provider().build();
            String before = key(provider);

            setKeys();

            assertThat(key(provider)).isEqualTo(before);
        }

        @Test
        void without_reuse_every_resolve_tries_the_sources_in_order() {
            LanyardDefaultCredentialsProvider provider =
                    provider().chain(chain -> chain.reuseSource(false)).build();
            assertThat(key(provider)).isEqualTo(podsKey());

            setKeys();
            assertThat(key(provider)).isEqualTo("AKIAPROPERTY");
            clearKeys();
            assertThat(key(provider)).isEqualTo(podsKey());
            assertThat(pod.agent.requests()).hasSize(1);
        }

        @Test
        void failure_without_any_source_names_the_settings_of_each() {
            assertThatThrownBy(provider(Map.of()).build()::resolveCredentials)
                    .isInstanceOf(SdkClientException.class)
                    .hasMessageContainingAll(
                            "system-properties",
                            "aws.accessKeyId",
                            "environment",
                            "AWS_ACCESS_KEY_ID",
                            "web-identity",
                            "AWS_ROLE_ARN",
                            "profile",
                            "AWS_PROFILE",
                            "container",
                            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                            "instance-metadata",
                            "aws.disableEc2Metadata")
                    .cause()
                    .isInstanceOfSatisfying(
                            CredentialsException.class,
                            e -> assertThat(e.category()).isEqualTo(Category.CHAIN_EXHAUSTED));
        }

        @Test
        void first_failure_is_the_cause_and_the_others_are_suppressed_when_all_sources_fail() {
            pod.agent.disassociate("demo", "orders");
            LanyardDefaultCredentialsProvider provider = provider()
                    .onFailure(OnFailure.CONTINUE)
                    .chain(chain -> chain.before(
                            SourceName.SYSTEM_PROPERTIES,
                            VAULT,
                            LanyardDefaultCredentialsProvider.source((AwsCredentialsProvider) () -> {
                                throw new IllegalStateException("sealed");
                            })))
                    .build();

            assertThatThrownBy(provider::resolveCredentials)
                    .cause()
                    .isInstanceOf(CredentialsException.class)
                    .satisfies(exhausted -> {
                        assertThat(exhausted).hasRootCauseInstanceOf(IllegalStateException.class);
                        assertThat(exhausted.getSuppressed())
                                .singleElement()
                                .asString()
                                .contains("ResourceNotFoundException");
                    });
        }

        @Test
        void named_profile_that_does_not_exist_is_skipped_with_a_warning() {
            set("aws.profile", "deploy");
            LanyardDefaultCredentialsProvider provider = provider().build();

            assertThat(key(provider)).isEqualTo(podsKey());
            key(provider);
            assertThat(log.messages(Level.WARNING))
                    .singleElement()
                    .asString()
                    .contains("profile", "there is no profile deploy", "unset AWS_PROFILE");
        }

        @Test
        void foreign_failure_is_thrown_as_an_sdk_exception() throws IOException {
            Files.writeString(credentialsFile, "[default]\nrole_arn = arn:role\nsource_profile = default\n");
            LanyardDefaultCredentialsProvider provider = provider().build();

            assertThatThrownBy(provider::resolveCredentials)
                    .isInstanceOf(SdkClientException.class)
                    .hasMessageContaining("Circular")
                    .hasRootCauseInstanceOf(IllegalStateException.class);
            assertThat(provider.resolveIdentity(REQUEST))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOf(SdkClientException.class)
                    .withMessageContaining("Circular");
            assertThat(pod.agent.requests()).isEmpty();
        }

        @Test
        void truncated_output_of_a_process_is_not_quoted() throws IOException {
            Files.writeString(
                    credentialsFile, "[default]\ncredential_process = echo '{\"SecretAccessKey\":\"CANARY\"'\n");
            LanyardDefaultCredentialsProvider provider = provider().build();

            assertThatThrownBy(provider::resolveCredentials)
                    .isInstanceOf(SdkClientException.class)
                    .hasMessageContaining("not valid JSON")
                    .satisfies(e -> assertThat(Throwables.getStackTrace(e)).doesNotContain("CANARY"));
            assertThat(provider.explain(true).toString()).contains("failed: ").doesNotContain("CANARY");
        }
    }

    @Nested
    class Profiles {

        @Test
        void changed_profile_is_read_again_and_an_unchanged_one_returns_the_same_object() throws IOException {
            profile("AKIAFIRST");
            LanyardDefaultCredentialsProvider provider = provider().build();
            AwsCredentials first = provider.resolveCredentials();
            assertThat(provider.resolveCredentials()).isSameAs(first);

            profile("AKIASECOND");

            await().untilAsserted(() -> assertThat(key(provider)).isEqualTo("AKIASECOND"));
        }

        @Test
        void profile_name_and_file_of_the_builder_replace_those_of_the_process() throws IOException {
            profile("AKIAPROCESS");
            set("aws.profile", "nobody");
            ProfileFile given = ProfileFile.builder()
                    .type(ProfileFile.Type.CREDENTIALS)
                    .content(write("given", "[work]\naws_access_key_id = AKIAGIVEN\naws_secret_access_key = CANARY\n"))
                    .build();

            LanyardDefaultCredentialsProvider provider =
                    provider().profileName("work").profileFile(() -> given).build();

            assertThat(key(provider)).isEqualTo("AKIAGIVEN");
            assertThat(key(provider.toBuilder().build())).isEqualTo("AKIAGIVEN");
        }
    }

    @Nested
    class Composition {

        @Test
        void changes_of_a_builder_after_build_do_not_affect_the_provider() {
            LanyardDefaultCredentialsProvider.Builder builder = provider();
            LanyardDefaultCredentialsProvider provider = builder.build();
            builder.chain(chain -> chain.remove(SourceName.CONTAINER))
                    .container(source -> source.fullUri("http://203.0.113.1/"));

            assertThat(key(provider)).isEqualTo(podsKey());
            assertThat(key(provider.toBuilder().build())).isEqualTo(podsKey());
            assertThatThrownBy(builder.build()::resolveCredentials).isInstanceOf(SdkClientException.class);
        }

        @Test
        void to_builder_keeps_the_options_and_shares_no_credentials() {
            LanyardDefaultCredentialsProvider original = provider()
                    .sourceChain("p")
                    .chain(chain -> chain.remove(SourceName.SYSTEM_PROPERTIES))
                    .build();
            setKeys();
            AwsCredentials first = original.resolveCredentials();

            AwsCredentials second = original.toBuilder().build().resolveCredentials();

            assertThat(second.providerName()).contains("p,z");
            assertThat(second.accessKeyId()).isNotEqualTo(first.accessKeyId());
        }

        @Test
        void mistake_in_the_order_fails_at_build() {
            assertThatThrownBy(provider().chain(chain -> chain.remove(VAULT))::build)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("vault", "web-identity");
        }

        @Test
        void application_provider_is_tried_at_its_place_and_may_be_not_configured() {
            AtomicBoolean empty = new AtomicBoolean();
            LanyardDefaultCredentialsProvider provider = provider()
                    .chain(chain -> chain.after(
                            SourceName.PROFILE, VAULT, LanyardDefaultCredentialsProvider.source((AwsCredentialsProvider)
                                    () -> {
                                        if (empty.get()) {
                                            throw CredentialsException.builder(
                                                            Category.NOT_CONFIGURED, "nothing for this pod")
                                                    .build();
                                        }
                                        return VAULTS;
                                    })))
                    .build();

            assertThat(key(provider)).isEqualTo("AKIAVAULT");
            empty.set(true);
            assertThat(key(provider)).isEqualTo(podsKey());
            assertThat(provider.explain(true).source(VAULT))
                    .hasValueSatisfying(vault -> assertThat(vault.state()).isEqualTo(SourceState.NOT_CONFIGURED));
        }

        @Test
        void lanyard_provider_without_configuration_counts_as_not_configured() {
            LanyardDefaultCredentialsProvider provider = provider()
                    .chain(chain -> chain.before(
                            SourceName.SYSTEM_PROPERTIES,
                            VAULT,
                            LanyardDefaultCredentialsProvider.source(LanyardContainerCredentialsProvider.create())))
                    .build();

            assertThat(key(provider)).isEqualTo(podsKey());
            assertThat(provider.resolveIdentity(REQUEST).join().accessKeyId()).isEqualTo(podsKey());
        }
    }

    @Nested
    class Concurrency {

        /** Where a chain goes on past a failed source and keeps what it found, some of these end with the pod's. */
        @Test
        void one_failed_attempt_never_selects_a_later_source_in_ten_thousand_concurrent_first_uses() throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(2);
            List<String> identities = new ArrayList<>();
            int blips = 0;
            try {
                AwsCredentials later = AwsBasicCredentials.create("AKIALATER", "CANARY-later");
                for (int race = 0; race < 10_000; race++) {
                    AtomicBoolean blip = new AtomicBoolean(true);
                    LanyardDefaultCredentialsProvider provider = provider(Map.of())
                            .chain(chain -> chain.before(
                                            SourceName.SYSTEM_PROPERTIES,
                                            VAULT,
                                            LanyardDefaultCredentialsProvider.source((AwsCredentialsProvider) () -> {
                                                if (blip.getAndSet(false)) {
                                                    throw SdkClientException.create("a blip");
                                                }
                                                return VAULTS;
                                            }))
                                    .replace(
                                            SourceName.CONTAINER,
                                            LanyardDefaultCredentialsProvider.source(
                                                    (AwsCredentialsProvider) () -> later)))
                            .build();
                    CyclicBarrier start = new CyclicBarrier(2);
                    Future<String> one = threads.submit(() -> {
                        start.await(10, TimeUnit.SECONDS);
                        return key(provider);
                    });
                    Future<String> two = threads.submit(() -> {
                        start.await(10, TimeUnit.SECONDS);
                        return provider.resolveIdentity(REQUEST).join().accessKeyId();
                    });
                    for (Future<String> caller : List.of(one, two)) {
                        try {
                            identities.add(caller.get(30, TimeUnit.SECONDS));
                        } catch (ExecutionException e) {
                            assertThat(e).hasStackTraceContaining("a blip");
                            blips++;
                        }
                    }
                    identities.add(key(provider));
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(blips).isBetween(10_000, 20_000);
            assertThat(identities).hasSize(30_000 - blips).containsOnly("AKIAVAULT");
        }

        @Test
        void resolve_with_valid_credentials_allocates_nothing() {
            LanyardDefaultCredentialsProvider ofContainer = provider().build();
            ofContainer.resolveCredentials();
            setKeys();
            LanyardDefaultCredentialsProvider ofProperties = provider().build();
            ofProperties.resolveCredentials();

            for (LanyardDefaultCredentialsProvider provider : List.of(ofContainer, ofProperties)) {
                assertThat(provider.resolveIdentity(REQUEST)).isCompleted();
                assertThatItAllocatesNothing(() -> {
                    provider.resolveCredentials();
                    provider.resolveIdentity(REQUEST).join();
                });
            }
        }

        @Test
        void loads_run_on_the_executor_of_the_builder_and_selections_do_not() {
            List<Runnable> tasks = new CopyOnWriteArrayList<>();
            LanyardDefaultCredentialsProvider provider =
                    provider().executor(tasks::add).build();

            CompletableFuture<? extends AwsCredentialsIdentity> cold = provider.resolveIdentity(REQUEST);

            await().atMost(Duration.ofSeconds(10)).until(() -> tasks.size() == 1);
            tasks.get(0).run();
            assertThat(cold)
                    .succeedsWithin(Duration.ofSeconds(10))
                    .satisfies(
                            credentials -> assertThat(credentials.accessKeyId()).isEqualTo(podsKey()));
        }

        @Test
        void selection_of_a_source_and_each_change_is_announced_once() {
            List<String> changes = new CopyOnWriteArrayList<>();
            setKeys();
            LanyardDefaultCredentialsProvider provider = provider()
                    .listener(new CredentialsListener() {
                        @Override
                        public void sourceChanged(@Nullable String before, String now, String accessKeyId) {
                            changes.add(before + " -> " + now + " " + accessKeyId);
                        }
                    })
                    .build();

            for (int call = 0; call < 10; call++) {
                provider.resolveCredentials();
                assertThat(provider.resolveIdentity(REQUEST).join()).isNotNull();
            }
            await().untilAsserted(() -> assertThat(changes).containsExactly("null -> system-properties AKIAPROPERTY"));
            clearKeys();
            for (int call = 0; call < 10; call++) {
                provider.resolveCredentials();
            }

            await().untilAsserted(() -> assertThat(changes)
                    .containsExactly(
                            "null -> system-properties AKIAPROPERTY", "system-properties -> container " + podsKey()));
            assertThat(log.messages(Level.INFO))
                    .hasSize(2)
                    .allSatisfy(message -> assertThat(message)
                            .startsWith("Credentials come from ")
                            .doesNotContain("CANARY"));
            assertThat(log.messages(Level.WARNING)).isEmpty();
        }

        @Test
        void listener_receives_the_refreshes_of_every_source() throws IOException {
            profile("AKIAPROFILE");
            List<String> refreshed = new CopyOnWriteArrayList<>();
            LanyardDefaultCredentialsProvider provider = provider()
                    .listener(new CredentialsListener() {
                        @Override
                        public void refreshed(String accessKeyId, @Nullable Instant expiration) {
                            refreshed.add(accessKeyId);
                        }
                    })
                    .build();
            key(provider);
            await().untilAsserted(() -> assertThat(refreshed).containsExactly("AKIAPROFILE"));
            Files.delete(credentialsFile);
            await().until(() -> !key(provider).equals("AKIAPROFILE"));
            await().untilAsserted(() -> assertThat(refreshed).containsExactly("AKIAPROFILE", podsKey()));
        }
    }

    @Nested
    class Closing {

        @Test
        void closing_a_client_does_not_affect_the_others() {
            LanyardDefaultCredentialsProvider shared = provider().build();
            String before = key(shared);
            StsClient client = StsClient.builder()
                    .region(Region.EU_CENTRAL_1)
                    .endpointOverride(URI.create("http://127.0.0.1:1"))
                    .httpClientBuilder(UrlConnectionHttpClient.builder())
                    .credentialsProvider(shared)
                    .build();

            client.close();
            shared.close();
            shared.close();

            assertThat(key(shared)).isEqualTo(before);
            assertThat(pod.agent.requests()).hasSize(1);
            shared.close();
        }

        @Test
        void closed_chain_leaves_no_thread_and_no_timer() {
            LanyardDefaultCredentialsProvider provider = provider().build();
            key(provider);
            assertThat(provider.status().refresh())
                    .hasValueSatisfying(status -> assertThat(status.nextLoad()).isPresent());

            provider.close();

            assertThat(provider.status().refresh()).hasValueSatisfying(status -> {
                assertThat(status.closed()).isTrue();
                assertThat(status.nextLoad()).isEmpty();
            });
        }

        @Test
        void closing_the_chain_does_not_close_an_application_provider() {
            AtomicInteger closings = new AtomicInteger();
            class Vault implements AwsCredentialsProvider, AutoCloseable {
                @Override
                public AwsCredentials resolveCredentials() {
                    return VAULTS;
                }

                @Override
                public void close() {
                    closings.incrementAndGet();
                }
            }
            LanyardDefaultCredentialsProvider provider = provider()
                    .chain(chain -> chain.before(
                            SourceName.ENVIRONMENT, VAULT, LanyardDefaultCredentialsProvider.source(new Vault())))
                    .build();
            key(provider);

            provider.close();

            assertThat(closings).hasValue(0);
            assertThat(key(provider)).isEqualTo("AKIAVAULT");
        }
    }

    @Nested
    class RejectedCredentials {

        @Test
        void rejected_credentials_are_replaced_and_others_are_not() {
            LanyardDefaultCredentialsProvider provider = provider().build();
            AwsCredentials refused = provider.resolveCredentials();
            provider.invalidate(AwsBasicCredentials.create("AKIAOTHER", "CANARY"));
            assertThat(key(provider)).isEqualTo(refused.accessKeyId());

            provider.invalidate(refused);

            assertThat(key(provider)).isNotEqualTo(refused.accessKeyId());
        }

        @Test
        void interrupted_caller_gets_an_aborted_exception() throws Exception {
            AtomicReference<Object> seen = new AtomicReference<>();
            LanyardDefaultCredentialsProvider provider =
                    provider().executor(never -> {}).build();
            Thread caller = new Thread(() -> {
                Thread.currentThread().interrupt();
                try {
                    provider.resolveCredentials();
                } catch (RuntimeException e) {
                    seen.set(e.getClass().getSimpleName()
                            + Thread.currentThread().isInterrupted());
                }
            });
            caller.start();
            caller.join(10_000);

            assertThat(seen).hasValue("AbortedExceptiontrue");
        }
    }

    private DefaultChainBuilder provider() {
        return provider(pod.variables(Map.of()));
    }

    private static DefaultChainBuilder provider(Map<String, String> variables) {
        Environment environment = Pod.environment(variables);
        DefaultChainBuilder builder = new DefaultChainBuilder().environment(environment);
        builder.container(source -> source.startupPatience(Duration.ZERO));
        return builder;
    }

    private static String key(LanyardDefaultCredentialsProvider provider) {
        return provider.resolveCredentials().accessKeyId();
    }

    private String podsKey() {
        return pod.issued().accessKeyId();
    }

    private void setKeys() {
        set("aws.accessKeyId", "AKIAPROPERTY");
        set("aws.secretAccessKey", "CANARY-property");
    }

    private static void clearKeys() {
        System.clearProperty("aws.accessKeyId");
        System.clearProperty("aws.secretAccessKey");
    }

    private void set(String property, String value) {
        properties.add(property);
        System.setProperty(property, value);
    }

    private void profile(String key) throws IOException {
        write("credentials", "[default]\naws_access_key_id = " + key + "\naws_secret_access_key = CANARY-profile\n");
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }
}
