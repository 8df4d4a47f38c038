// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An application's executor: foreign code, which may reject, block, throw, drop, or run what it is given at once. So it
 * is called on a thread of the scheduler that may be blocked, and what it does not take runs there.
 */
final class LoadExecutor {

    private final Executor executor;
    private final AtomicBoolean submitting = new AtomicBoolean();

    LoadExecutor(Executor executor) {
        this.executor = executor;
    }

    /** A task that submits a load, or runs it where the executor does not take it or still blocks an earlier one. */
    Runnable submitting(Runnable load) {
        return new Submission(load);
    }

    private final class Submission implements Runnable {
        private final Runnable load;

        Submission(Runnable load) {
            this.load = load;
        }

        @Override
        public void run() {
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
}
