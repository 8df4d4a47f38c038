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
 * One way along a chain, from its beginning to the first source that answers or stops it.
 *
 * <p>It has one owner at a time. A counter of steps is the token: whoever raises it, by compare-and-swap, goes on.
 *
 * <pre>
 * step   event                                  effect
 * -----  -------------------------------------  ---------------------------------------------------------------------
 * 0      a thread of the scheduler begins       1: sources are checked in order, and the first configured one resolves
 * n      the source answers                     n+1: the selection ends with its value
 * n      it fails, or is not configured         n+1: the selection ends with its failure, or the next source resolves
 * n      a watcher has seen n 11 times (60.5 s)  n+1: the source has failed, and the selection continues
 * other  anything                               ignored: a late answer, or a second watcher
 * </pre>
 *
 * <p>Watchers are the callers that wait, and a timer where futures wait. An owner that an {@code Error} has stopped is
 * replaced in the same way.
 */
final class Selection<T> extends InFlight<T> {

    /** How often a watcher looks. A source that begins between two looks gets at most so much more time. */
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(5_500);

    /** After as many looks, 60.5 s, a source has failed. No source of Lanyard's takes as long; an application's may hang. */
    private static final int LOOKS = 11;

    private static final int SOURCE_TIMEOUT_SECONDS = 60;

    /** The chain's, when it began: a chain that was closed meanwhile does not keep the selection. */
    final int epoch;

    private final CredentialsChain<T> chain;
    private final Scheduler scheduler;
    private final @Nullable LoadContext context;
    private final AtomicInteger step = new AtomicInteger();

    // the owner's
    private final Iterator<Entry<T>> left;
    private final List<CredentialsException> failures = new ArrayList<>();
    private boolean doubtful;
    private @Nullable Entry<T> current;

    private volatile @Nullable T value;
    private volatile @Nullable CredentialsException failure;
    private volatile Scheduler.@Nullable Timer watch;
    private int watched = -1; // the timer's, as is looks
    private int looks;
    private volatile int begun = -1; // the last step whose owner a thread has begun

    Selection(CredentialsChain<T> chain, Scheduler scheduler, int epoch) {
        super(scheduler);
        this.chain = chain;
        this.scheduler = scheduler;
        this.epoch = epoch;
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

    // ---- waiting

    /** Waits for the outcome, and watches over the selection meanwhile. */
    T awaitOutcome() throws InterruptedException {
        int seen = step.get();
        int times = 0;
        while (!await(WATCH_INTERVAL.toMillis())) {
            int now = step.get();
            if (now != seen) {
                seen = now;
                times = 0;
            } else if (++times == LOOKS) {
                if (now != begun) {
                    throw starved();
                }
                expire(now);
                seen = step.get();
                times = 0;
            }
        }
        T outcome = value;
        if (outcome != null) {
            return outcome;
        }
        CredentialsException why = failure;
        throw (why == null ? lost() : why).forCaller();
    }

    /** A future of the outcome for one caller. */
    CompletableFuture<T> futureOutcome() {
        CompletableFuture<T> future = future(chain);
        if (!isOver() && watch == null) {
            watched = step.get();
            watchLater();
        }
        return future;
    }

    private void watchLater() {
        try {
            Scheduler.Timer timer = scheduler.schedule(this, Selection::tick, WATCH_INTERVAL);
            watch = timer;
            if (isOver()) {
                timer.cancel();
            }
        } catch (RuntimeException | Error e) { // the callers that wait watch over it
        }
    }

    /** On the timer's thread, where no foreign code may run. */
    private void tick() {
        if (isOver()) {
            return;
        }
        int now = step.get();
        if (now != watched) {
            watched = now;
            looks = 0;
        } else if (++looks == LOOKS) {
            expire(now);
        }
        watchLater();
    }

    private void expire(int seen) {
        if (!step.compareAndSet(seen, seen + 1)) {
            return;
        }
        Runnable next = () -> {
            Entry<T> silent = current;
            if (silent == null) {
                advance(seen + 1);
            } else {
                miss(silent, silent(silent), seen + 1);
            }
        };
        try {
            scheduler.execute(next);
        } catch (RuntimeException | Error e) { // rather here than never
            next.run();
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

    private static CredentialsException starved() {
        return CredentialsException.builder(
                        Category.SOURCE_FAILED,
                        "no thread has begun to select a source within " + SOURCE_TIMEOUT_SECONDS
                                + " s, because all shared threads are in use")
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

    // ---- the owner

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

    /** Its answer, or null when it is not configured; a source that cannot tell has failed, and is not taken for absent. */
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

    /** The selection is over before its callers know: a call that comes afterwards is no part of it. */
    private void fail(CredentialsException why) {
        try {
            chain.nothingSelected(this, why);
            failure = why;
        } finally {
            finish(null, why, null);
        }
    }

    private void finish(@Nullable T provided, @Nullable CredentialsException why, @Nullable Runnable announcement) {
        release();
        Scheduler.Timer timer = watch;
        if (timer != null) {
            timer.cancel();
        }
        try {
            completeFutures(provided, why);
        } finally {
            chain.afterSelection(this, announcement);
        }
    }
}
