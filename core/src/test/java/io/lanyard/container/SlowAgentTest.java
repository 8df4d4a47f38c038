// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.management.ThreadMXBean;
import io.lanyard.Category;
import io.lanyard.ContainerCredentials;
import io.lanyard.CredentialsException;
import io.lanyard.internal.transport.ResponseReader;
import io.lanyard.internal.transport.SocketTransport;
import io.lanyard.spi.AgentRequest;
import io.lanyard.spi.AgentResponse;
import io.lanyard.spi.Clock;
import io.lanyard.spi.HostResolver;
import io.lanyard.spi.Scheduler;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.Fault;
import io.lanyard.testkit.token.ServiceAccountTokens;
import io.lanyard.testsupport.SocketTransportPeer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Here real time passes, in parallel. A test of a limit sets all others so high that without it the test would take
 * longer than it may.
 */
@Execution(ExecutionMode.CONCURRENT)
@Tag("slow")
class SlowAgentTest {

    private static final String ROLE = "arn:aws:iam::111122223333:role/Slow";

    /** Room for a machine that is busy, above limits of 5 s and less. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** What other limits than the one that is tested are set to: they end nothing before {@link #LIMIT}. */
    private static final Duration LONG = Duration.ofMinutes(2);

    private static final ServiceAccountTokens TOKENS = ServiceAccountTokens.create();

    /** Loads and links what a first exchange needs, which is no part of any bound. */
    @BeforeAll
    static void warmUp() throws Exception {
        try (EksPodIdentityAgent agent = agent()) {
            source(agent).build().resolve();
            agent.faults().always(Fault.hang());
            assertThat(SourceWorld.failure(source(agent)
                            .attemptTimeout(Duration.ofMillis(50))
                            .maxAttempts(1)
                            .build()))
                    .isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1500, 4000, 7000})
    void an_agent_that_takes_its_time_gives_its_credentials_to_one_request(long millis) throws Exception {
        try (EksPodIdentityAgent agent = agent()) {
            agent.faults().always(Fault.delay(Duration.ofMillis(millis)));

            ContainerCredentials credentials = source(agent).build().resolve();

            assertThat(credentials.accessKeyId())
                    .isEqualTo(agent.issued().get(0).accessKeyId());
            assertThat(agent.requests()).hasSize(1);
        }
    }

    @Test
    void an_agent_that_listens_eight_seconds_late_gives_its_credentials_to_the_first_resolve() throws Exception {
        try (EksPodIdentityAgent agent = agent()) {
            agent.stop();
            ContainerCredentialsSource source = source(agent).build();

            long start = System.nanoTime();
            CompletableFuture<Void> late =
                    CompletableFuture.runAsync(agent::restart, CompletableFuture.delayedExecutor(8, TimeUnit.SECONDS));
            ContainerCredentials credentials = source.resolve();

            assertThat(since(start))
                    .isBetween(Duration.ofSeconds(8), Duration.ofSeconds(10).plus(LIMIT));
            assertThat(credentials.accessKeyId())
                    .isEqualTo(agent.issued().get(0).accessKeyId());
            assertThat(agent.requests()).hasSize(1);
            late.join();
        }
    }

    /** Ten attempts of 3 s would take 30 s. */
    @Test
    void an_agent_that_hangs_costs_at_most_the_load_timeout() {
        try (EksPodIdentityAgent agent = agent()) {
            agent.faults().always(Fault.hang());

            Outcome outcome = outcome(source(agent)
                    .attemptTimeout(Duration.ofSeconds(3))
                    .maxAttempts(10)
                    .loadTimeout(Duration.ofSeconds(5)));

            assertThat(outcome.took()).isBetween(Duration.ofMillis(4500), LIMIT);
            // the loader ends by itself, and is not abandoned by the cache half a second later
            assertThat(outcome.failure()).hasMessageContaining("the exchange with the agent failed");
            assertThat(outcome.failure().category()).isEqualTo(Category.UNREACHABLE);
            assertThat(outcome.failure().recoverable()).isTrue();
            assertThat(agent.requests()).hasSize(2);
        }
    }

    @Test
    void the_load_timeout_cuts_an_attempt_short() {
        try (EksPodIdentityAgent agent = agent()) {
            agent.faults().always(Fault.hang());

            Outcome outcome = outcome(source(agent).attemptTimeout(LONG).loadTimeout(Duration.ofSeconds(1)));

            assertThat(outcome.took()).isBetween(Duration.ofMillis(900), LIMIT);
            assertThat(outcome.failure().category()).isEqualTo(Category.UNREACHABLE);
            assertThat(outcome.failure()).hasMessageContaining("the exchange with the agent failed");
            assertThat(agent.requests()).hasSize(1);
        }
    }

    /** The answer of some 900 bytes would take 2 min 15 s, and each byte of it arrives in time. */
    @Test
    void a_drip_costs_at_most_the_attempt_timeout() {
        try (EksPodIdentityAgent agent = agent()) {
            agent.faults().always(Fault.drip(Duration.ofMillis(150)));

            Outcome outcome = outcome(source(agent)
                    .attemptTimeout(Duration.ofSeconds(2))
                    .loadTimeout(LONG)
                    .maxAttempts(1));

            assertThat(outcome.took()).isBetween(Duration.ofMillis(1800), LIMIT);
            assertThat(outcome.failure().category()).isEqualTo(Category.UNREACHABLE);
            assertThat(outcome.failure()).hasMessageContaining("time");
        }
    }

