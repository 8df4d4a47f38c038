// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lanyard.CredentialsException;
import io.lanyard.chain.CredentialsChain;
import io.lanyard.chain.Identity;
import io.lanyard.chain.SourceName;
import io.lanyard.testkit.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

class ProviderSourceTest {

    private static final AwsCredentials CREDENTIALS = AwsBasicCredentials.create("AKIDONE", "secret");

    private final Blocking blocking = new Blocking();

    @AfterEach
    void release() {
        blocking.release.countDown();
    }

    @Test
    void a_provider_that_blocks_does_not_block_a_caller_of_resolveAsync() throws Exception {
        ProviderSource source = new ProviderSource(blocking);

        CompletableFuture<AwsCredentialsIdentity> answer = source.resolveAsync();
        assertThat(answer).isNotDone();
        blocking.release.countDown();

        assertThat(answer.get(5, SECONDS)).isSameAs(CREDENTIALS);
        assertThat(blocking.threads).singleElement().asString().startsWith("lanyard-");
    }

    @Test
    void resolveIdentity_of_a_chain_does_not_block_on_a_provider_in_use() throws Exception {
        AtomicBoolean blocks = new AtomicBoolean();
        AwsCredentialsProvider own = () -> blocks.get() ? blocking.resolveCredentials() : CREDENTIALS;
        try (LanyardDefaultCredentialsProvider chain = chain(own)) {
            assertThat(chain.resolveCredentials()).isSameAs(CREDENTIALS);
            blocks.set(true);

            CompletableFuture<AwsCredentialsIdentity> answer = chain.resolveIdentity(request());

            assertThat(answer).isNotDone();
            blocking.release.countDown();
            assertThat(answer.get(5, SECONDS)).isSameAs(CREDENTIALS);
        }
    }

    @Test
    void callers_during_a_call_share_it() throws Exception {
        ProviderSource source = new ProviderSource(blocking);
        List<CompletableFuture<AwsCredentialsIdentity>> answers =
                List.of(source.resolveAsync(), source.resolveAsync(), source.resolveAsync());
        blocking.release.countDown();
        for (CompletableFuture<AwsCredentialsIdentity> answer : answers) {
            assertThat(answer.get(5, SECONDS)).isSameAs(CREDENTIALS);
        }
        assertThat(blocking.threads).hasSize(1);

        source.resolveAsync().get(5, SECONDS);
        assertThat(blocking.threads).hasSize(2);
    }

    @Test
    void blocking_callback_delays_no_other_caller() throws Exception {
        ProviderSource source = new ProviderSource(blocking);
        CountDownLatch never = new CountDownLatch(1);
        CompletableFuture<Void> first = source.resolveAsync().thenAccept(credentials -> waitFor(never));
        CompletableFuture<AwsCredentialsIdentity> second = source.resolveAsync();
        CompletableFuture<Void> third = source.resolveAsync().thenAccept(credentials -> waitFor(never));

        blocking.release.countDown();

        assertThat(second.get(5, SECONDS)).isSameAs(CREDENTIALS);
        never.countDown();
        first.get(5, SECONDS);
        third.get(5, SECONDS);
    }

    @Test
    void a_caller_that_cancels_does_not_affect_others() throws Exception {
        ProviderSource source = new ProviderSource(blocking);
        CompletableFuture<AwsCredentialsIdentity> cancelled = source.resolveAsync();
        CompletableFuture<AwsCredentialsIdentity> other = source.resolveAsync();

        cancelled.cancel(true);
        blocking.release.countDown();

        assertThat(other.get(5, SECONDS)).isSameAs(CREDENTIALS);
    }

    @Test
    void provider_that_does_not_block_is_called_on_the_callers_thread() {
        ProviderSource source = new ProviderSource(StaticCredentialsProvider.create(CREDENTIALS));

        assertThat(source.resolveAsync()).isCompletedWithValue(CREDENTIALS);
    }

