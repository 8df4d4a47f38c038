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
 * The daemon threads of the library, in executors of the JDK that have no thread while idle: one for timers, which must
 * not wait for a task that hangs; one for each level of tasks; and one for the tasks that answer callers.
 */
final class SharedScheduler implements Scheduler {

    static final SharedScheduler INSTANCE = new SharedScheduler();

    /** Short, because the next task is minutes away. */
    private static final long TASK_IDLE_SECONDS = 1;

    /** The most loads that run at once in one process; others wait for a thread. The AWS SDK allows 150. */
    private static final int MOST_TASKS = 128;

    private static final int MOST_ANSWERS = 32;

    /** A load may wait for the load of its base credentials, and that one for an exchange, which waits for no task. */
    private static final int DEEPEST = 3;

    /**
     * One pool for each depth: a task that was submitted by a task, or by the timer, runs in the next pool. So a task
     * that waits for another never occupies the thread that the other needs, and the watchdog has threads when all
     * those of the loads hang.
     */
    private final ThreadPoolExecutor[] tasks = new ThreadPoolExecutor[DEEPEST + 1];

    /** Separate from the loads, so that callers get an answer even when all loads hang. */
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

    /** A separate class, so that the first credentials do not wait for these classes to be loaded. */
    private static final class Timers {

        /** How long the thread stays after the last timer, and the timer of a collected owner in the queue. */
        private static final long IDLE_SECONDS = 4;

        private static final ScheduledThreadPoolExecutor QUEUE = queue();
        private static final ReferenceQueue<Object> COLLECTED = new ReferenceQueue<>();
        private static final AtomicBoolean SWEEPING = new AtomicBoolean();

        private Timers() {}

        private static ScheduledThreadPoolExecutor queue() {
            ScheduledThreadPoolExecutor queue = new ScheduledThreadPoolExecutor(1, new Daemons("lanyard-timer-", 0));
            queue.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
            queue.allowCoreThreadTimeOut(true); // the thread stays for as long as the queue holds a timer
            queue.setRemoveOnCancelPolicy(true); // so a cancelled timer must leave it
            return queue;
        }

        static <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay) {
            Timer timer = WeakTimer.start(QUEUE, owner, task, delay, COLLECTED);
            sweepLater();
            return timer;
        }

        // one look every few seconds for all owners: the JDK's Cleaner would need a thread of its own
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
            if (!QUEUE.getQueue().isEmpty()) { // after SWEEPING, so that a timer set in the meantime is not missed
                sweepLater();
            }
        }
    }

    /** Creates threads that reference nothing of the application whose call starts them. */
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
        }) // the priority is not the caller's; up to JDK 23 a thread keeps the protection domains of its creators
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
