// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testing;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Sets a time limit for every property of jqwik, as JUnit's configuration does for every other test.
 *
 * <p>jqwik finds this class as a service. A property must run on jqwik's thread, so another thread watches it. At the
 * limit, the watchdog prints all threads and interrupts the property, which then fails. If the property does not react to
 * the interrupt within a grace period, the watchdog halts the JVM, which fails the build.
 */
public final class PropertyTimeout implements AroundPropertyHook {

    /** The name of the system property that sets the limit, in seconds. */
    static final String LIMIT = "lanyard.test.property.timeout.seconds";

    private static final Duration GRACE = Duration.ofSeconds(30);
    private static final int HALTED = 99;

    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }

    @Override
    public int aroundPropertyProximity() {
        return Integer.MIN_VALUE; // outermost, so that the limit includes other hooks
    }

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property)
            throws Throwable {
        Watchdog watchdog = new Watchdog(context.label(), Duration.ofSeconds(Integer.getInteger(LIMIT, 120)));
        try (watchdog) {
            PropertyExecutionResult result = property.execute();
            return watchdog.expired() ? result.mapToFailed(watchdog.failure()) : result;
        }
    }

    private static final class Watchdog implements AutoCloseable {
        private final String name;
        private final Duration limit;
        private final Thread watched = Thread.currentThread();
        private final CountDownLatch over = new CountDownLatch(1);
        private boolean expired;

        Watchdog(String name, Duration limit) {
            this.name = name;
            this.limit = limit;
            Thread thread = new Thread(this::watch, "property-timeout");
            thread.setDaemon(true);
            thread.start();
        }

        @SuppressWarnings("SystemOut") // JUnit prints its own thread dump there too
        private void watch() {
            try {
                if (over.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                    return;
                }
                System.out.println(failure().getMessage() + "; the threads are:");
                for (ThreadInfo thread : ManagementFactory.getThreadMXBean().dumpAllThreads(true, true)) {
                    System.out.print(thread);
                }
                interrupt();
                if (!over.await(GRACE.toNanos(), TimeUnit.NANOSECONDS)) {
                    System.err.println(failure().getMessage() + " and does not react to an interrupt: halting the JVM");
                    System.err.flush();
                    Runtime.getRuntime().halt(HALTED);
                }
            } catch (InterruptedException e) {
                // cannot happen: no other code has this thread
                Thread.currentThread().interrupt();
            }
        }

        /** Has no effect after the property, because the next test must not be interrupted. */
        private synchronized void interrupt() {
            if (over.getCount() > 0) {
                expired = true;
                watched.interrupt();
            }
        }

        synchronized boolean expired() {
            return expired;
        }

        TimeoutException failure() {
            return new TimeoutException("property " + name + " has not finished within " + limit);
        }

        @Override
        public synchronized void close() {
            over.countDown();
            if (expired) {
                boolean unused = Thread.interrupted();
            }
        }
    }
}
