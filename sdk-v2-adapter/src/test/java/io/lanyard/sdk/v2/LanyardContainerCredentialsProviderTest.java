// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static io.lanyard.sdk.v2.Allocations.assertThatItAllocatesNothing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.testing.Crowd;
import io.lanyard.testkit.EcsCredentialsAgent;
import io.lanyard.testkit.EksAuthAnswer;
import io.lanyard.testkit.Fault;
import io.lanyard.testkit.IssuedCredentials;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

class LanyardContainerCredentialsProviderTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ResolveIdentityRequest REQUEST =
            ResolveIdentityRequest.builder().build();

    private final Pod pod = new Pod();

    @AfterEach
    void closePod() {
        pod.close();
    }

    @Test
    void agent_credentials_have_account_expiration_and_the_sdk_feature_id() {
        AwsCredentials credentials = pod.provider().build().resolveCredentials();

        IssuedCredentials issued = pod.issued();
        assertThat(credentials).isInstanceOfSatisfying(AwsSessionCredentials.class, session -> {
            assertThat(session.accessKeyId()).isEqualTo(issued.accessKeyId());
            assertThat(session.secretAccessKey()).isEqualTo(issued.secretAccessKey());
            assertThat(session.sessionToken()).isEqualTo(issued.sessionToken());
            assertThat(session.accountId()).contains("111122223333");
            assertThat(session.providerName()).contains("z");
            assertThat(session.expirationTime()).isPresent();
            assertThat(session.expirationTime().get())
                    .isBetween(
                            Instant.now().plus(5, ChronoUnit.HOURS),
                            Instant.now().plus(7, ChronoUnit.HOURS));
        });
    }

    @Test
    void source_chain_precedes_the_feature_id() {
        AwsCredentials credentials = pod.provider().sourceChain("p").build().resolveCredentials();

        assertThat(credentials.providerName()).contains("p,z");
    }

    @Test
    void credentials_without_a_session_token_are_basic_credentials() {
        pod.agent.faults().next(Fault.body("{\"AccessKeyId\":\"AKIA\",\"SecretAccessKey\":\"CANARY-secret\"}"));

        AwsCredentials credentials = pod.provider().build().resolveCredentials();

        assertThat(credentials).isInstanceOf(AwsBasicCredentials.class);
        assertThat(credentials.accessKeyId()).isEqualTo("AKIA");
        assertThat(credentials.providerName()).contains("z");
    }

    @Test
    void an_ecs_task_gets_its_credentials_from_the_relative_uri() {
        try (EcsCredentialsAgent ecs = EcsCredentialsAgent.start()) {
            String uri = ecs.task("arn:aws:iam::111122223333:role/task");
            LanyardContainerCredentialsProvider provider = LanyardContainerCredentialsProvider.builder()
                    .container(source -> source.environment(Pod.environment(ecs.environmentFor(uri))))
                    .build();

            assertThat(provider.resolveCredentials().accessKeyId())
                    .isEqualTo(ecs.issued().get(0).accessKeyId());
        }
    }

    @Test
    void no_request_before_the_first_resolve_and_one_for_all_later_ones() {
        LanyardContainerCredentialsProvider provider = pod.provider().build();
        assertThat(pod.agent.requests()).isEmpty();

        for (int i = 0; i < 100; i++) {
            provider.resolveCredentials();
        }

        assertThat(pod.agent.requests()).hasSize(1);
    }

    @Test
    void resolves_with_valid_credentials_return_the_same_completed_future() {
        LanyardContainerCredentialsProvider provider = pod.provider().build();
        AwsCredentials credentials = provider.resolveCredentials();

        CompletableFuture<? extends AwsCredentialsIdentity> first = provider.resolveIdentity(REQUEST);
        CompletableFuture<? extends AwsCredentialsIdentity> second = provider.resolveIdentity(REQUEST);

        assertThat(first).isCompleted();
        assertThat(first.join()).isSameAs(credentials);
        assertThat(second).isSameAs(first);
    }

    @Test
    void resolve_with_valid_credentials_allocates_nothing() {
        LanyardContainerCredentialsProvider provider = pod.provider().build();
        provider.resolveCredentials();

        assertThatItAllocatesNothing(() -> {
            provider.resolveCredentials();
            provider.resolveIdentity(REQUEST).join();
        });
    }

    @Test
    void a_cold_resolve_identity_returns_at_once_and_completes_later() throws Exception {
        pod.agent.faults().next(Fault.delay(Duration.ofSeconds(1)));
        LanyardContainerCredentialsProvider provider = pod.provider().build();

        CompletableFuture<? extends AwsCredentialsIdentity> cold = provider.resolveIdentity(REQUEST);

        assertThat(cold.isDone()).isFalse();
        assertThat(cold.get(10, TimeUnit.SECONDS).accessKeyId())
                .isEqualTo(pod.issued().accessKeyId());
    }

    @Test
    void a_failing_resolve_identity_fails_its_future_and_never_throws() {
        pod.agent.eksAuth().answerWith(EksAuthAnswer.ACCESS_DENIED_TRUST_POLICY);

        CompletableFuture<? extends AwsCredentialsIdentity> failed =
                pod.provider().build().resolveIdentity(REQUEST);

        assertThatThrownBy(() -> failed.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("sts:TagSession")
                .cause()
                .isInstanceOfSatisfying(CredentialsException.class, e -> {
                    assertThat(e.category()).isEqualTo(Category.HTTP_STATUS);
                    assertThat(e.serviceCode()).contains("AccessDeniedException");
                });
    }

    @Test
    void without_settings_resolve_identity_fails_its_future_and_resolve_credentials_throws() {
        LanyardContainerCredentialsProvider provider = LanyardContainerCredentialsProvider.builder()
                .container(source -> source.environment(Pod.environment(Map.of())))
                .build();

        assertThat(provider.resolveIdentity(REQUEST)).isCompletedExceptionally();
        assertThatThrownBy(provider::resolveCredentials)
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("AWS_CONTAINER_CREDENTIALS_FULL_URI")
                .hasRootCauseInstanceOf(CredentialsException.class);
    }

    @Test
    void error_message_of_the_agent_reaches_the_caller() {
        pod.agent.eksAuth().answerWith(EksAuthAnswer.NOT_FOUND);

        assertThatThrownBy(pod.provider().build()::resolveCredentials)
                .isInstanceOf(SdkClientException.class)
                .hasMessageContaining("ResourceNotFoundException")
                .hasMessageContaining("No association found")
                .hasMessageContaining("aws eks create-pod-identity-association");
    }

    @Test
    void interrupted_caller_gets_an_aborted_exception_and_stays_interrupted() throws Exception {
        pod.agent.faults().always(Fault.hang());
        LanyardContainerCredentialsProvider provider = pod.provider().build();
        List<Object> seen = new ArrayList<>();
        Thread caller = new Thread(() -> {
            seen.add(catchThrowable(provider::resolveCredentials));
            seen.add(Thread.currentThread().isInterrupted());
        });
        caller.start();
        caller.interrupt();
        caller.join(TimeUnit.SECONDS.toMillis(10));

        assertThat(seen).hasSize(2);
        assertThat(seen.get(0)).isInstanceOf(AbortedException.class);
        assertThat(seen.get(1)).isEqualTo(true);
    }

    @Test
    void sixty_four_threads_share_one_request() throws Exception {
        pod.agent.faults().next(Fault.delay(Duration.ofMillis(300)));
        LanyardContainerCredentialsProvider provider = pod.provider().build();
        List<AwsCredentials> all =
                Crowd.run(64, LIMIT, provider::resolveCredentials).results();
        assertThat(all).hasSize(64).containsOnly(provider.resolveCredentials());
        assertThat(pod.agent.requests()).hasSize(1);
    }

    @Test
    void with_valid_credentials_64_threads_neither_fail_nor_block_nor_wait() {
        LanyardContainerCredentialsProvider provider = pod.provider().build();
        AwsCredentials expected = provider.resolveCredentials();
        assertThat(provider.resolveIdentity(REQUEST)).isCompleted();
        Crowd.Outcome<Integer> outcome = Crowd.runUndisturbed(64, LIMIT, () -> {
            int calls = 0;
            while (calls < 20_000) { // enough for the threads to meet
                AwsCredentialsIdentity got = calls % 2 == 0
                        ? provider.resolveCredentials()
                        : provider.resolveIdentity(REQUEST).getNow(null);
                if (!expected.equals(got)) {
                    throw new AssertionError("call " + calls + " returns " + (got == null ? "nothing yet" : "others"));
                }
                calls++;
            }
            return calls;
        });
        assertThat(outcome.results()).hasSize(64).containsOnly(20_000);
        assertThat(outcome.blocked()).isZero();
        assertThat(outcome.waited()).isZero();
        assertThat(pod.agent.requests()).hasSize(1);
    }

    @Test
    void closing_does_not_affect_other_clients_of_the_provider() {
        LanyardContainerCredentialsProvider provider = pod.provider().build();
        AwsCredentials before = provider.resolveCredentials();

        provider.close();
        assertThat(provider.status().closed()).isTrue();

        assertThat(provider.resolveCredentials()).isEqualTo(before);
        // whoever goes on using it has it refreshed in the background again
        assertThat(provider.status().closed()).isFalse();
        assertThat(provider.status().nextLoad()).isPresent();
    }

    @Test
    void rejected_credentials_are_replaced_at_the_next_resolve() {
        LanyardContainerCredentialsProvider provider = pod.provider().build();
        AwsCredentials refused = provider.resolveCredentials();

        provider.invalidate(refused);

        assertThat(provider.resolveCredentials().accessKeyId()).isNotEqualTo(refused.accessKeyId());
        provider.invalidate(refused); // no longer the ones in use
        provider.resolveCredentials();
        assertThat(pod.agent.requests()).hasSize(2);
    }

    @Test
    void failing_agent_does_not_affect_callers_with_valid_credentials() {
        LanyardContainerCredentialsProvider provider = pod.provider().build();
        AwsCredentials held = provider.resolveCredentials();
        pod.agent.stop();
        provider.invalidate(held);

        assertThat(provider.resolveCredentials()).isEqualTo(held);
        assertThat(provider.status().failuresInARow()).isOne();
        assertThat(provider.resolveIdentity(REQUEST)).isCompleted();
    }

    @Test
    void to_builder_keeps_the_options_and_shares_no_credentials() {
        LanyardContainerCredentialsProvider original =
                pod.provider().sourceChain("p").build();
        AwsCredentials first = original.resolveCredentials();

        AwsCredentials second = original.toBuilder().build().resolveCredentials();

        assertThat(second.providerName()).contains("p,z");
        assertThat(second.accessKeyId()).isNotEqualTo(first.accessKeyId());
        assertThat(pod.agent.requests()).hasSize(2);
    }

    @Test
    void changes_of_a_builder_after_build_do_not_affect_the_provider() {
        LanyardContainerCredentialsProvider.Builder builder = pod.provider();
        LanyardContainerCredentialsProvider provider = builder.build();
        builder.sourceChain("p").container(source -> source.fullUri("http://203.0.113.1/"));

        assertThat(provider.resolveCredentials().providerName()).contains("z");
    }

    @Test
    void provider_works_in_the_sdks_own_chain() {
        AwsCredentialsProvider absent = LanyardContainerCredentialsProvider.builder()
                .container(source -> source.environment(Pod.environment(Map.of())))
                .build();
        AwsCredentialsProviderChain chain =
                AwsCredentialsProviderChain.of(absent, pod.provider().build());

        assertThat(chain.resolveCredentials().accessKeyId())
                .isEqualTo(pod.issued().accessKeyId());
    }

    @Test
    void no_text_form_contains_a_secret() {
        LanyardContainerCredentialsProvider provider = pod.provider().build();
        provider.resolveCredentials();

        assertThat(provider.toString() + pod.provider())
                .doesNotContain("CANARY")
                .doesNotContain("eyJ");
    }
}
