// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.testing.Crowd;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.Fault;
import io.lanyard.testkit.token.ServiceAccountTokens;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many callers and one agent, over real sockets. */
class SourceFlightTest {

    private static final int CALLERS = 64;
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final EksPodIdentityAgent agent = EksPodIdentityAgent.start();

    @BeforeEach
    void associate() {
        agent.associate("default", "app", "arn:aws:iam::111122223333:role/Flight");
    }

    @AfterEach
    void stop() {
        callers.shutdownNow();
        agent.close();
    }

    private ContainerCredentialsSource.Builder builder() {
        return ContainerCredentialsSource.builder()
                .fullUri(agent.credentialsUri().toString())
                .token(ServiceAccountTokens.create().issue("default", "app"));
    }

    @Test
    void sixty_four_cold_callers_cost_one_request() throws Exception {
        agent.faults().next(Fault.delay(Duration.ofMillis(300)));
        ContainerCredentialsSource source = builder().build();

        Set<String> keys = new HashSet<>();
        for (ContainerCredentials result :
                Crowd.run(CALLERS, LIMIT, source::resolve).results()) {
            keys.add(result.accessKeyId());
        }
        assertThat(keys).containsExactly(agent.issued().get(0).accessKeyId());
        assertThat(agent.requests()).hasSize(1);
    }

    @Test
    void all_waiters_get_the_same_failure_in_exceptions_of_their_own() throws Exception {
        agent.faults().always(Fault.status(403).then(Fault.delay(Duration.ofMillis(1500))));
        ContainerCredentialsSource source = builder().build();

        Set<Throwable> failures = new HashSet<>(
                Crowd.run(CALLERS, LIMIT, () -> catchThrowable(source::resolve)).results());
        Set<Throwable> shared = new HashSet<>();
        failures.forEach(failure -> shared.add(failure.getCause()));

        assertThat(failures).hasSize(CALLERS).hasOnlyElementsOfType(CredentialsException.class);
        assertThat(shared).singleElement().isInstanceOf(CredentialsException.class);
        assertThat(agent.requests()).hasSize(1);
    }

    @Test
    void the_call_after_a_failure_asks_again() throws Exception {
        agent.faults().next(Fault.status(500));
        ContainerCredentialsSource source =
                builder().startupPatience(Duration.ZERO).maxAttempts(1).build();

        assertThatThrownBy(source::resolve).isInstanceOf(CredentialsException.class);
        assertThat(source.resolve().accessKeyId()).startsWith("ASIA");
        assertThat(source.resolveAsync()).isCompleted();
        assertThat(agent.requests()).hasSize(2);
    }

    @Test
    void a_caller_that_is_interrupted_leaves_the_request_to_the_others() throws Exception {
        agent.faults().next(Fault.delay(Duration.ofSeconds(1)));
        ContainerCredentialsSource source = builder().build();
        AtomicReference<Throwable> outcome = new AtomicReference<>();
        Thread impatient = new Thread(() -> outcome.set(catchThrowable(source::resolve)));
        impatient.start();
        await().until(() -> agent.requests().size() == 1);
        Future<ContainerCredentials> patient = callers.submit(source::resolve);

        impatient.interrupt();
        impatient.join(900);

        assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
        assertThat(patient.get(20, TimeUnit.SECONDS).accessKeyId()).startsWith("ASIA");
        assertThat(agent.requests()).hasSize(1);
    }

    @Test
    void an_executor_that_is_shut_down_does_not_cost_the_credentials() throws Exception {
        ContainerCredentialsSource source = builder()
                .executor(task -> {
                    throw new RejectedExecutionException("shut down");
                })
                .build();

        assertThat(source.resolve().accessKeyId()).startsWith("ASIA");
        assertThat(source.resolveAsync()).isCompleted();
    }

    @Test
    void a_slow_agent_delays_no_other_source() throws Exception {
        try (EksPodIdentityAgent hanging = EksPodIdentityAgent.start()) {
            hanging.faults().always(Fault.hang());
            ContainerCredentialsSource slow = builder()
                    .fullUri(hanging.credentialsUri().toString())
                    .attemptTimeout(Duration.ofSeconds(5))
                    .maxAttempts(1)
                    .build();
            assertThat(slow.resolveAsync()).isNotCompleted();
            await().until(() -> hanging.requests().size() == 1);

            assertThat(builder().build().resolveAsync()).succeedsWithin(Duration.ofSeconds(4));
            assertThat(slow.resolveAsync()).isNotCompleted();
        }
    }

    @Test
    void a_load_runs_on_a_daemon_thread_of_the_librarys_own_that_does_not_stay() throws Exception {
        AtomicReference<Thread> thread = new AtomicReference<>();
        ContainerCredentialsSource source = builder()
                .hostResolver(host -> List.of())
                .transport(request -> {
                    thread.set(Thread.currentThread());
                    return SourceWorld.answer(200, SourceWorld.good("2099-01-01T00:00:00Z"))
                            .to(request);
                })
                .build();
        source.resolve();

        Thread loading = thread.get();
        assertThat(loading).isNotNull();
        if (loading != null) {
            assertThat(loading.isDaemon()).isTrue();
            assertThat(loading.getName()).startsWith("lanyard-");
            assertThat(loading.getContextClassLoader()).isSameAs(ContainerCredentialsSource.class.getClassLoader());
            await().atMost(Duration.ofSeconds(10)).until(() -> !loading.isAlive());
        }
    }
}
