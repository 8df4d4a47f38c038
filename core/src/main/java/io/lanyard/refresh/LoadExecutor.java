// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Submits loads to an application's executor. It is foreign code, which may reject, block, throw, drop a task, or run it
 * at once. It is therefore called on a thread of the scheduler that may be blocked, and what it does not take runs there.
 */
final class LoadExecutor {

    private final Executor executor;
    private final AtomicBoolean submitting = new AtomicBoolean();

    LoadExecutor(Executor executor) {
        this.executor = executor;
    }

    /** Returns a task that submits a load, and runs it where the executor rejects it or still blocks an earlier one. */
    Runnable submitting(Runnable load) {
        return () -> submit(load);
    }

    private void submit(Runnable load) {
        if (submitting.compareAndSet(false, true)) {
            try {
                executor.execute(load);
                return;
            } catch (Throwable e) { // rejected, or broken: the load runs here
            } finally {
                submitting.set(false);
            }
        }
        load.run();
    }
}
