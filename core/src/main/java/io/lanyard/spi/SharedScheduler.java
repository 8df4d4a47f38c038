// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The daemon threads of the library: one that waits for timers while there are any, and one per task that runs.
 *
 * <p>Two executors of the JDK, both without a thread while idle. They are apart because a task may hang and a timer
 * must not wait for it.
 */
final class SharedScheduler implements Scheduler {

    static final SharedScheduler INSTANCE = new SharedScheduler();

    // a thread outlives its task for a moment only: the next task is minutes away
    private static final long TASK_IDLE_SECONDS = 1;

    /** As many loads as can be under way in one process; the rest wait for a thread. The AWS SDK allows 150. */
    private static final int MOST_TASKS = 128;

    private static final int MOST_ANSWERS = 32;

    /** A load may wait for the load of its base, that one for an exchange, and that one for nothing. */
    private static final int DEEPEST = 3;

    /**
     * One pool for each depth: a task that was submitted by a task, or by the timer, runs in the next pool. So a task
     * that waits for another never holds the thread that the other needs, and the watchdog has threads when all those
     * of the loads hang.
     */
    private final ThreadPoolExecutor[] tasks = new ThreadPoolExecutor[DEEPEST + 1];

    /** Apart from the loads: when all of those hang, their callers are answered all the same. */
    private final ThreadPoolExecutor answers = pool(MOST_ANSWERS, 1);

    private SharedScheduler() {
        for (int depth = 0; depth <= DEEPEST; depth++) {
            tasks[depth] = pool(MOST_TASKS, depth);
        }
    }

    private static ThreadPoolExecutor pool(int threads, int depth) {
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                threads,
                threads,
                TASK_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new Daemons("lanyard-refresh-", depth));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public void answer(Runnable task) {
        answers.execute(task);
    }

    @Override
    public void execute(Runnable task) {
        int depth = Thread.currentThread() instanceof Daemon daemon ? daemon.depth + 1 : 0;
        tasks[Math.min(depth, DEEPEST)].execute(task);
    }

    private static final class Daemon extends Thread {
        private final int depth;

        Daemon(Runnable work, String name, int depth) {
            super(Daemons.SYSTEM, work, name, 0, false);
            this.depth = depth;
        }
    }

    @Override
    public <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay) {
        return Timers.schedule(owner, task, delay);
    }

    @Override
    public String toString() {
        return "Scheduler(shared)";
    }

    /** Apart, so that the first credentials do not wait for these classes to be loaded. */
    private static final class Timers {

        /** The thread ends this long after the last timer; also how long the timer of a collected owner may stay. */
        private static final long IDLE_SECONDS = 4;

        private static final ScheduledThreadPoolExecutor QUEUE = queue();
        private static final ReferenceQueue<Object> COLLECTED = new ReferenceQueue<>();
        private static final AtomicBoolean SWEEPING = new AtomicBoolean();

        private Timers() {}

        private static ScheduledThreadPoolExecutor queue() {
            ScheduledThreadPoolExecutor queue = new ScheduledThreadPoolExecutor(1, new Daemons("lanyard-timer-", 0));
            queue.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
            queue.allowCoreThreadTimeOut(true); // the thread stays for as long as the queue holds a timer
            queue.setRemoveOnCancelPolicy(true); // so a cancelled one must not
            return queue;
        }

        static <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay) {
            Timer timer = WeakTimer.start(QUEUE, owner, task, delay, COLLECTED);
            sweepLater();
            return timer;
        }

        // one look every few seconds for all owners, however many: the JDK's Cleaner would cost a thread of its own
        @SuppressWarnings("FutureReturnValueIgnored") // it reports nothing
        private static void sweepLater() {
            if (SWEEPING.compareAndSet(false, true)) {
                QUEUE.schedule(Timers::sweep, IDLE_SECONDS, TimeUnit.SECONDS);
            }
        }

        private static void sweep() {
            for (Reference<?> gone = COLLECTED.poll(); gone != null; gone = COLLECTED.poll()) {
                ((WeakTimer<?>) gone).cancel();
            }
            SWEEPING.set(false);
            if (!QUEUE.getQueue().isEmpty()) { // looked at after SWEEPING: a timer set meanwhile is seen here or there
                sweepLater();
            }
        }
    }

    /** Threads that hold on to nothing of the application whose call happened to start them. */
    private static final class Daemons implements ThreadFactory {
        private static final ThreadGroup SYSTEM = system();

        private final String prefix;
        private final int depth;
        private final AtomicInteger count = new AtomicInteger();

        Daemons(String prefix, int depth) {
            this.prefix = prefix;
            this.depth = depth;
        }

        private static ThreadGroup system() {
            ThreadGroup group = Thread.currentThread().getThreadGroup();
            while (group.getParent() != null) {
                group = group.getParent();
            }
            return group;
        }

        @Override
        @SuppressWarnings({"removal", "ThreadPriorityCheck"
        }) // the priority is not the caller's; up to JDK 23 a new thread keeps the protection domains of all its
        // creators
        public Thread newThread(Runnable work) {
            return java.security.AccessController.doPrivileged((java.security.PrivilegedAction<Thread>) () -> {
                Thread thread = new Daemon(work, prefix + count.incrementAndGet(), depth);
                thread.setDaemon(true);
                thread.setPriority(Thread.NORM_PRIORITY);
                thread.setContextClassLoader(SharedScheduler.class.getClassLoader());
                return thread;
            });
        }
    }
}
