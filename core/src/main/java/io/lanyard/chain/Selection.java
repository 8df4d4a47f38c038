// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.internal.InFlight;
import io.lanyard.internal.LoadContext;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One selection: goes through the sources of a chain in order, to the first one that answers or stops the chain.
 *
 * <p>It has one owner at a time: the thread that raises the counter of steps, by compare-and-swap.
 *
 * <pre>
 * step   event                                  effect
 * -----  -------------------------------------  ---------------------------------------------------------------------
 * 0      a thread of the scheduler begins       1: sources are checked in order, and the first configured one resolves
 * n      the source answers                     n+1: the selection ends with its value
 * n      it fails, or is not configured         n+1: the selection ends with its failure, or the next source resolves
 * n      a watcher has seen n for 60.5 s        n+1: the source has failed, and the selection continues; it fails when
 *                                               no thread has begun step n, or the JVM can start none
 * other  anything                               ignored: a late answer, or a second watcher
 * </pre>
 *
 * <p>Watchers are the callers that wait, and a timer where futures wait. They replace an owner that an {@code Error} has
 * stopped in the same way. A source fails 60.5 to 66 s after it was called, because a watcher may see a step late by one
 * interval.
 */
final class Selection<T> extends InFlight<T> {

    /** How often a watcher looks. */
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(5_500);

    /** A source has failed after as many looks: longer than any source of Lanyard takes; one of an application may hang. */
    private static final int LOOKS = 11;

    private static final int SOURCE_TIMEOUT_SECONDS = 60;

    private final CredentialsChain<T> chain;
    private final Scheduler scheduler;
    private final @Nullable LoadContext context;
    private final AtomicInteger step = new AtomicInteger();

    // of the owner
    private final Iterator<Entry<T>> left;
    private final List<CredentialsException> failures = new ArrayList<>();
    private boolean doubtful;
    private volatile @Nullable Entry<T> current; // volatile, so that the next owner sees what this one has done

    private volatile @Nullable T value;
    private volatile @Nullable CredentialsException failure;
    private volatile int begun = -1; // the last step whose owner a thread has begun
    private @Nullable Watch timersWatch; // guarded by this
    private volatile Scheduler.@Nullable Timer timer;

    Selection(CredentialsChain<T> chain, Scheduler scheduler) {
        super(scheduler);
        this.chain = chain;
        this.scheduler = scheduler;
        this.left = chain.entries().iterator();
        this.context = LoadContext.current();
    }

    void start() {
        try {
            scheduler.execute(this);
        } catch (Throwable e) { // whatever it is, callers may be waiting
            run();
        }
    }

    @Override
    public void run() {
        if (step.compareAndSet(0, 1)) {
            advance(1);
        }
    }

    /** Waits for the outcome, and watches the selection meanwhile. */
    T awaitOutcome() throws InterruptedException {
        Watch watch = new Watch();
        while (!await(WATCH_INTERVAL.toMillis())) {
            watch.look();
        }
        T outcome = value;
        if (outcome != null) {
            return outcome;
        }
        CredentialsException why = failure;
        throw (why == null ? lost() : why).forCaller();
    }

    /** Returns a future of the outcome for one caller. */
    CompletableFuture<T> futureOutcome() {
        CompletableFuture<T> future = future(chain);
        synchronized (this) {
            if (timersWatch == null && !isOver()) {
                timersWatch = new Watch();
                watchLater();
            }
        }
        return future;
    }

    private void watchLater() {
        try {
            Scheduler.Timer next = scheduler.schedule(this, Selection::tick, WATCH_INTERVAL);
            timer = next;
            if (isOver()) {
                next.cancel();
            }
        } catch (RuntimeException | Error e) { // the callers that wait watch it
        }
    }

    private void tick() {
        Watch watch;
        synchronized (this) {
            watch = timersWatch;
        }
        if (watch == null || isOver()) {
            return;
        }
        try {
            watch.look();
        } finally {
            watchLater();
        }
    }

    /** Counts how often a watcher has seen the same step. */
    private final class Watch {
        private int seen = step.get();
        private int looks;

        void look() {
            int now = step.get();
            if (now != seen) {
                seen = now;
                looks = 0;
            } else if (++looks == LOOKS) {
                expire(now);
            }
        }
    }

    /** Makes a step for an owner that has not made it in time. On a caller's thread or the timer's: calls no source. */
    private void expire(int seen) {
        Entry<T> silent = seen == begun ? current : null;
        if (!step.compareAndSet(seen, seen + 1)) {
            return;
        }
        CredentialsException why = silent == null ? stalled() : silent(silent);
        if (silent != null) {
            try {
                scheduler.execute(() -> miss(silent, why, seen + 1));
                return;
            } catch (Throwable e) { // the JVM can start no thread
            }
        }
        try {
            note(why);
        } finally {
            release();
            answer(() -> finish(null, why, null));
        }
    }

