// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import io.lanyard.spi.Clock;
import io.lanyard.spi.Scheduler;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A clock and a scheduler in one, in which time passes only when a test says so, and everything due happens meanwhile
 * in order, on the test's thread.
 *
 * <p>Tasks run {@linkplain #runTasksAtOnce at once} on the thread that starts them (the default), or {@linkplain
 * #runTasksAfter after a delay}: a load that takes a while is one that begins late and ends at once, which nobody but
 * the loader can tell apart. Safe for use by any thread; time is advanced by one at a time.
 */
public final class VirtualTime implements Clock, Scheduler {

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long wallOffset;
    private long nanos = 1_000_000_000L;
    private long sequence;
    private boolean timersFire = true;
    private boolean rejecting;
    private boolean withoutThreads;
    private boolean atOnce = true;
    private Supplier<Duration> taskDelay = () -> Duration.ZERO;
    private int tasksStarted;

    public VirtualTime(Instant start) {
        this.wallOffset = start.toEpochMilli() - nanos / 1_000_000;
    }

    public VirtualTime() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    // ---- how tasks and timers run

    /** Tasks run where they are started, before {@code execute} returns. */
    public synchronized VirtualTime runTasksAtOnce() {
        this.atOnce = true;
        return this;
    }

    /** Tasks run when the given time has passed, and never before {@code execute} has returned. */
    public synchronized VirtualTime runTasksAfter(Supplier<Duration> delay) {
        this.atOnce = false;
        this.taskDelay = delay;
        return this;
    }

    /** Timers are accepted and never fire: only calls start something. */
    public synchronized VirtualTime withoutTimers() {
        this.timersFire = false;
        return this;
    }

    /** Whether tasks and timers are refused. */
    public synchronized void reject(boolean refused) {
        this.rejecting = refused;
    }

    /** Whether tasks fail as in a JVM that can start no thread; timers go on. */
    public synchronized void withoutThreads(boolean none) {
        this.withoutThreads = none;
    }

    // ---- what happens

    /** Lets time pass, and everything happen that is due meanwhile. */
    public void advance(Duration duration) {
        long until;
        synchronized (this) {
            until = nanos + duration.toNanos();
        }
        while (true) {
            Event event;
            synchronized (this) {
                event = events.peek();
                if (event == null || event.at > until) {
                    nanos = Math.max(nanos, until);
                    return;
                }
                events.poll();
                nanos = Math.max(nanos, event.at);
            }
            event.run.run();
        }
    }

    /** Sets the time of day, as an operator or NTP does; no time passes. */
    public synchronized void jump(Duration by) {
        wallOffset += by.toMillis();
    }

    /** Lets the machine sleep: the time of day goes on, elapsed time does not count it, and nothing happens. */
    public void suspend(Duration duration) {
        jump(duration);
    }

    /** Stops the process: time passes, and nothing happens until it is over. */
    public synchronized void freeze(Duration duration) {
        nanos += duration.toNanos();
    }

    /** The timers that are set. */
    public synchronized int pendingTimers() {
        return (int) events.stream().filter(event -> event.timer).count();
    }

    /** The tasks that have been started and have not run. */
    public synchronized int pendingTasks() {
        return (int) events.stream().filter(event -> !event.timer).count();
    }

    public synchronized int tasksStarted() {
        return tasksStarted;
    }

    /** Runs the tasks that have not run, whenever they were to. */
    public void runTasks() {
        List<Event> tasks = new ArrayList<>();
        synchronized (this) {
            events.stream().filter(event -> !event.timer).sorted().forEach(tasks::add);
            events.removeAll(tasks);
        }
        tasks.forEach(task -> task.run.run());
    }

    /** Drops the tasks that have not run, as an executor does that is shut down at once. */
    public synchronized void dropTasks() {
        events.removeIf(event -> !event.timer);
    }

    // ---- Clock

    @Override
    public synchronized long epochMillis() {
        return nanos / 1_000_000 + wallOffset;
    }

    @Override
    public synchronized long nanoTime() {
        return nanos;
    }

    /** Time passes and nothing else happens, as befits a thread that sleeps while all others are asleep as well. */
    @Override
    public void sleep(Duration duration) {
        freeze(duration);
    }

    // ---- Scheduler

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            refuse();
            if (withoutThreads) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            tasksStarted++;
            if (!atOnce) {
                Duration delay = taskDelay.get();
                events.add(new Event(nanos + delay.toNanos(), sequence++, false, task));
                return;
            }
        }
        task.run();
    }

    @Override
    public synchronized <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay) {
        refuse();
        WeakReference<O> weak = new WeakReference<>(owner);
        Event event = new Event(nanos + delay.toNanos(), sequence++, true, () -> {
            O known = weak.get();
            if (known != null) {
                task.accept(known);
            }
        });
        if (timersFire) {
            events.add(event);
        }
        return () -> cancel(event);
    }

    private synchronized void cancel(Event event) {
        events.remove(event);
    }

    private void refuse() {
        if (rejecting) {
            throw new RejectedExecutionException("refused by the test");
        }
    }

    /** When something is to happen next, as durations from now, soonest first. */
    public synchronized List<Duration> timers() {
        List<Duration> due = new ArrayList<>();
        for (Event event : events) {
            if (event.timer) {
                due.add(Duration.ofNanos(event.at - nanos));
            }
        }
        due.sort(null);
        return due;
    }

    @SuppressWarnings("ClassCanBeRecord") // events are equal only to themselves
    private static final class Event implements Comparable<Event> {
        private final long at;
        private final long sequence;
        private final boolean timer;
        private final Runnable run;

        Event(long at, long sequence, boolean timer, Runnable run) {
            this.at = at;
            this.sequence = sequence;
            this.timer = timer;
            this.run = run;
        }

        @Override
        public int compareTo(Event that) {
            return at != that.at ? Long.compare(at, that.at) : Long.compare(sequence, that.sequence);
        }
    }
}
