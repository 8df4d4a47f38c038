// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A task in a {@link ScheduledExecutorService} that references its owner weakly. */
final class WeakTimer<O> extends WeakReference<O> implements Scheduler.Timer, Runnable {

    private final Consumer<? super O> task;
    private volatile @Nullable Future<?> pending;

    private WeakTimer(O owner, Consumer<? super O> task, @Nullable ReferenceQueue<Object> collected) {
        super(owner, collected);
        this.task = task;
    }

    static <O> WeakTimer<O> start(
            ScheduledExecutorService executor,
            O owner,
            Consumer<? super O> task,
            Duration delay,
            @Nullable ReferenceQueue<Object> collected) {
        WeakTimer<O> timer = new WeakTimer<>(owner, task, collected);
        timer.pending = executor.schedule(timer, delay.toNanos(), TimeUnit.NANOSECONDS);
        return timer;
    }

    @Override
    public void run() {
        O owner = get();
        if (owner != null) {
            task.accept(owner);
        }
    }

    @Override
    public void cancel() {
        Future<?> known = pending;
        if (known != null) {
            known.cancel(false);
        }
    }
}
