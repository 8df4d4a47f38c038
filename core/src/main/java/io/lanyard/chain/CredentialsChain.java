// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.CredentialsSource;
import io.lanyard.RefreshState;
import io.lanyard.RefreshStatus;
import io.lanyard.internal.EventQueue;
import io.lanyard.internal.LoadContext;
import io.lanyard.internal.Log;
import io.lanyard.internal.text.ForeignText;
import io.lanyard.spi.Scheduler;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A source that composes other sources in an order: the first that is configured provides the credentials.
 *
 * <p>A source that is not configured, or is incomplete, is skipped. One that is configured and fails ends the resolve with
 * its failure, unless {@link OnFailure#CONTINUE} is set. The selected source is kept. When it reports that it has been
 * withdrawn, the chain moves on, and never before; a source that appears ahead of it is used by the next process. A
 * selection made past a source that failed, or that is incomplete for a reason that may be transient, is not kept: the next
 * call goes through the sources again.
 *
 * <p>Calls that come while a source is being selected share the {@code Selection} and its failure. It runs on the scheduler
 * and on no caller's thread, and always ends: a source that does not answer within a minute has failed. Once a source is
 * selected, a call costs one volatile read more than the source's own. Interrupting or cancelling one caller does not affect
 * the others.
 *
 * <p>Closing the chain closes its sources until the next call. Safe for use by any thread; nothing is read before the first
 * call.
 *
 * @param <T> the credentials' type
 */
public final class CredentialsChain<T> implements CredentialsSource<T> {

    private final List<Entry<T>> entries;
    private final Function<? super T, Identity> identity;
    private final ChainReporter<T> reporter;
    private final boolean reuseSource;
    private final Scheduler scheduler;
    private final CredentialsListener listener;
    private final EventQueue events = new EventQueue();

    /** The source that every call goes to; null before it is selected, and while there is none to be relied on. */
    private volatile @Nullable Entry<T> selected;

    /** The source of the last value; null before there is one, and when the last selection found none. */
    private volatile @Nullable Provided<T> lastProvided;

    private @Nullable Entry<T> announced; // guarded by this; the source that the log and the listener know of
    private @Nullable Entry<T> closedOver; // guarded by this; what was selected when the chain was closed
    private boolean closed; // guarded by this
    private @Nullable Selection<T> selection; // guarded by this; the one in flight
    private @Nullable CredentialsException lastFailure; // guarded by this; of the last selection

    CredentialsChain(
            List<Entry<T>> entries,
            Function<? super T, Identity> identity,
            ChainReporter<T> reporter,
            boolean reuseSource,
            Scheduler scheduler,
            CredentialsListener listener) {
        this.entries = List.copyOf(entries);
        this.identity = identity;
        this.reporter = reporter;
        this.reuseSource = reuseSource;
        this.scheduler = scheduler;
        this.listener = listener;
    }

    /** The source of the last credentials, and their identity; not the credentials, which are secret. */
    record Provided<T>(Entry<T> entry, Identity identity) {

        /** Logs and reports the change. Comes after callers have been answered: a logger is slow, a listener may block. */
        void announce(@Nullable Entry<T> before, CredentialsListener listener) {
            String previous = before == null ? null : before.name.name();
            Log.info("Credentials come from the source " + entry.name
                    + (previous == null ? "" : ", no longer from " + previous) + ": "
                    + ForeignText.clean(identity.toString()));
            try {
                listener.sourceChanged(previous, entry.name.name(), identity.accessKeyId());
            } catch (RuntimeException | Error e) { // harms only itself
                Log.warn("A credentials listener threw " + e.getClass().getName()
                        + " in sourceChanged; its exception is ignored");
            }
        }
    }

    /**
     * Starts building a chain.
     *
     * @param identity identifies credentials, for reports and the log; must not block
     * @param <T> the credentials' type
     * @return a new builder of a chain without sources
     */
    public static <T> ChainBuilder<T> builder(Function<? super T, Identity> identity) {
        return new ChainBuilder<>(identity);
    }

    /**
     * Returns the value of the first source that is configured; waits for it if necessary.
     *
     * @return the value
     * @throws CredentialsException of {@link Category#CHAIN_EXHAUSTED} when no source provided one: the message and {@link
     *     CredentialsException#attempts()} list them all; the first failure is the cause, and others are suppressed
     * @throws RuntimeException the failure of a source that is configured, as an exception of the caller's own with what
     *     the source threw as its cause
     * @throws InterruptedException when the caller is interrupted while it waits; what it waited for goes on
     */
    @Override
    public T resolve() throws InterruptedException {
        while (true) {
            Entry<T> entry = selected;
            if (entry == null) {
                Selection<T> inFlight = select();
                if (inFlight != null) {
                    return inFlight.awaitOutcome();
                }
                continue;
            }
            try {
                return entry.source.resolve();
            } catch (RuntimeException e) {
                // an interrupted caller is no failure of the source, whatever the source throws then
                if (Thread.currentThread().isInterrupted() || !leaves(entry, e)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Returns the value without waiting and without throwing.
     *
     * @return the future of the source in use where that is complete, and else one of the caller's own that completes
     *     as {@link #resolve} would return or throw
     */
    @Override
    public CompletableFuture<T> resolveAsync() {
        Entry<T> entry = selected;
        if (entry == null) {
            Selection<T> inFlight;
            try {
                inFlight = select();
            } catch (RuntimeException e) {
                return CompletableFuture.failedFuture(e);
            }
            return inFlight != null ? inFlight.futureOutcome() : resolveAsync();
        }
        CompletableFuture<T> answer = entry.resolveAsync();
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            return answer;
        }
        return answer.exceptionallyCompose(failure -> leaves(entry, unwrapped(failure)) ? resolveAsync() : answer);
    }

    /**
     * Reports that a service has rejected credentials, to every source: each ignores what it has not provided. Never
     * blocks, never throws.
     *
     * @param accessKeyId of the credentials that were rejected
     */
    @Override
    public void invalidate(String accessKeyId) {
        for (Entry<T> entry : entries) {
            entry.invalidate(accessKeyId);
        }
    }

    /** Returns the credentials that the source in use has cached; empty where there is none in use. */
    @Override
    public Optional<T> cached() {
        Provided<T> provided = lastProvided;
        return provided == null ? Optional.empty() : provided.entry.source.cached();
    }

    /** Returns the status of the source in use; while there is none, the failure of the last selection. */
    @Override
    public RefreshStatus status() {
        ChainStatus status = chainStatus();
        return status.refresh()
                .orElseGet(() -> RefreshStatus.unmanaged(status.failure().orElse(null)));
    }

    /**
     * Returns the source in use, whose credentials it provides, and how they are kept fresh. Reads no setting and makes
     * no request.
     *
     * @return a snapshot without secrets
     */
    public ChainStatus chainStatus() {
        Provided<T> provided;
        CredentialsException failure;
        synchronized (this) {
            provided = lastProvided;
            failure = lastFailure;
        }
        if (provided == null) {
            return new ChainStatus(Optional.empty(), Optional.empty(), Optional.empty(), Optional.ofNullable(failure));
        }
        RefreshStatus refresh = provided.entry.source.status();
        boolean managed = refresh.state() != RefreshState.UNMANAGED;
        return new ChainStatus(
                Optional.of(provided.entry.name),
                Optional.of(reporter.identityNow(provided)),
                managed ? Optional.of(refresh) : Optional.empty(),
                managed ? Optional.empty() : refresh.lastFailure());
    }

    /**
     * Returns what each source looks like, without making a request.
     *
     * @return the report
     */
    public ChainReport explain() {
        return reporter.report(lastProvided);
    }

    /**
     * Returns what each source looks like, and on request probes all that are configured, so that the report shows what
     * they would provide if the others were withdrawn. A probe changes nothing of what the chain provides, and leaves
     * nothing behind.
     *
     * @param probe whether to probe; may then take as long as the sources do, one after the other
     * @return the report
     * @throws InterruptedException when the caller is interrupted while it waits
     */
    public ChainReport explain(boolean probe) throws InterruptedException {
        ChainReport known = explain();
        return probe ? reporter.probed(known) : known;
    }

    /** Closes the sources until the next call of this chain. Harmless when repeated. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            selection = null; // the selection in flight answers its callers and is not kept
            closedOver = selected;
            selected = null;
        }
        closeSources();
    }

    private void closeSources() {
        for (Entry<T> entry : entries) {
            entry.close();
        }
    }

    @Override
    public String toString() {
        return "CredentialsChain("
                + String.join(", ", entries.stream().map(e -> e.name.name()).toList()) + ")";
    }

    List<Entry<T>> entries() {
        return entries;
    }

    /** Whether the chain leaves the selected source because of a failure; if so, it is no longer selected. */
    @SuppressWarnings("ReferenceEquality") // there is one entry for each name
    private boolean leaves(Entry<T> entry, Throwable failure) {
        if (failure instanceof CancellationException
                || (!isNotConfigured(failure) && entry.onFailure == OnFailure.STOP)) {
            return false;
        }
        synchronized (this) {
            if (selected == entry) {
                selected = null;
            }
        }
        return true;
    }

    /** Returns the selection in flight, and starts one if there is none; null when a source has been selected meanwhile. */
    private @Nullable Selection<T> select() {
        String circle = LoadContext.circle(this);
        if (circle != null) {
            throw CredentialsException.builder(
                            Category.SOURCE_FAILED,
                            "one of the sources of this chain calls the chain itself: " + circle)
                    .remedy("give that source credentials of its own, not those of this chain")
                    .finding("chain-calls-itself")
                    .build();
        }
        Selection<T> mine;
        synchronized (this) {
            if (closed) { // closing keeps the selected source
                closed = false;
                selected = closedOver;
                closedOver = null;
            }
            if (selected != null) {
                return null;
            }
            if (selection != null && !selection.isOver()) {
                return selection;
            }
            mine = new Selection<>(this, scheduler);
            selection = mine;
        }
        mine.start();
        return mine;
    }

    /** Notes the source that a selection found; returns the announcement, to be made after callers have been answered. */
    @SuppressWarnings("ReferenceEquality") // there is one entry for each name, and a selection is equal to itself alone
    @Nullable
    Runnable selected(Selection<T> by, Entry<T> entry, T value, boolean reliable) {
        Provided<T> provided = new Provided<>(entry, identity.apply(value));
        Entry<T> before;
        synchronized (this) {
            if (selection != by) {
                return null; // the chain has been closed meanwhile
            }
            selection = null;
            selected = reuseSource && reliable ? entry : null;
            lastProvided = provided;
            lastFailure = null;
            before = announced;
            announced = entry;
        }
        return before == entry ? null : () -> provided.announce(before, listener);
    }

    @SuppressWarnings("ReferenceEquality") // a selection is equal to itself alone
    void nothingSelected(Selection<T> by, CredentialsException failure) {
        synchronized (this) {
            if (selection == by) {
                selection = null;
                lastProvided = null;
                lastFailure = failure;
            }
        }
    }

    /** Called after the callers of a selection have been answered. */
    void afterSelection(@Nullable Runnable announcement) {
        boolean closedMeanwhile;
        synchronized (this) {
            closedMeanwhile = closed;
        }
        if (closedMeanwhile) {
            closeSources(); // the selection may have opened one again
        }
        if (announcement != null) {
            events.deliver(announcement);
        }
    }

    CredentialsException exhausted(List<CredentialsException> failures) {
        return reporter.exhausted(failures);
    }

    static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    static boolean isNotConfigured(Throwable failure) {
        return failure instanceof CredentialsException e && e.category() == Category.NOT_CONFIGURED;
    }
}
