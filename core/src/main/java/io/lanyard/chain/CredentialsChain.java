// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.SourceAttempt;
import io.lanyard.SourceDescription;
import io.lanyard.internal.EventQueue;
import io.lanyard.internal.LoadContext;
import io.lanyard.refresh.RefreshStatus;
import io.lanyard.report.ForeignText;
import io.lanyard.spi.Scheduler;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Sources in an order; the first that is configured gives the credentials.
 *
 * <p>A source that is not configured, or is incomplete, is skipped. One that is configured and fails ends the resolve
 * with its failure, unless {@link OnFailure#CONTINUE} is set: whoever configured it did not mean the next one. The
 * source once selected is kept. When it says that it has been withdrawn the chain moves on by itself, and never before;
 * a source that appears ahead of it is used by the next process. A selection made past a source that failed, or that is
 * incomplete for a reason that may be transient, is not kept: the next call asks in order again.
 *
 * <p>Calls that come while a source is being selected share the {@code Selection} and its failure, so that they all see
 * the same. It runs on the scheduler and on no caller's thread, and always ends: a source that does not answer within a
 * minute has failed. Once a source is selected, a call costs one volatile read more than the source's own. A caller that
 * is interrupted or cancels changes nothing for the others.
 *
 * <p>Closing closes the links, until the next call. Safe for use by any thread; nothing is looked at before the first
 * call.
 *
 * @param <T> what the chain gives
 */
public final class CredentialsChain<T> implements AutoCloseable {

    private static final CredentialsListener NOBODY = new CredentialsListener() {};

    private final List<Entry<T>> entries;
    private final Function<? super T, Identity> identity;
    private final Function<? super T, Identity> probedIdentity;
    private final @Nullable Function<Throwable, RuntimeException> callerFailure;
    private final boolean reuseSource;
    private final Scheduler scheduler;
    private final CredentialsListener listener;
    private final EventQueue events = new EventQueue();

    /** The source that every call goes to; null before it is selected, and while there is none to be relied on. */
    private volatile @Nullable Entry<T> selected;

    /** Which source gave the last value; null before there is one, and when the last selection found none. */
    private volatile @Nullable Given<T> lastGiven;

    private @Nullable Entry<T> announced; // guarded by this; the source that the log and the listener know of
    private @Nullable Entry<T> closedOver; // guarded by this; what was selected when the chain was closed
    private boolean closed; // guarded by this
    private int epoch; // guarded by this; of closings
    private @Nullable Selection<T> selection; // guarded by this; the one in flight
    private @Nullable Throwable lastFailure; // guarded by this; of the last selection

    private CredentialsChain(Builder<T> builder) {
        List<Entry<T>> filled = new ArrayList<>();
        for (Place<T> place : builder.places) {
            if (place.link != null) {
                filled.add(new Entry<>(
                        place.slot, place.link, place.onFailure == null ? builder.onFailure : place.onFailure));
            }
        }
        this.entries = List.copyOf(filled);
        this.identity = builder.identity;
        this.probedIdentity = builder.probedIdentity;
        this.callerFailure = builder.callerFailure;
        this.reuseSource = builder.reuseSource;
        this.scheduler = builder.scheduler;
        this.listener = builder.listener;
    }

    /** Which source gave the last value, and whose it was; not the value, which is a secret. */
    private record Given<T>(Entry<T> entry, Identity identity) {}

    /**
     * Starts building a chain.
     *
     * @param identity tells whose credentials a value is, for reports and the log; must not block
     * @param <T> what the chain gives
     * @return a new builder of a chain without links
     */
    public static <T> Builder<T> builder(Function<? super T, Identity> identity) {
        return new Builder<>(identity);
    }

    /**
     * Returns the value of the first source that is configured; waits for it where it must.
     *
     * @return the value
     * @throws CredentialsException of {@link Category#CHAIN_EXHAUSTED} when no source gave one: the message and {@link
     *     CredentialsException#attempts()} list them all; the first failure is the cause, and others are suppressed
     * @throws RuntimeException the failure of a source that is configured, as an exception of the caller's own with what
     *     the source threw as its cause
     * @throws InterruptedException when the caller is interrupted while it waits; what it waited for goes on
     */
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
                return entry.link.resolve();
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
        CompletableFuture<T> answer = entry.ask();
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            return answer;
        }
        return answer.exceptionallyCompose(failure -> leaves(entry, unwrapped(failure)) ? resolveAsync() : answer);
    }

    /**
     * Reports that a service has rejected credentials, to every source: each ignores what it has not given. Never
     * blocks, never throws.
     *
     * @param accessKeyId of the credentials that were rejected
     */
    public void invalidate(String accessKeyId) {
        for (Entry<T> entry : entries) {
            entry.invalidate(accessKeyId);
        }
    }

    /**
     * Returns what each source looks like, without asking any.
     *
     * @return the report
     */
    public ChainReport explain() {
        List<LinkReport> reports = new ArrayList<>();
        Given<T> given = lastGiven;
        boolean shadowed = false;
        for (Entry<T> entry : entries) {
            LinkReport report = report(entry, given, shadowed);
            shadowed |= report.state() == LinkState.IN_USE
                    || (entry.onFailure == OnFailure.STOP
                            && (report.state() == LinkState.CONFIGURED || report.state() == LinkState.FAILED));
            reports.add(report);
        }
        return new ChainReport(reports, false);
    }

    /**
     * Returns what each source looks like; on request all that are configured are asked as well, so that one can see
     * what they would give if the others were withdrawn. It changes nothing of what the chain gives, and leaves nothing
     * behind.
     *
     * @param probe whether to ask; may then take as long as the sources do, one after the other
     * @return the report
     * @throws InterruptedException when the caller is interrupted while it waits
     */
    public ChainReport explain(boolean probe) throws InterruptedException {
        ChainReport known = explain();
        if (!probe) {
            return known;
        }
        List<LinkReport> reports = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            LinkReport report = known.links().get(i);
            reports.add(
                    switch (report.state()) {
                        case IN_USE, CONFIGURED, SHADOWED, FAILED -> probed(entries.get(i), report);
                        default -> report;
                    });
        }
        return new ChainReport(reports, true);
    }

    /**
     * Returns the source in use, whose credentials it gives, and how they are kept fresh. Reads no setting and asks no
     * source.
     *
     * @return a snapshot
     */
    public ChainStatus status() {
        Given<T> given;
        Throwable failure;
        synchronized (this) {
            given = lastGiven;
            failure = lastFailure;
        }
        if (given == null) {
            return new ChainStatus(Optional.empty(), Optional.empty(), Optional.empty(), Optional.ofNullable(failure));
        }
        Link<T> link = given.entry.link;
        RefreshStatus refresh = link.status();
        return new ChainStatus(
                Optional.of(given.entry.slot),
                Optional.of(identityNow(given)),
                Optional.ofNullable(refresh),
                refresh == null ? Optional.ofNullable(link.lastFailure()) : Optional.empty());
    }

    /** Closes the links, until the next call of this chain. Harmless when repeated. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            epoch++;
            selection = null; // what is being selected answers its callers and is not kept
            closedOver = selected;
            selected = null;
        }
        closeLinks();
    }

    private void closeLinks() {
        for (Entry<T> entry : entries) {
            entry.close();
        }
    }

    @Override
    public String toString() {
        return "CredentialsChain("
                + String.join(", ", entries.stream().map(e -> e.slot.name()).toList()) + ")";
    }

    // ---- selecting

    List<Entry<T>> entries() {
        return entries;
    }

    /** Whether the source in use is to be left because of that failure; if so it is selected no longer. */
    @SuppressWarnings("ReferenceEquality") // there is one entry for each slot
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

    /** The selection in flight, which is started where there is none; null when a source has been selected meanwhile. */
    private @Nullable Selection<T> select() {
        String circle = LoadContext.circle(this);
        if (circle != null) {
            throw CredentialsException.builder(
                            Category.SOURCE_FAILED,
                            "one of the sources of this chain calls the chain itself: " + circle)
                    .remedy("give that source credentials of its own, not those of this chain")
                    .build();
        }
        Selection<T> mine;
        synchronized (this) {
            if (closed) { // which changes nothing of the choice
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
            mine = new Selection<>(this, scheduler, epoch);
            selection = mine;
        }
        mine.start();
        return mine;
    }

    /** Notes the source that a selection ended with; returns what is to be announced once callers have been answered. */
    @SuppressWarnings("ReferenceEquality") // there is one entry for each slot, and a selection is equal to itself alone
    @Nullable
    Runnable selected(Selection<T> by, Entry<T> entry, T value, boolean reliable) {
        Given<T> given = new Given<>(entry, identity.apply(value));
        Entry<T> before;
        synchronized (this) {
            if (by.epoch != epoch) {
                return null; // the chain has been closed meanwhile
            }
            selected = reuseSource && reliable ? entry : null;
            lastGiven = given;
            lastFailure = null;
            before = announced;
            announced = entry;
            if (selection == by) {
                selection = null;
            }
        }
        return before == entry ? null : new Announcement(before, given);
    }

    @SuppressWarnings("ReferenceEquality") // a selection is equal to itself alone
    void nothingSelected(Selection<T> by, Throwable failure) {
        synchronized (this) {
            if (selection == by) {
                selection = null;
                lastGiven = null;
                lastFailure = failure;
            }
        }
    }

    /** What comes after the callers have been answered. */
    void afterSelection(Selection<T> by, @Nullable Runnable announcement) {
        boolean late;
        synchronized (this) {
            late = closed && by.epoch != epoch;
        }
        if (late) {
            closeLinks(); // the selection has opened one again
        }
        if (announcement != null) {
            events.deliver(announcement);
        }
    }

    RuntimeException forCaller(Throwable shared) {
        try {
            if (callerFailure != null) {
                return callerFailure.apply(shared);
            }
        } catch (RuntimeException | Error e) { // a function that was given has failed
        }
        return shared instanceof CredentialsException failure
                ? failure.forCaller()
                : CredentialsException.builder(Category.SOURCE_FAILED, ForeignText.of(shared))
                        .recoverable(true)
                        .cause(shared)
                        .build();
    }

    CredentialsException exhausted(List<Throwable> failures) {
        List<SourceAttempt> attempts = new ArrayList<>();
        String remedy = null;
        StringBuilder text = new StringBuilder(
                entries.isEmpty() ? "the chain has no sources" : "no source provided credentials. Sources, in order:");
        for (Entry<T> entry : entries) {
            LinkReport report = report(entry, null, false);
            text.append("\n  ").append(report);
            if (remedy == null) {
                remedy = report.remedy().orElse(null);
            }
            attempts.add(new SourceAttempt(
                    report.slot().name(),
                    report.state().toString(),
                    report.reason(),
                    report.settings(),
                    report.failure(),
                    report.remedy()));
        }
        boolean recoverable = false;
        for (Throwable failure : failures) {
            recoverable |= CredentialsException.in(failure)
                    .map(CredentialsException::recoverable)
                    .orElse(true);
        }
        CredentialsException exhausted = CredentialsException.builder(Category.CHAIN_EXHAUSTED, text.toString())
                .recoverable(recoverable)
                .remedy(
                        entries.isEmpty()
                                ? "add a source to the chain"
                                : remedy == null ? "configure one of these sources" : remedy)
                .attempts(attempts)
                .cause(failures.isEmpty() ? null : failures.get(0))
                .build();
        for (int i = 1; i < failures.size(); i++) {
            exhausted.addSuppressed(failures.get(i));
        }
        return exhausted;
    }

    /** Comes after the callers have been answered: looking up a logger is slow, and a listener may block. */
    private final class Announcement implements Runnable {
        private final @Nullable Entry<T> before;
        private final Given<T> given;

        Announcement(@Nullable Entry<T> before, Given<T> given) {
            this.before = before;
            this.given = given;
        }

        @Override
        public void run() {
            String previous = before == null ? null : before.slot.name();
            log(
                    Level.INFO,
                    "Credentials come from the source " + given.entry.slot
                            + (previous == null ? "" : ", no longer from " + previous) + ": "
                            + ForeignText.clean(given.identity.toString()));
            try {
                listener.sourceChanged(previous, given.entry.slot.name(), given.identity.accessKeyId());
            } catch (RuntimeException | Error e) { // harms only itself
                log(
                        Level.WARNING,
                        "A credentials listener threw " + e.getClass().getName()
                                + " in sourceChanged; its exception is ignored");
            }
        }
    }

    static void log(Level level, String message) {
        System.getLogger("io.lanyard").log(level, message);
    }

    static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    static boolean isNotConfigured(Throwable failure) {
        return failure instanceof CredentialsException e && e.category() == Category.NOT_CONFIGURED;
    }

    // ---- reports

    @SuppressWarnings("ReferenceEquality") // there is one entry for each slot
    private LinkReport report(Entry<T> entry, @Nullable Given<T> given, boolean shadowed) {
        Detection detection;
        Throwable failure;
        try {
            detection = entry.link.detect();
            failure = entry.failure;
        } catch (RuntimeException | Error e) { // a report is made all the same
            detection = Detection.configured();
            failure = e;
        }
        SourceDescription description;
        try {
            description = Objects.requireNonNull(entry.link.describe());
        } catch (RuntimeException | Error e) {
            description = SourceDescription.EMPTY;
            failure = failure == null ? e : failure;
        }
        LinkState state = detection.state();
        String reason = detection.reason();
        Optional<Identity> who = Optional.empty();
        if (given != null && given.entry == entry) {
            state = LinkState.IN_USE;
            who = Optional.of(identityNow(given));
            failure = entry.link.lastFailure();
        } else if (!detection.isConfigured()) {
            failure = null;
        } else if (failure != null && isNotConfigured(failure)) {
            state = LinkState.NOT_CONFIGURED;
            reason = ForeignText.of(failure);
        } else if (shadowed) {
            state = LinkState.SHADOWED;
        } else if (failure != null) {
            state = LinkState.FAILED;
        }
        return new LinkReport(
                entry.slot,
                state,
                reason,
                description,
                who,
                Optional.empty(),
                failedWith(state, failure),
                detection.remedy().isPresent() ? detection.remedy() : remedy(failure));
    }

    /** What the source has cached by now; it refreshes without the chain. */
    private Identity identityNow(Given<T> given) {
        T cached = given.entry.link.held();
        return cached == null ? given.identity : identity.apply(cached);
    }

    private LinkReport probed(Entry<T> entry, LinkReport known) throws InterruptedException {
        LinkState state = known.state() == LinkState.FAILED ? LinkState.CONFIGURED : known.state();
        String reason = known.reason();
        Optional<Identity> answered = Optional.empty();
        Throwable failure = null;
        try {
            answered = Optional.of(probedIdentity.apply(entry.link.probe()));
        } catch (RuntimeException | LinkageError e) { // a dependency may be missing
            failure = e;
            if (state == LinkState.IN_USE) {
                // what it has cached is in use all the same
            } else if (isNotConfigured(e)) {
                state = LinkState.NOT_CONFIGURED;
                reason = ForeignText.of(e);
            } else {
                state = LinkState.FAILED;
            }
        }
        return new LinkReport(
                known.slot(),
                state,
                reason,
                known.description(),
                known.identity(),
                answered,
                failedWith(state, failure),
                remedy(failure));
    }

    /** What is not configured has its failure for its reason. */
    private static Optional<String> failedWith(LinkState state, @Nullable Throwable failure) {
        return failure == null || state == LinkState.NOT_CONFIGURED
                ? Optional.empty()
                : Optional.of(ForeignText.of(failure));
    }

    private static Optional<String> remedy(@Nullable Throwable failure) {
        return failure == null
                ? Optional.empty()
                : CredentialsException.in(failure).flatMap(CredentialsException::remedy);
    }

    /** A place in the order; without a link it serves as an anchor for others. */
    private static final class Place<T> {
        private final Slot slot;
        private @Nullable Link<T> link;
        private @Nullable OnFailure onFailure;

        Place(Slot slot, @Nullable Link<T> link, @Nullable OnFailure onFailure) {
            this.slot = slot;
            this.link = link;
            this.onFailure = onFailure;
        }
    }

    /**
     * Builds a {@link CredentialsChain}. Not safe for use by several threads at once; a built chain does not change
     * with its builder. A call that makes a mistake in the order throws.
     *
     * @param <T> what the chain gives
     */
    public static final class Builder<T> {
        private final List<Place<T>> places = new ArrayList<>();
        private final Function<? super T, Identity> identity;
        private Function<? super T, Identity> probedIdentity;
        private OnFailure onFailure = OnFailure.STOP;
        private boolean reuseSource = true;
        private Scheduler scheduler = Scheduler.shared();
        private CredentialsListener listener = NOBODY;
        private @Nullable Function<Throwable, RuntimeException> callerFailure;

        private Builder(Function<? super T, Identity> identity) {
            this.identity = Objects.requireNonNull(identity, "identity");
            this.probedIdentity = identity;
        }

        /**
         * Adds a source behind all others.
         *
         * @param slot its place, new to the chain
         * @param link the source, closed with the chain
         * @return this builder
         * @throws IllegalArgumentException when there is such a slot already
         */
        public Builder<T> add(Slot slot, Link<T> link) {
            return insert(places.size(), slot, link);
        }

        /**
         * Inserts a source ahead of another.
         *
         * @param anchor the slot ahead of which it goes, whether or not it has a source still
         * @param slot its place, new to the chain
         * @param link the source, closed with the chain
         * @return this builder
         * @throws IllegalArgumentException when there is no such anchor, or such a slot already
         */
        public Builder<T> before(Slot anchor, Slot slot, Link<T> link) {
            return insert(indexOf(anchor), slot, link);
        }

        /**
         * Inserts a source right behind another.
         *
         * @param anchor the slot behind which it goes, whether or not it has a source still
         * @param slot its place, new to the chain
         * @param link the source, closed with the chain
         * @return this builder
         * @throws IllegalArgumentException when there is no such anchor, or such a slot already
         */
        public Builder<T> after(Slot anchor, Slot slot, Link<T> link) {
            return insert(indexOf(anchor) + 1, slot, link);
        }

        /**
         * Puts a source in the place of another, or into a place that was emptied.
         *
         * @param slot a slot of the chain
         * @param link the source, closed with the chain
         * @return this builder
         * @throws IllegalArgumentException when there is no such slot
         */
        public Builder<T> replace(Slot slot, Link<T> link) {
            places.get(indexOf(slot)).link = Objects.requireNonNull(link, "link");
            return this;
        }

        /**
         * Takes a source out. Its slot remains, as an anchor for others.
         *
         * @param slot a slot of the chain
         * @return this builder
         * @throws IllegalArgumentException when there is no such slot
         */
        public Builder<T> remove(Slot slot) {
            places.get(indexOf(slot)).link = null;
            return this;
        }

        /**
         * Sets what happens when a configured source fails, for all for which nothing else is set. Default: {@link
         * OnFailure#STOP}.
         *
         * @param onFailure what happens
         * @return this builder
         */
        public Builder<T> onFailure(OnFailure onFailure) {
            this.onFailure = Objects.requireNonNull(onFailure, "onFailure");
            return this;
        }

        /**
         * Sets what happens when that source fails.
         *
         * @param slot a slot of the chain
         * @param onFailure what happens
         * @return this builder
         * @throws IllegalArgumentException when there is no such slot
         */
        public Builder<T> onFailure(Slot slot, OnFailure onFailure) {
            places.get(indexOf(slot)).onFailure = Objects.requireNonNull(onFailure, "onFailure");
            return this;
        }

        /**
         * Sets whether the source once chosen is kept until it is withdrawn. Default: true. Without, every call asks in
         * order.
         *
         * @param reuseSource true to keep it
         * @return this builder
         */
        public Builder<T> reuseSource(boolean reuseSource) {
            this.reuseSource = reuseSource;
            return this;
        }

        /**
         * Sets what tells whose credentials a value is in a report that asks, and so may ask too. Default: the same as
         * in every other report.
         *
         * @param probedIdentity may block; must not throw
         * @return this builder
         */
        public Builder<T> probedIdentity(Function<? super T, Identity> probedIdentity) {
            this.probedIdentity = Objects.requireNonNull(probedIdentity, "probedIdentity");
            return this;
        }

        /**
         * Sets what runs the choosing of a source. Default: {@link Scheduler#shared()}.
         *
         * @param scheduler the scheduler
         * @return this builder
         */
        public Builder<T> scheduler(Scheduler scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        /**
         * Sets what makes an exception of a caller's own from a failure that all callers of a selection share. Default:
         * {@link CredentialsException#forCaller}, and a {@link CredentialsException} around any other failure.
         *
         * @param callerFailure given the shared failure, which it must not change; runs on the caller's thread
         * @return this builder
         */
        public Builder<T> callerFailure(Function<Throwable, RuntimeException> callerFailure) {
            this.callerFailure = Objects.requireNonNull(callerFailure, "callerFailure");
            return this;
        }

        /**
         * Sets the listener for the selected source. Default: none.
         *
         * @param listener the listener, or null for none
         * @return this builder
         */
        public Builder<T> listener(@Nullable CredentialsListener listener) {
            this.listener = listener == null ? NOBODY : listener;
            return this;
        }

        /**
         * Builds the chain. Looks at nothing.
         *
         * @return a new chain
         */
        public CredentialsChain<T> build() {
            return new CredentialsChain<>(this);
        }

        private Builder<T> insert(int index, Slot slot, Link<T> link) {
            for (Place<T> place : places) {
                if (place.slot.equals(slot)) {
                    throw new IllegalArgumentException("the chain already has a source " + slot
                            + "; use replace to put another source in its place, or another name");
                }
            }
            places.add(index, new Place<>(slot, Objects.requireNonNull(link, "link"), null));
            return this;
        }

        private int indexOf(Slot slot) {
            for (int i = 0; i < places.size(); i++) {
                if (places.get(i).slot.equals(slot)) {
                    return i;
                }
            }
            StringJoiner known = new StringJoiner(", ");
            places.forEach(place -> known.add(place.slot.name()));
            throw new IllegalArgumentException("the chain has no source " + slot + "; it has: " + known);
        }
    }
}
