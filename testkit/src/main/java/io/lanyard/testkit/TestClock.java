// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A clock that the test moves. Kubelet in an {@link EksCluster} acts on each move, on the thread that moves the clock and
 * before the move returns.
 *
 * <p>Thread-safe.
 */
public final class TestClock implements InstantSource {
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Instant now;

    private TestClock(Instant now) {
        this.now = now;
    }

    /**
     * Creates a clock that shows this time until it is moved.
     *
     * @param start the time
     * @return the clock
     */
    public static TestClock at(Instant start) {
        return new TestClock(Objects.requireNonNull(start, "start"));
    }

    /** Returns the time that was set last. */
    @Override
    public Instant instant() {
        return now;
    }

    /**
     * Moves the clock.
     *
     * @param duration negative to move it back
     */
    public synchronized void advance(Duration duration) {
        set(now.plus(duration));
    }

    /**
     * Sets the clock.
     *
     * @param moment the new time
     */
    public synchronized void set(Instant moment) {
        now = Objects.requireNonNull(moment, "moment");
        listeners.forEach(Runnable::run);
    }

    void onMove(Runnable listener) {
        listeners.add(listener);
    }

    void forget(Runnable listener) {
        listeners.remove(listener);
    }
}