    @Test
    void each_attempt_at_a_drip_has_its_own_deadline() {
        try (EksPodIdentityAgent agent = agent()) {
            agent.faults().always(Fault.drip(Duration.ofMillis(150)));

            Outcome outcome =
                    outcome(source(agent).attemptTimeout(Duration.ofSeconds(1)).loadTimeout(LONG));

            assertThat(outcome.took()).isBetween(Duration.ofMillis(2700), LIMIT);
            assertThat(agent.requests()).hasSize(3);
        }
    }

    @Test
    void a_silence_after_the_head_ends_by_the_attempt_timeout() {
        try (EksPodIdentityAgent agent = agent()) {
            agent.faults().always(Fault.hangAfterHeaders());

            Outcome outcome = outcome(source(agent)
                    .attemptTimeout(Duration.ofSeconds(1))
                    .loadTimeout(LONG)
                    .maxAttempts(1));

            assertThat(outcome.took()).isBetween(Duration.ofMillis(900), LIMIT);
        }
    }

    /** The longest request that there is, which a peer that does not read leaves in the buffers. */
    @Test
    void a_peer_that_reads_nothing_costs_at_most_the_attempt_timeout() throws Exception {
        try (ServerSocket deaf = new ServerSocket()) {
            deaf.setReceiveBufferSize(2048);
            deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));

            Outcome outcome = outcome(ContainerCredentialsSource.builder()
                    .fullUri("http://127.0.0.1:" + deaf.getLocalPort() + "/" + "x".repeat(8100))
                    .token("x".repeat(64 * 1024))
                    .attemptTimeout(Duration.ofSeconds(1))
                    .loadTimeout(LONG)
                    .maxAttempts(1));

            assertThat(outcome.took()).isBetween(Duration.ofMillis(900), LIMIT);
            assertThat(outcome.failure().category()).isEqualTo(Category.UNREACHABLE);
        }
    }

    /** A full backlog drops further connections, as a firewall does. */
    @Test
    void an_address_that_swallows_packets_costs_at_most_the_connect_timeout() throws Exception {
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SocketTransportPeer.Crowd crowd = SocketTransportPeer.fillBacklog(full)) {
            assertThat(crowd.size()).isPositive();

            Outcome outcome = outcome(ContainerCredentialsSource.builder()
                    .fullUri("http://127.0.0.1:" + full.getLocalPort() + "/")
                    .attemptTimeout(LONG)
                    .loadTimeout(LONG)
                    .maxAttempts(1));

            assertThat(outcome.took()).isBetween(Duration.ofMillis(1800), LIMIT);
            assertThat(outcome.failure().category()).isEqualTo(Category.UNREACHABLE);
            assertThat(outcome.failure().remedy().orElseThrow()).contains("dropped");
        }
    }

    @Test
    void an_endless_body_takes_no_more_memory_than_its_bound() throws Exception {
        try (EksPodIdentityAgent agent = agent()) {
            agent.faults().always(Fault.endless());
            SocketTransport transport =
                    new SocketTransport(HostResolver.literalsOnly(), Clock.system(), Scheduler.shared(), null);
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            AgentRequest request = new AgentRequest(
                    "http",
                    "127.0.0.1",
                    agent.port(),
                    List.of(InetAddress.getLoopbackAddress()),
                    "/",
                    Map.of(),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(8),
                    64 * 1024);
            transport.get(request); // what is loaded and linked once

            long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
            AgentResponse response = transport.get(request);
            long allocated =
                    threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;

            assertThat(response.truncated()).isTrue();
            assertThat(response.body()).hasSize(64 * 1024);
            // the body twice over, for the buffer that grew, and some KiB of head
            assertThat(allocated).isLessThan(512 * 1024);
        }
    }

    @Test
    void an_endless_head_takes_no_more_memory_than_its_bound() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        InputStream endless = new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] bytes, int offset, int length) {
                Arrays.fill(bytes, offset, offset + length, (byte) 'x');
                return length;
            }
        };
        assertThat(catchThrowable(() -> ResponseReader.read(endless, 64 * 1024)))
                .isNotNull(); // loads classes

        long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
        Throwable failure = catchThrowable(() -> ResponseReader.read(endless, 64 * 1024));
        long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;

        assertThat(failure).isInstanceOf(IOException.class);
        assertThat(allocated).isLessThan(1024 * 1024);
    }

    private static EksPodIdentityAgent agent() {
        EksPodIdentityAgent agent = EksPodIdentityAgent.start();
        agent.associate("default", "slow", ROLE);
        return agent;
    }

    private static ContainerCredentialsSource.Builder source(EksPodIdentityAgent agent) {
        return ContainerCredentialsSource.builder()
                .fullUri(agent.credentialsUri().toString())
                .token(TOKENS.issue("default", "slow"));
    }

    private record Outcome(CredentialsException failure, Duration took) {}

    /** The failure of a load, and how long its caller waited, which is no longer than the limit. */
    private static Outcome outcome(ContainerCredentialsSource.Builder source) {
        long start = System.nanoTime();
        CompletableFuture<ContainerCredentials> load = source.build().resolveAsync();
        Throwable failure = catchThrowable(() -> load.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS));
        Duration took = since(start);
        assertThat(failure).as("after " + took).isInstanceOf(ExecutionException.class);
        return new Outcome(CredentialsException.in(failure).orElseThrow(), took);
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
