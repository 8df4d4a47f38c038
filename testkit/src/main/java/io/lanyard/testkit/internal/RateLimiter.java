// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A token bucket that runs on the agent's clock. Thread-safe. */
public final class RateLimiter {
    private final InstantSource clock;
    private final double perSecond;
    private final int burst;
    private Instant last;
    private double tokens;

    public RateLimiter(InstantSource clock, double perSecond, int burst) {
        this.clock = clock;
        this.perSecond = perSecond;
        this.burst = burst;
        this.last = clock.instant();
        this.tokens = burst;
    }

    public synchronized boolean allow() {
        Instant now = clock.instant();
        double elapsed = Math.max(0, Duration.between(last, now).toNanos() / 1e9);
        last = now;
        tokens = Math.min(burst, tokens + elapsed * perSecond);
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }
}