    @Test
    void exception_of_a_provider_fails_the_future() {
        assertThatThrownBy(() -> new ProviderSource(failing(new IllegalStateException("of the test")))
                        .resolveAsync()
                        .get(5, SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("of the test");
        assertThatThrownBy(() -> new ProviderSource(throwing(new StackOverflowError("of the test")))
                        .resolveAsync()
                        .get(5, SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("of the test");
        assertThatThrownBy(() -> new ProviderSource((AwsCredentialsProvider) () -> null)
                        .resolveAsync()
                        .get(5, SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("the provider returned no credentials");
    }

    @Nested
    class InterruptionAndCancellation {

        @Test
        void interrupting_a_caller_of_a_blocking_provider_is_not_a_failure() throws Exception {
            ProviderSource source = new ProviderSource(blocking);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicBoolean flag = new AtomicBoolean(true);
            Thread caller = new Thread(() -> {
                try {
                    source.resolve();
                } catch (InterruptedException | RuntimeException e) {
                    thrown.set(e);
                    flag.set(Thread.currentThread().isInterrupted());
                }
            });
            caller.start();
            await().atMost(Duration.ofSeconds(5)).until(() -> !blocking.threads.isEmpty());
            caller.interrupt();
            caller.join(5_000);

            assertThat(thrown.get())
                    .isInstanceOf(InterruptedException.class)
                    .hasCauseInstanceOf(AbortedException.class);
            assertThat(flag).isFalse();
            assertThat(source.status().lastFailure()).isEmpty();
        }

        @Test
        void failure_on_an_interrupted_thread_is_not_a_failure_of_the_source() {
            ProviderSource source = new ProviderSource(failing(new IllegalStateException("of the test")));
            Thread.currentThread().interrupt();
            assertThatThrownBy(source::resolve)
                    .isInstanceOf(InterruptedException.class)
                    .hasRootCauseMessage("of the test");
            assertThat(source.status().lastFailure()).isEmpty();

            assertThatThrownBy(source::resolve).hasRootCauseMessage("of the test");
            assertThat(source.status().lastFailure().orElseThrow()).hasRootCauseMessage("of the test");
        }

        @Test
        void interrupting_a_caller_of_the_container_is_not_a_failure() throws Exception {
            try (Pod pod = new Pod();
                    LanyardContainerCredentialsProvider provider =
                            pod.provider().build()) {
                pod.agent.faults().always(Fault.hang());
                ContainerSource source = provider.source();
                Thread.currentThread().interrupt();
                assertThatThrownBy(source::resolve).isInstanceOf(InterruptedException.class);
                assertThat(Thread.interrupted()).isFalse();
            }
        }

        @Test
        void call_that_another_caller_has_cancelled_is_repeated() throws Exception {
            AtomicInteger calls = new AtomicInteger();
            IdentityProvider<AwsCredentialsIdentity> shared = asynchronous(() -> {
                CompletableFuture<AwsCredentialsIdentity> answer = new CompletableFuture<>();
                if (calls.incrementAndGet() % 2 == 1) {
                    answer.cancel(true);
                } else {
                    answer.complete(CREDENTIALS);
                }
                return answer;
            });
            ProviderSource source = new ProviderSource(shared);

            assertThat(source.resolve()).isSameAs(CREDENTIALS);
            assertThat(source.resolveAsync().get(5, SECONDS)).isSameAs(CREDENTIALS);
            assertThat(calls).hasValue(4);
        }

        @Test
        void selected_provider_that_calls_its_own_chain_fails_instead_of_waiting_for_itself() throws Exception {
            List<Supplier<AwsCredentials>> answer = new CopyOnWriteArrayList<>();
            answer.add(() -> AwsBasicCredentials.create("AKIA", "s"));
            CredentialsChain<AwsCredentialsIdentity> chain = CredentialsChain.<AwsCredentialsIdentity>builder(key ->
                            new Identity(key.accessKeyId(), Optional.empty(), Optional.empty(), Optional.empty()))
                    .add(new SourceName("asking"), new ProviderSource((AwsCredentialsProvider)
                            () -> answer.get(0).get()))
                    .build();
            chain.resolve();
            answer.set(0, () -> Sources.resolve(chain));

            assertThatThrownBy(chain::resolve).hasStackTraceContaining("calls the chain that it belongs to");
        }

        @Test
        void cancelled_or_aborted_call_is_not_a_failure_of_the_source() {
            IdentityProvider<AwsCredentialsIdentity> cancelled = asynchronous(() -> {
                CompletableFuture<AwsCredentialsIdentity> answer = new CompletableFuture<>();
                answer.cancel(true);
                return answer;
            });
            ProviderSource source = new ProviderSource(cancelled);
            assertThatThrownBy(source::resolve).isInstanceOf(CancellationException.class);
            assertThatThrownBy(() -> source.resolveAsync().get(5, SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(CancellationException.class);
            assertThat(source.status().lastFailure()).isEmpty();

            ProviderSource aborting = new ProviderSource(failing(AbortedException.create("of the test")));
            assertThatThrownBy(() -> aborting.resolveAsync().get(5, SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(CancellationException.class)
                    .hasRootCauseInstanceOf(AbortedException.class);
            assertThatThrownBy(aborting::resolve).isInstanceOf(CancellationException.class);
            assertThat(aborting.status().lastFailure()).isEmpty();
        }

        @Test
        void provider_that_calls_its_own_chain_fails_at_once() {
            AtomicReference<LanyardDefaultCredentialsProvider> itself = new AtomicReference<>();
            try (LanyardDefaultCredentialsProvider chain = chain((AwsCredentialsProvider)
                    () -> Objects.requireNonNull(itself.get()).resolveCredentials())) {
                itself.set(chain);

                assertThatThrownBy(() -> chain.resolveIdentity(request()).get(5, SECONDS))
                        .hasStackTraceContaining("the source own -> the source own");
            }
        }
    }

    @Nested
    class Invalidation {

        @Test
        void invalidation_reaches_a_lanyard_provider() {
            try (Pod pod = new Pod();
                    LanyardContainerCredentialsProvider container =
                            pod.provider().build();
                    LanyardDefaultCredentialsProvider inner = chain(container);
                    LanyardDefaultCredentialsProvider outer = chain(inner)) {
                AwsCredentials first = outer.resolveCredentials();

                outer.invalidate(first);

                assertThat(outer.resolveCredentials().accessKeyId())
                        .isNotEqualTo(first.accessKeyId())
                        .isEqualTo(pod.issued().accessKeyId());
            }
        }

        @Test
        void invalidation_reaches_an_invalidatable_provider() throws Exception {
            Told told = new Told();
            ProviderSource source = new ProviderSource(told);
            source.invalidate("AKIDONE"); // nothing given yet
            source.resolve();

            source.invalidate("AKIDOTHER");
            source.invalidate("AKIDONE");

            assertThat(told.rejected).containsExactly("AKIDONE");
        }

        @Test
        void lanyard_provider_without_configuration_is_skipped() {
            try (LanyardContainerCredentialsProvider none = LanyardContainerCredentialsProvider.builder()
                    .container(options -> options.environment(Pod.environment(Map.of())))
                    .build()) {
                assertThatThrownBy(new ProviderSource(none)::resolve).isInstanceOf(CredentialsException.class);
            }
        }

        @Test
        void failure_of_a_provider_that_calls_its_own_chain_names_the_circle() {
            AtomicReference<@Nullable LanyardDefaultCredentialsProvider> itself = new AtomicReference<>();
            AwsCredentialsProvider circular =
                    () -> Objects.requireNonNull(itself.get()).resolveCredentials();
            try (LanyardDefaultCredentialsProvider chain = LanyardDefaultCredentialsProvider.builder()
                    .chain(links -> links.before(
                            SourceName.SYSTEM_PROPERTIES,
                            new SourceName("circular"),
                            LanyardDefaultCredentialsProvider.source(circular)))
                    .build()) {
                itself.set(chain);
                assertThatThrownBy(() -> chain.resolveIdentity(
                                        ResolveIdentityRequest.builder().build())
                                .get(10, SECONDS))
                        .hasStackTraceContaining("the source circular -> the source circular")
                        .hasStackTraceContaining("give that source credentials of its own");
            }
        }
    }

    private static LanyardDefaultCredentialsProvider chain(IdentityProvider<? extends AwsCredentialsIdentity> own) {
        return LanyardDefaultCredentialsProvider.builder()
                .chain(chain -> chain.before(
                        SourceName.SYSTEM_PROPERTIES,
                        new SourceName("own"),
                        LanyardDefaultCredentialsProvider.source(own)))
                .build();
    }

    private static ResolveIdentityRequest request() {
        return ResolveIdentityRequest.builder().build();
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            if (!latch.await(20, SECONDS)) {
                throw new IllegalStateException("never released");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static AwsCredentialsProvider failing(RuntimeException failure) {
        return () -> {
            throw failure;
        };
    }

    private static AwsCredentialsProvider throwing(Error error) {
        return () -> {
            throw error;
        };
    }

    @FunctionalInterface
    private interface Answers {
        CompletableFuture<AwsCredentialsIdentity> next();
    }

    private static IdentityProvider<AwsCredentialsIdentity> asynchronous(Answers answers) {
        return new IdentityProvider<>() {
            @Override
            public Class<AwsCredentialsIdentity> identityType() {
                return AwsCredentialsIdentity.class;
            }

            @Override
            public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(ResolveIdentityRequest request) {
                return answers.next();
            }
        };
    }

    /** Blocks until it is released, and treats an interruption as the SDK does. */
    private static final class Blocking implements AwsCredentialsProvider {
        private final CountDownLatch release = new CountDownLatch(1);
        private final List<String> threads = new CopyOnWriteArrayList<>();

        @Override
        public AwsCredentials resolveCredentials() {
            threads.add(Thread.currentThread().getName());
            try {
                if (!release.await(20, SECONDS)) {
                    throw new IllegalStateException("never released");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw AbortedException.create("interrupted", e);
            }
            return CREDENTIALS;
        }
    }

    private static final class Told implements AwsCredentialsProvider, InvalidatableCredentials {
        private final List<String> rejected = new CopyOnWriteArrayList<>();

        @Override
        public AwsCredentials resolveCredentials() {
            return CREDENTIALS;
        }

        @Override
        public void invalidate(AwsCredentialsIdentity credentials) {
            rejected.add(credentials.accessKeyId());
        }
    }
}
