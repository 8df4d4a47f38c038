// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Threads and timers: runs a task soon, or later.
 *
 * <p>Implementations are safe for use by any thread, and none of the methods waits for a task. A task may block for as
 * long as it likes, so it is run where it delays no other; what a timer starts must be short.
 */
public interface Scheduler {

    /**
     * Runs a task soon, on a thread that it may block: not the calling thread, and not the timer's.
     *
     * @param task what to run
     * @throws java.util.concurrent.RejectedExecutionException when it cannot be run
     */
    void execute(Runnable task);

    /**
     * Runs a task that answers callers, such as completing their futures. As {@link #execute}, but the task does not queue
     * behind loads that hang.
     *
     * @param task what to run; may block in the callbacks of callers
     * @throws java.util.concurrent.RejectedExecutionException when it cannot be run
     */
    default void answer(Runnable task) {
        execute(task);
    }

    /**
     * Runs a short task later, unless its owner is garbage-collected first. The owner is held weakly, so that a timer
     * keeps nothing alive.
     *
     * @param owner for whom the task runs
     * @param task is given the owner; must not hold it itself, so a method reference like {@code Owner::tick} serves
     * @param delay how much elapsed time to let pass, zero for at once
     * @param <O> the owner's type
     * @return cancels the task
     * @throws java.util.concurrent.RejectedExecutionException when it cannot be scheduled
     */
    <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay);

    /** A task that is to run later. */
    @FunctionalInterface
    interface Timer {
        /** Takes the task back. Harmless when it has run already. */
        void cancel();
    }

    /**
     * Returns the daemon threads that all users of the library in the JVM share. There is none before the first task;
     * while timers are pending there is one, and one more for each task that runs: at most 128 for the tasks of callers,
     * and as many for each of the three levels of tasks that the timer or other tasks submit, so that a task which waits
     * for another never holds the thread that the other needs; and at most 32 that answer callers. Within some seconds after the last timer has been cancelled, or its owner been collected, there is none again. They belong to no application:
     * they have the system's thread group, the normal priority and this library's class loader.
     *
     * @return the shared scheduler, which is never shut down
     */
    static Scheduler shared() {
        return SharedScheduler.INSTANCE;
    }
}
