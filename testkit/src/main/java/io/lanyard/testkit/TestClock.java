// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A clock that the test holds: it stands still until it is moved. What hangs on it and would act by itself, such as
 * kubelet in an {@link EksCluster}, acts before the move returns, on the thread that moves it.
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
     * A clock that stands at that moment.
     *
     * @param start its time at first
     * @return the clock
     */
    public static TestClock at(Instant start) {
        return new TestClock(Objects.requireNonNull(start, "start"));
    }

    /** The time at which it stands. */
    @Override
    public Instant instant() {
        return now;
    }

    /**
     * Moves it.
     *
     * @param duration how far; negative to set it back
     */
    public synchronized void advance(Duration duration) {
        set(now.plus(duration));
    }

    /**
     * Sets it.
     *
     * @param moment its time from now on
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
