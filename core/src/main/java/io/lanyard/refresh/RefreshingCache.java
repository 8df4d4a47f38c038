// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.spi.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Holds a value until shortly before it ends, and loads it anew in one flight that all who need it share.
 *
 * <p>Safe for use by any thread. While the value is valid nothing waits and nothing is locked. A flight runs on the
 * executor and on no caller's thread; those who wait share its result and its failure, and each can be interrupted
 * alone. A failure is not remembered: the next call starts the next flight.
 *
 * @param <T> the value's type
 */
public final class RefreshingCache<T> {

    /** The value counts as ended this long before it does: for the network, and for clocks that differ. */
    private static final Duration MARGIN = Duration.ofSeconds(5);

    /** A value without an end is asked for again after this time, as the AWS SDK for Java does. */
    private static final Duration RECHECK = Duration.ofHours(1);

    private final Loader<T> loader;
    private final Clock clock;
    private final Executor executor;
    private final Object lock = new Object();

    private volatile @Nullable Snapshot<T> snapshot;
    private @Nullable CompletableFuture<T> flight; // guarded by lock

    /**
     * Makes an empty cache.
     *
     * @param loader loads the value
     * @param clock tells when the value has ended
     * @param executor runs the flights
     */
    public RefreshingCache(Loader<T> loader, Clock clock, Executor executor) {
        this.loader = loader;
        this.clock = clock;
        this.executor = executor;
    }

    /**
     * Loads a value.
     *
     * @param <T> the value's type
     */
    @FunctionalInterface
    public interface Loader<T> {
        /**
         * Loads the value. Called by one thread at a time; may block.
         *
         * @return the value and its end
         * @throws InterruptedException when the thread is interrupted
         */
        Loaded<T> load() throws InterruptedException;
    }

    private record Snapshot<T>(CompletableFuture<T> future, T value, long validUntilMillis) {}

    /**
     * The value; waits for a flight when there is no valid one.
     *
     * @return the value
     * @throws InterruptedException when the caller is interrupted while it waits; the flight goes on
     */
    public T get() throws InterruptedException {
        Snapshot<T> current = snapshot;
        if (current != null && clock.epochMillis() < current.validUntilMillis) {
            return current.value;
        }
        try {
            return flight().get();
        } catch (ExecutionException e) {
            throw rethrown(e.getCause());
        }
    }

    /**
     * The value, without waiting: a completed future when it is valid, else that of the flight.
     *
     * @return a future of the caller's own, or one that is complete
     */
    public CompletableFuture<T> getAsync() {
        Snapshot<T> current = snapshot;
        if (current != null && clock.epochMillis() < current.validUntilMillis) {
            return current.future;
        }
        return flight().copy(); // so that one caller's cancelling is not another's failure
    }

    private CompletableFuture<T> flight() {
        CompletableFuture<T> mine;
        synchronized (lock) {
            if (flight != null) {
                return flight;
            }
            Snapshot<T> current = snapshot; // a flight may have landed since the caller looked
            if (current != null && clock.epochMillis() < current.validUntilMillis) {
                return current.future;
            }
            mine = new CompletableFuture<>();
            flight = mine;
        }
        try {
            executor.execute(() -> fly(mine));
        } catch (RuntimeException | Error e) { // no thread to be had is an Error, and must not strand those who wait
            land(mine, null, e);
        }
        return mine;
    }

    // whatever a loader throws is the waiters' failure; a thread of the pool has no use for it
    @SuppressWarnings("CatchingUnchecked")
    private void fly(CompletableFuture<T> mine) {
        try {
            Loaded<T> loaded = loader.load();
            land(mine, loaded, null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            land(mine, null, e);
        } catch (Throwable e) {
            land(mine, null, e);
        }
    }

    private void land(CompletableFuture<T> mine, @Nullable Loaded<T> loaded, @Nullable Throwable failure) {
        synchronized (lock) {
            if (loaded != null) {
                long until = loaded.end()
                        .map(end -> end.minus(MARGIN).toEpochMilli())
                        .orElseGet(() -> clock.epochMillis() + RECHECK.toMillis());
                snapshot = new Snapshot<>(CompletableFuture.completedFuture(loaded.value()), loaded.value(), until);
            }
            flight = null;
        }
        if (loaded != null) {
            mine.complete(loaded.value());
        } else {
            mine.completeExceptionally(failure == null ? new IllegalStateException("nothing was loaded") : failure);
        }
    }

    private static RuntimeException rethrown(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
    }
}
