// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.spi.Scheduler;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The threads on which the sources of a chain run.
 *
 * @param scheduler runs timers, and everything that must not wait for an application
 * @param executor an application's executor for loads; null for the scheduler
 */
record Threads(Scheduler scheduler, @Nullable Executor executor) {

    static final Threads SHARED = new Threads(Scheduler.shared(), null);
}
