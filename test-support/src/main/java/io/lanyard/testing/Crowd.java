// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testing;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Threads that make the same call at the same moment.
 *
 * <p>No thread can fail unnoticed: {@link #join} fails unless every thread has completed its call. Its error contains the
 * exceptions of the threads, or the stack of a thread that has not finished. A call that is expected to throw must catch
 * the exception itself and return it.
 *
 * @param <T> the result of a call
 */
public final class Crowd<T> {

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int QUOTED = 5;

    private final List<Member<T>> members = new ArrayList<>();
    private final CountDownLatch ready;
    private final CountDownLatch gate = new CountDownLatch(1);

    private Crowd(int size) {
        ready = new CountDownLatch(size);
    }

    /** The results of the threads, and how often they blocked and waited during their calls. */
    public record Outcome<T>(List<T> results, long blocked, long waited) {}

    /** Starts platform threads that all make this call, and returns when they have started. */
    public static <T> Crowd<T> start(int size, Callable<T> call) {
        return start(size, index -> call);
    }

    /** Starts platform threads that make one call each, and returns when they have started. */
    public static <T> Crowd<T> start(int size, IntFunction<Callable<T>> calls) {
        return new Crowd<T>(size).started(size, calls, false);
    }

    /**
     * Starts thousands of threads that all make this call: virtual threads if the JVM has them, otherwise threads with
     * small stacks. The JVM does not count how often virtual threads block.
     */
    public static <T> Crowd<T> startLight(int size, Callable<T> call) {
        return new Crowd<T>(size).started(size, index -> call, true);
    }

    /** Starts the threads and waits for all of them to complete within this limit. */
    public static <T> Outcome<T> run(int size, Duration limit, Callable<T> call) {
        return start(size, call).join(limit);
    }

    /**
     * Runs a call on several threads, up to three times, until the JVM reports that none of them has blocked or waited.
     * A one-time action of the JVM, such as loading a class, affects one run; a lock in the call affects every run.
     *
     * @return the outcome of the last run
     */
    public static <T> Outcome<T> runUndisturbed(int size, Duration limit, Callable<T> call) {
        Outcome<T> outcome = run(size, limit, call);
        for (int i = 1; i < 3 && outcome.blocked() + outcome.waited() > 0; i++) {
            outcome = run(size, limit, call);
        }
        return outcome;
    }

    private Crowd<T> started(int size, IntFunction<Callable<T>> calls, boolean light) {
        for (int i = 0; i < size; i++) {
            Member<T> member = new Member<>(calls.apply(i), ready, gate, !light);
            members.add(member);
            member.thread = light ? lightThread(member, i) : platformThread(member, i, 0);
        }
        if (!await(ready, START_LIMIT)) {
            throw new AssertionError(ready.getCount() + " of " + size + " threads have not started in " + START_LIMIT);
        }
        gate.countDown();
        return this;
    }

    private static Thread platformThread(Runnable work, int index, long stackSize) {
        Thread thread = new Thread(null, work, "crowd-" + index, stackSize);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static Thread lightThread(Runnable work, int index) {
        try {
            return (Thread)
                    Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
        } catch (NoSuchMethodException e) {
            return platformThread(work, index, 128 * 1024);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("virtual threads cannot be started", e);
        }
    }

    /** Waits until every thread waits inside its call or has finished. */
    public Crowd<T> awaitWaiting(Duration limit) {
        long start = System.nanoTime();
        for (Member<T> member : members) {
            while (!member.isWaitingOrFinished()) {
                if (System.nanoTime() - start > limit.toNanos()) {
                    throw notFinished("is not waiting", limit, List.of(member));
                }
                Thread.onSpinWait();
            }
        }
        return this;
    }

    /**
     * Waits for all threads together within this limit.
     *
     * @throws AssertionError if a thread has thrown anything or has not finished
     */
    public Outcome<T> join(Duration limit) {
        long start = System.nanoTime();
        List<Member<T>> stuck = new ArrayList<>();
        for (Member<T> member : members) {
            long left = limit.toNanos() - (System.nanoTime() - start);
            if (!await(member.finished, Duration.ofNanos(Math.max(0, left)))) {
                stuck.add(member);
            }
        }
        if (!stuck.isEmpty()) {
            throw notFinished("has not finished", limit, stuck);
        }
        List<Throwable> failures = new ArrayList<>();
        List<T> results = new ArrayList<>();
        long blocked = 0;
        long waited = 0;
        for (Member<T> member : members) {
            Throwable failure = member.failure;
            if (failure != null) {
                failures.add(failure);
            } else {
                results.add(member.result());
            }
            blocked += member.blocked;
            waited += member.waited;
        }
        if (!failures.isEmpty()) {
            AssertionError error = new AssertionError(
                    failures.size() + " of " + members.size() + " threads threw, the first: " + failures.get(0),
                    failures.get(0));
            failures.stream().skip(1).limit(QUOTED).forEach(error::addSuppressed);
            throw error;
        }
        return new Outcome<>(results, blocked, waited);
    }

    private AssertionError notFinished(String what, Duration limit, List<Member<T>> stuck) {
        StringBuilder text = new StringBuilder();
        text.append(stuck.size()).append(" of ").append(members.size()).append(" threads: ");
        text.append(what).append(" within ").append(limit);
        for (Member<T> member : stuck.subList(0, Math.min(QUOTED, stuck.size()))) {
            Thread thread = member.thread;
            if (thread != null) {
                text.append('\n').append(thread.getName()).append(' ').append(thread.getState());
                for (StackTraceElement frame : thread.getStackTrace()) {
                    text.append("\n\tat ").append(frame);
                }
            }
        }
        for (Member<T> member : stuck) {
            Thread thread = member.thread;
            if (thread != null) {
                thread.interrupt();
            }
        }
        return new AssertionError(text);
    }

    private static boolean await(CountDownLatch latch, Duration limit) {
        try {
            return latch.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the crowd was running", e);
        }
    }

    /** One thread. {@link #finished} publishes its results. */
    private static final class Member<T> implements Runnable {
        private final Callable<T> call;
        private final CountDownLatch ready;
        private final CountDownLatch gate;
        private final boolean counted;
        private final CountDownLatch finished = new CountDownLatch(1);
        private volatile boolean inside;
        private @Nullable Thread thread;
        private @Nullable T result;
        private @Nullable Throwable failure;
        private long blocked;
        private long waited;

        Member(Callable<T> call, CountDownLatch ready, CountDownLatch gate, boolean counted) {
            this.call = call;
            this.ready = ready;
            this.gate = gate;
            this.counted = counted;
        }

        @Override
        public void run() {
            try {
                if (counted) {
                    info(); // loads its classes before the call
                }
                ready.countDown();
                gate.await();
                ThreadInfo before = counted ? info() : null;
                inside = true;
                result = call.call();
                if (before != null) {
                    ThreadInfo after = info();
                    blocked = after.getBlockedCount() - before.getBlockedCount();
                    waited = after.getWaitedCount() - before.getWaitedCount();
                }
            } catch (Throwable e) { // join() reports it
                failure = e;
            } finally {
                finished.countDown();
            }
        }

        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

        private static ThreadInfo info() {
            return THREADS.getThreadInfo(Thread.currentThread().getId());
        }

        boolean isWaitingOrFinished() {
            Thread started = thread;
            if (finished.getCount() == 0) {
                return true;
            }
            if (!inside || started == null) {
                return false;
            }
            Thread.State state = started.getState();
            return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
        }

        @SuppressWarnings("NullAway") // T is nullable if a call returns null
        T result() {
            return result;
        }
    }
}
