// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One running load, and what those who wait for it will be given. Never handed out: whoever has it could complete it.
 */
final class Flight<T> extends CompletableFuture<T> {

    /**
     * The same outcome for those whose callbacks run with it. Apart from the threads that wait, which must be free
     * before any callback can block.
     */
    final CompletableFuture<T> callbacks = new CompletableFuture<>();

    final Now started;

    private final AtomicBoolean claimed = new AtomicBoolean();

    Flight(Now started) {
        this.started = started;
    }

    /** Gives the flight to the first who asks: the one who loads, or the one who finds that nobody will. */
    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    boolean isClaimed() {
        return claimed.get();
    }

    /** A future of a caller's own, so that one caller's cancelling is not another's failure. */
    @SuppressWarnings("FutureReturnValueIgnored") // completing a future throws nothing
    CompletableFuture<T> follower() {
        CompletableFuture<T> follower = new CompletableFuture<>();
        callbacks.whenComplete((value, failure) -> {
            if (failure == null) {
                follower.complete(value);
            } else {
                follower.completeExceptionally(failure);
            }
        });
        return follower;
    }
}
