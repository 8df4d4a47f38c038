// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Runs tasks at once or later.
 *
 * <p>Implementations are safe for use by any thread, and no method waits for a task. A task of {@link #execute} may
 * block, so it must not delay others; a task of a timer must be short.
 */
public interface Scheduler {

    /**
     * Runs a task on a thread that it may block, which is neither the calling thread nor the timer's.
     *
     * @param task what to run
     * @throws java.util.concurrent.RejectedExecutionException when it cannot be run
     */
    void execute(Runnable task);

    /**
     * Runs a task that answers callers, such as completing their futures. As {@link #execute}, but the task does not
     * queue behind loads that hang.
     *
     * @param task what to run; may block in the callbacks of callers
     * @throws java.util.concurrent.RejectedExecutionException when it cannot be run
     */
    default void answer(Runnable task) {
        execute(task);
    }

    /**
     * Runs a short task later, unless its owner is garbage-collected first. The scheduler references the owner weakly.
     *
     * @param owner for whom the task runs
     * @param task receives the owner and must not reference it itself, for example a method reference {@code
     *     Owner::tick}
     * @param delay the elapsed time until then; zero for at once
     * @param <O> the owner's type
     * @return cancels the task
     * @throws java.util.concurrent.RejectedExecutionException when it cannot be scheduled
     */
    <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay);

    /** A task that is to run later. */
    @FunctionalInterface
    interface Timer {
        /** Cancels the task. Harmless when it has run already. */
        void cancel();
    }

    /**
     * Returns the daemon threads that all users of the library in the JVM share. They have the system's thread group,
     * the normal priority and this library's class loader.
     *
     * <p>One thread waits for timers while there are any, and each task runs on one more: at most 128 for the tasks of
     * callers, as many for each of the three levels of tasks that the timer or other tasks submit, so that a task which
     * waits for another never occupies the thread that the other needs, and at most 32 that answer callers. No thread
     * exists before the first task, nor some seconds after the last timer was cancelled or its owner collected.
     *
     * @return the shared scheduler, which is never shut down
     */
    static Scheduler shared() {
        return SharedScheduler.INSTANCE;
    }
}