    private static CredentialsException silent(Entry<?> entry) {
        return CredentialsException.builder(
                        Category.SOURCE_FAILED,
                        "the source " + entry.name + " has not answered within " + SOURCE_TIMEOUT_SECONDS + " s")
                .recoverable(true)
                .remedy("find out what it waits for; a source must not call the chain that it belongs to")
                .finding("provider-hangs")
                .build();
    }

    private static CredentialsException stalled() {
        return CredentialsException.builder(
                        Category.SOURCE_FAILED,
                        "no thread has selected a source within " + SOURCE_TIMEOUT_SECONDS
                                + " s: all shared threads are in use, or the JVM cannot start any")
                .recoverable(true)
                .local(true)
                .remedy("take a thread dump: the threads named lanyard-refresh show what loads wait for")
                .build();
    }

    private static CredentialsException lost() {
        return CredentialsException.builder(
                        Category.SOURCE_FAILED,
                        "the selection of a source was lost to an error of the JVM, such as OutOfMemoryError")
                .recoverable(true)
                .build();
    }

    /**
     * Resolves the next source that is configured.
     *
     * @param mine the step that makes the current thread the owner; an owner that was replaced while a source blocked it
     *     stops
     */
    private void advance(int mine) {
        begun = mine;
        LoadContext before = LoadContext.current();
        try {
            while (step.get() == mine && left.hasNext()) {
                Entry<T> entry = left.next();
                current = entry;
                LoadContext.set(new LoadContext(chain, "the source " + entry.name, context));
                CompletableFuture<T> answer = resolveIfConfigured(entry, mine);
                if (answer != null) {
                    CompletableFuture<T> unused = answer.whenComplete(new Answer(mine));
                    return;
                }
            }
            if (step.get() != mine) {
                return;
            }
            fail(chain.exhausted(failures));
        } catch (Throwable e) { // callers are waiting
            fail(CredentialsException.of(e));
        } finally {
            LoadContext.set(before);
        }
    }

    /** Returns the source's answer, or null when it is not configured. A source whose availability throws has failed. */
    private @Nullable CompletableFuture<T> resolveIfConfigured(Entry<T> entry, int mine) {
        Availability availability;
        try {
            availability = entry.availability();
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
        if (step.get() != mine) {
            return null;
        }
        doubtful |= availability.mayChange();
        return availability.isConfigured() ? entry.resolveAsync() : null;
    }

    /** The answer of the source of one step; late when the step is another. */
    private final class Answer implements BiConsumer<T, Throwable> {
        private final int mine;

        Answer(int mine) {
            this.mine = mine;
        }

        @Override
        public void accept(@Nullable T provided, @Nullable Throwable thrownBySource) {
            Entry<T> entry = current;
            if (entry == null || !step.compareAndSet(mine, mine + 1)) {
                return;
            }
            try {
                if (provided != null) {
                    succeed(entry, provided);
                } else if (thrownBySource != null) {
                    miss(entry, CredentialsException.of(CredentialsChain.unwrapped(thrownBySource)), mine + 1);
                } else {
                    miss(
                            entry,
                            CredentialsException.of(new IllegalStateException("the source returned null")),
                            mine + 1);
                }
            } catch (Throwable e) { // callers are waiting
                fail(CredentialsException.of(e));
            }
        }
    }

    private void succeed(Entry<T> entry, T provided) {
        entry.answered();
        Runnable announcement = chain.selected(this, entry, provided, failures.isEmpty() && !doubtful);
        value = provided;
        finish(provided, null, announcement);
    }

    private void miss(Entry<T> entry, CredentialsException why, int mine) {
        begun = mine;
        entry.failure = why;
        if (!CredentialsChain.isNotConfigured(why)) {
            failures.add(why);
            if (entry.onFailure == OnFailure.STOP) {
                fail(why);
                entry.logStop(why);
                return;
            }
        }
        advance(mine);
    }

    private void fail(CredentialsException why) {
        try {
            note(why);
        } finally {
            finish(null, why, null);
        }
    }

    /** Notes the failure before callers learn of it, so that a call that comes afterwards starts another selection. */
    private void note(CredentialsException why) {
        chain.nothingSelected(this, why);
        failure = why;
    }

    private void finish(@Nullable T provided, @Nullable CredentialsException why, @Nullable Runnable announcement) {
        release();
        Scheduler.Timer watching = timer;
        if (watching != null) {
            watching.cancel();
        }
        try {
            completeFutures(provided, why);
        } finally {
            chain.afterSelection(announcement);
        }
    }
}
