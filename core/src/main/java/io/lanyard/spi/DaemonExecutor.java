// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs tasks on daemon threads that the whole JVM shares: none while nothing is to do, one per task that runs.
 *
 * <p>A task never waits behind another, so one slow agent delays no other's. Safe for use by any thread; {@link
 * #execute} does not block.
 */
public final class DaemonExecutor implements Executor {

    private static final DaemonExecutor SHARED = new DaemonExecutor();

    // a thread outlives its task for a moment only: the next task is minutes away
    private static final long IDLE_SECONDS = 1;

    private final ThreadPoolExecutor threads;

    private DaemonExecutor() {
        AtomicInteger count = new AtomicInteger();
        this.threads = new ThreadPoolExecutor(
                0, Integer.MAX_VALUE, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(null, task, "lanyard-" + count.incrementAndGet(), 0, false);
                    thread.setDaemon(true);
                    // of the library, not of the caller: else the first caller's application could not be unloaded
                    thread.setContextClassLoader(DaemonExecutor.class.getClassLoader());
                    return thread;
                });
    }

    /**
     * The executor that the JVM shares.
     *
     * @return the shared executor, which is never shut down
     */
    public static DaemonExecutor shared() {
        return SHARED;
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }
}
