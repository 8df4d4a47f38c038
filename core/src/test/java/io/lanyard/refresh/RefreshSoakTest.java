// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.RefreshState;
import io.lanyard.RefreshStatus;
import io.lanyard.refresh.SimulatedSource.Credential;
import io.lanyard.refresh.SimulatedSource.Mode;
import io.lanyard.testsupport.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Simulates ninety days of an application in a few seconds, with random faults of its agent and machine. */
class RefreshSoakTest {

    private static final Duration CALLS_EVERY = Duration.ofSeconds(20);

    @ParameterizedTest(name = "with seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void callers_do_not_notice_ninety_days_of_random_faults_while_credentials_are_valid(long seed) throws Exception {
        Random random = new Random(seed);
        VirtualTime time = new VirtualTime();
        SimulatedSource source = new SimulatedSource(time);
        RefreshingCache<Credential> cache =
                source.cache().random(random::nextDouble).build();
        Instant end = time.instant().plus(Duration.ofDays(90));
        Instant faultUntil = Instant.MIN;
        Instant nextFault = time.instant().plusSeconds(3_600);
        Instant wellSince = time.instant();
        Mode[] modes = Mode.values();
        int calls = 0;
        int servedExpired = 0;
        int waited = 0;
        int outages = 0;
        while (time.instant().isBefore(end)) {
            Instant now = time.instant();
            if (!source.isWell() && now.isAfter(faultUntil)) {
                source.mode = random.nextBoolean() ? Mode.HEALTHY : Mode.HOLDING;
                source.lifetime = Duration.ofSeconds(new int[] {900, 3_540, 3_600, 21_600}[random.nextInt(4)]);
                wellSince = now;
            }
            if (source.isWell() && now.isAfter(nextFault)) {
                outages++;
                source.mode = modes[random.nextInt(modes.length)];
                // most are short, some outlast the credentials
                faultUntil = now.plusSeconds((long) (Math.pow(random.nextDouble(), 3) * 3 * 3_600));
                nextFault = faultUntil.plusSeconds(300 + random.nextInt(6 * 3_600));
                if (source.isWell()) {
                    faultUntil = Instant.MIN;
                }
            }
            disturb(random, time, cache, source);
            CompletableFuture<Credential> answer = cache.resolveAsync();
            calls++;
            if (!source.hasExpired() && source.last != null && !cache.status().loading()) {
                assertThat(answer).isCompletedWithValue(Objects.requireNonNull(source.last));
            }
            if (!answer.isDone()) {
                waited++;
            } else if (source.hasExpired()) {
                servedExpired++;
            }
            time.advance(CALLS_EVERY);
            assertThat(answer).isDone();
            RefreshStatus status = cache.status();
            if (source.isWell() && time.instant().isAfter(wellSince.plusSeconds(60)) && !status.loading()) {
                assertThat(status.failuresInARow()).isZero();
                assertThat(source.mode == Mode.HOLDING || status.state() != RefreshState.EXPIRED)
                        .isTrue();
            }
            assertThat(time.pendingTimers()).isLessThanOrEqualTo(1);
            assertThat(time.pendingTasks()).isLessThanOrEqualTo(1);
            source.loads.removeIf(at -> at.isBefore(time.instant().minus(Duration.ofHours(1))));
            // a refused connection is retried every 1 to 4.5 s, the shortest back-off
            assertThat(source.loads.size()).isLessThan(1_500);
        }
        assertThat(outages).isGreaterThan(200);
        assertThat(servedExpired)
                .as("outages that outlast the credentials happened")
                .isPositive();
        assertThat(waited).as("callers that waited").isLessThan(calls / 50);
        cache.close();
        assertThat(time.pendingTimers()).isZero();
    }

    /** Suspends the machine, freezes the process, or rejects the credentials. */
    private static void disturb(
            Random random, VirtualTime time, RefreshingCache<Credential> cache, SimulatedSource source) {
        switch (random.nextInt(4_000)) {
            case 0 -> time.suspend(Duration.ofMinutes(random.nextInt(600)));
            case 1 -> time.freeze(Duration.ofMinutes(random.nextInt(120)));
            case 2 -> {
                if (source.last != null) {
                    cache.invalidate(source.last.id());
                }
            }
            default -> {}
        }
    }
}
