// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;

/** An application's executor, and the shared threads for what it rejects. */
final class GivenScheduler implements Scheduler {

    private final Executor executor;
    private final Scheduler otherwise;

    GivenScheduler(Executor executor, Scheduler otherwise) {
        this.executor = executor;
        this.otherwise = otherwise;
    }

    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            otherwise.execute(task);
        }
    }

    @Override
    public <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay) {
        if (executor instanceof ScheduledExecutorService timers) {
            try {
                return WeakTimer.start(timers, owner, task, delay, null);
            } catch (RejectedExecutionException e) {
                return otherwise.schedule(owner, task, delay);
            }
        }
        return otherwise.schedule(owner, task, delay);
    }

    @Override
    public String toString() {
        return "Scheduler(" + executor + ")";
    }
}
