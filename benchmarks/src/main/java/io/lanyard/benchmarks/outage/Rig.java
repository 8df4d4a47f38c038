// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.benchmarks.outage.ContestantProcess.ContestantException;
import io.lanyard.testkit.EksPodIdentityAgent;
import io.lanyard.testkit.token.ServiceAccountTokenFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Runs one contestant in one scenario, with its own agent and token. */
final class Rig {
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final Duration SAMPLING = Duration.ofMillis(250);

    private final Scenario scenario;
    private final Contestant contestant;
    private final Path log;
    private final AtomicInteger socketsMax = new AtomicInteger();
    private int socketsBefore;
    private int socketsAfter;

    Rig(Scenario scenario, Contestant contestant, Path logs) {
        this.scenario = scenario;
        this.contestant = contestant;
        this.log = logs.resolve(scenario.name() + "-" + contestant.name().toLowerCase(Locale.ROOT) + ".log");
    }

    Outcome run() throws InterruptedException {
        try (EksPodIdentityAgent agent = EksPodIdentityAgent.start();
                ServiceAccountTokenFile token = ServiceAccountTokenFile.create("laboratory", "contestant")) {
            agent.associate("laboratory", "contestant", "arn:aws:iam::111122223333:role/Laboratory");
            agent.credentialLifetime(scenario.lifetime());
            agent.cache(scenario.isCached());
            try (ContestantProcess process =
                    ContestantProcess.start(scenario, contestant, agent.environmentFor(token), log)) {
                return outcome(play(agent, process), agent, "");
            } catch (ContestantException e) {
                return outcome(null, agent, String.valueOf(e.getMessage()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Outcome outcome(@Nullable Figures figures, EksPodIdentityAgent agent, String error) {
        return new Outcome(
                scenario,
                contestant,
                figures,
                agent.requests().size(),
                socketsBefore,
                socketsMax.get(),
                socketsAfter,
                error);
    }

    private Figures play(EksPodIdentityAgent agent, ContestantProcess process)
            throws ContestantException, InterruptedException {
        process.expect("up", ANSWER_LIMIT);
        socketsBefore = Sockets.open(process.pid());
        Thread sampler = new Thread(() -> sample(process.pid()), "sampler");
        sampler.setDaemon(true);
        sampler.start();
        try {
            if (scenario.isCold()) {
                scenario.steps().forEach(step -> step.change().accept(agent));
                process.order("once");
                process.expect("done", Duration.ofSeconds(50));
            } else {
                playLive(agent, process);
            }
            process.order("stop");
            Figures figures = Figures.parse(process.expect("figures", ANSWER_LIMIT));
            settle(process.pid());
            return figures;
        } finally {
            sampler.interrupt();
        }
    }

    private void playLive(EksPodIdentityAgent agent, ContestantProcess process)
            throws ContestantException, InterruptedException {
        process.order("warm");
        long expiration = Long.parseLong(process.expect("warm", ANSWER_LIMIT));
        long origin = expiration - scenario.lifetime().toMillis();
        boolean calling = false;
        for (Scenario.Step step : scenario.steps()) {
            if (!calling && step.at().compareTo(scenario.from()) > 0) {
                begin(origin, process);
                calling = true;
            }
            pauseUntil(origin + step.at().toMillis());
            step.change().accept(agent);
            process.order(step.endsOutage() ? "recovered" : "outage");
        }
        if (!calling) {
            begin(origin, process);
        }
        pauseUntil(origin + scenario.to().toMillis());
        if (!scenario.recovery().isZero() && process.awaitFresh(scenario.recovery())) {
            pauseUntil(System.currentTimeMillis() + 1_000);
        }
    }

    private void begin(long origin, ContestantProcess process) {
        pauseUntil(origin + scenario.from().toMillis());
        process.order("go");
    }

    private void settle(long process) {
        long deadline = System.nanoTime() + scenario.settling().toNanos();
        socketsAfter = Sockets.open(process);
        while (socketsAfter > socketsBefore && System.nanoTime() < deadline) {
            LockSupport.parkNanos(SAMPLING.toNanos());
            socketsAfter = Sockets.open(process);
        }
    }

    private void sample(long process) {
        while (!Thread.currentThread().isInterrupted()) {
            socketsMax.accumulateAndGet(Sockets.open(process), Math::max);
            LockSupport.parkNanos(SAMPLING.toNanos());
        }
    }

    private static void pauseUntil(long epochMillis) {
        for (long left = epochMillis - System.currentTimeMillis();
                left > 0;
                left = epochMillis - System.currentTimeMillis()) {
            LockSupport.parkNanos(left * 1_000_000);
        }
    }
}
