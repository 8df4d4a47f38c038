// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.refresh.RefreshStatus;
import io.lanyard.spi.Scheduler;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sources in an order; the first that is configured gives the credentials.
 *
 * <p>A source that is not configured, or lacks something, is passed over. One that is configured and fails ends the
 * resolve with its failure, unless {@link OnFailure#CONTINUE} is set: whoever configured it did not mean the next one.
 * The source once chosen is kept. When it says that it has been withdrawn the chain moves on by itself, and never
 * before; a source that turns up ahead of it is seen by the next process. What was given in place of a source that
 * failed is not kept: the next call asks in order again.
 *
 * <p>Callers that come while a source is being chosen share the choice and its failure, so that they all see the same.
 * Choosing runs on the scheduler and on no caller's thread. Once a source is chosen, a call costs one volatile read
 * more than the source's own.
 *
 * <p>Closing closes the links, until the next call. Safe for use by any thread; nothing is looked at before the first
 * call.
 *
 * @param <T> what the chain gives
 */
public final class CredentialsChain<T> implements AutoCloseable {

    /** What a report or a log quotes of a failure at the most. */
    private static final int LONGEST_TEXT = 512;

    /** A choice that the application's executor has not begun after this time is taken for dropped, as a load is. */
    private static final Duration DROPPED = Duration.ofSeconds(30);

    private static final CredentialsListener NOBODY = new CredentialsListener() {};

    private final List<Entry<T>> entries;
    private final Function<? super T, Identity> identity;
    private final Function<? super T, Identity> probedIdentity;
    private final boolean reuseSource;
    private final Scheduler scheduler;
    private final CredentialsListener listener;

    /** The source that every call goes to; null before it is chosen, and while there is none to be relied on. */
    private volatile @Nullable Entry<T> chosen;

    /** Who gave the last value; null before there is one, and when the last walk found nobody who does. */
    private volatile @Nullable Answer<T> lastAnswer;

    private @Nullable Entry<T> told; // guarded by this; the source that the log and the listener know of
    private @Nullable Entry<T> closedOver; // guarded by this; what was chosen when the chain was closed
    private boolean closed; // guarded by this
    private @Nullable Walk walking; // guarded by this
    private @Nullable Throwable lastFailure; // guarded by this; of the last walk

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
        this.reuseSource = builder.reuseSource;
        this.scheduler = builder.scheduler;
        this.listener = builder.listener;
    }

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
     * The value of the first source that is configured; waits for it where it must.
     *
     * @return the value
     * @throws CredentialsException of {@link Category#CHAIN_EXHAUSTED} when no source gave one: the message lists them
     *     all, the first failure is the cause, and others are suppressed
     * @throws RuntimeException the failure of a source that is configured, as the source threw it
     * @throws InterruptedException when the caller is interrupted while it waits; what it waited for goes on
     */
    public T resolve() throws InterruptedException {
        while (true) {
            Entry<T> entry = chosen;
            if (entry == null) {
                CompletableFuture<T> choice = choice();
                if (choice != null) {
                    return await(choice);
                }
                continue;
            }
            try {
                return entry.link.resolve();
            } catch (RuntimeException e) {
                if (!leaves(entry, e)) {
                    throw e;
                }
            }
        }
    }

    private static <T> T await(CompletableFuture<T> choice) throws InterruptedException {
        try {
            return choice.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    /**
     * The value, without waiting and without throwing.
     *
     * @return the future of the source in use where that is complete, and else one of the caller's own that completes
     *     as {@link #resolve} would return or throw; what is chained to it must not block
     */
    public CompletableFuture<T> resolveAsync() {
        Entry<T> entry = chosen;
        if (entry == null) {
            CompletableFuture<T> choice = choice();
            return choice != null ? choice.copy() : resolveAsync();
        }
        CompletableFuture<T> answer = entry.ask();
        if (answer.isDone() && !answer.isCompletedExceptionally()) {
            return answer;
        }
        return answer.exceptionallyCompose(failure -> leaves(entry, unwrapped(failure)) ? resolveAsync() : answer);
    }

    /**
     * Reports that a service has refused credentials, to the source in use. Never blocks.
     *
     * @param accessKeyId of the credentials that were refused
     */
    public void invalidate(String accessKeyId) {
        Answer<T> answer = lastAnswer;
        if (answer != null) {
            answer.entry.link.invalidate(accessKeyId);
        }
    }

    /**
     * What each source looks like, without asking any.
     *
     * @return the report
     */
    public ChainReport explain() {
        List<LinkReport> reports = new ArrayList<>();
        Answer<T> answer = lastAnswer;
        boolean shadowed = false;
        for (Entry<T> entry : entries) {
            LinkReport report = report(entry, answer, shadowed);
            shadowed |= report.state() == LinkState.IN_USE
                    || (entry.onFailure == OnFailure.STOP
                            && (report.state() == LinkState.CONFIGURED || report.state() == LinkState.FAILED));
            reports.add(report);
        }
        return new ChainReport(reports, false);
    }

    /**
     * What each source looks like; on request all that are configured are asked as well, so that one can see
     * what would come of it if the others were withdrawn. It changes nothing of what the chain gives, and
     * leaves nothing behind.
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
     * The source in use, whose credentials it gives, and how they are kept fresh. Reads no setting and asks nobody.
     *
     * @return a snapshot
     */
    public ChainStatus status() {
        Answer<T> answer;
        Throwable failure;
        synchronized (this) {
            answer = lastAnswer;
            failure = lastFailure;
        }
        if (answer == null) {
            return new ChainStatus(Optional.empty(), Optional.empty(), Optional.empty(), Optional.ofNullable(failure));
        }
        Link<T> link = answer.entry.link;
        RefreshStatus refresh = link.status();
        return new ChainStatus(
                Optional.of(answer.entry.slot),
                Optional.of(identityNow(answer)),
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
            closedOver = chosen;
            chosen = null;
        }
        for (Entry<T> entry : entries) {
            entry.close();
        }
    }

    @Override
    public String toString() {
        return "CredentialsChain("
                + String.join(", ", entries.stream().map(e -> e.slot.name()).toList()) + ")";
    }

    // ---- choosing

    /** Whether the source in use is to be left because of that failure; if so it is chosen no longer. */
    @SuppressWarnings("ReferenceEquality") // there is one entry for each slot
    private boolean leaves(Entry<T> entry, Throwable failure) {
        if (!isNotConfigured(failure) && entry.onFailure == OnFailure.STOP) {
            return false;
        }
        synchronized (this) {
            if (chosen == entry) {
                chosen = null;
            }
        }
        return true;
    }

    /** The choice that is being made, and starts it where nobody has; null when one has been made meanwhile. */
    private @Nullable CompletableFuture<T> choice() {
        Walk mine;
        synchronized (this) {
            if (closed) { // which changes nothing of the choice
                closed = false;
                chosen = closedOver;
                closedOver = null;
            }
            if (chosen != null) {
                return null;
            }
            if (walking != null) {
                return walking.result;
            }
            mine = new Walk();
            walking = mine;
        }
        mine.start();
        return mine.result;
    }

    /** One way along the chain, from its beginning to the first source that answers or stops it. */
    private final class Walk implements Runnable, BiConsumer<T, Throwable> {
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private final AtomicBoolean begun = new AtomicBoolean();
        private final Iterator<Entry<T>> left = entries.iterator();
        private final List<Throwable> failures = new ArrayList<>();
        private @Nullable Entry<T> asked;
        private volatile Scheduler.@Nullable Timer rescue;

        @SuppressWarnings("ReferenceEquality") // there is one shared scheduler
        void start() {
            try {
                scheduler.execute(this);
                if (scheduler != Scheduler.shared() && !begun.get()) {
                    rescue = scheduler.schedule(this, Scheduler.shared()::execute, DROPPED);
                }
            } catch (RuntimeException | Error e) { // whatever it is, somebody may be waiting
                run();
            }
        }

        @Override
        public void run() {
            if (begun.compareAndSet(false, true)) {
                Scheduler.Timer timer = rescue;
                if (timer != null) {
                    timer.cancel();
                }
                goOn();
            }
        }

        /** Asks the next source that is configured. */
        private void goOn() {
            try {
                while (left.hasNext()) {
                    Entry<T> entry = left.next();
                    CompletableFuture<T> answer = entry.askIfConfigured();
                    if (answer != null) {
                        asked = entry;
                        CompletableFuture<T> unused = answer.whenComplete(this);
                        return;
                    }
                }
                fail(exhausted());
            } catch (RuntimeException | Error e) { // callers are waiting
                fail(e);
            }
        }

        /** Takes the answer of the source that was asked. */
        @Override
        public void accept(@Nullable T value, @Nullable Throwable failure) {
            Entry<T> entry = Objects.requireNonNull(asked);
            try {
                if (value != null) {
                    give(entry, value);
                } else {
                    miss(entry, failure == null ? new IllegalStateException("the link gave null") : unwrapped(failure));
                }
            } catch (RuntimeException | Error e) { // callers are waiting
                fail(e);
            }
        }

        @SuppressWarnings("ReferenceEquality") // there is one entry for each slot
        private void give(Entry<T> entry, T value) {
            Answer<T> answer = new Answer<>(entry, identity.apply(value));
            entry.failure = null;
            entry.stopTold = false;
            Entry<T> before;
            synchronized (CredentialsChain.this) {
                chosen = reuseSource && failures.isEmpty() ? entry : null;
                closed = false;
                closedOver = null;
                lastAnswer = answer;
                lastFailure = null;
                before = told;
                told = entry;
                walking = null;
            }
            result.complete(value);
            if (before != entry) {
                tell(before, answer);
            }
        }

        private void miss(Entry<T> entry, Throwable failure) {
            entry.failure = failure;
            if (isNotConfigured(failure)) {
                goOn();
                return;
            }
            failures.add(failure);
            if (entry.onFailure == OnFailure.CONTINUE) {
                goOn();
                return;
            }
            fail(failure);
            entry.tellStop(failure);
        }

        /** The choice is over before its callers know of it: who comes afterwards is no part of it. */
        @SuppressWarnings("ReferenceEquality") // another walk is another choice
        private void fail(Throwable failure) {
            synchronized (CredentialsChain.this) {
                if (walking == this) {
                    walking = null;
                    lastAnswer = null;
                    lastFailure = failure;
                }
            }
            result.completeExceptionally(failure);
        }

        private CredentialsException exhausted() {
            List<LinkReport> reports = new ArrayList<>();
            for (Entry<T> entry : entries) {
                reports.add(report(entry, null, false));
            }
            CredentialsException exhausted = CredentialsException.builder(
                            Category.CHAIN_EXHAUSTED,
                            "no source gave credentials; looked at, in order: "
                                    + reports.stream().map(LinkReport::toString).collect(Collectors.joining("; ")))
                    .recoverable(failures.stream().anyMatch(CredentialsChain::mayPass))
                    .remedy(reports.stream()
                            .flatMap(report -> report.remedy().stream())
                            .findFirst()
                            .orElse(null))
                    .cause(failures.isEmpty() ? null : failures.get(0))
                    .build();
            failures.stream().skip(1).forEach(exhausted::addSuppressed);
            return exhausted;
        }
    }

    /** Comes after the callers have been answered: finding a logger is dear, and a listener may take its time. */
    private void tell(@Nullable Entry<T> before, Answer<T> now) {
        String previous = before == null ? null : before.slot.name();
        log(
                Level.INFO,
                "Credentials come from " + now.entry.slot
                        + (previous == null ? "" : ", and no longer from " + previous)
                        + ": " + now.identity);
        try {
            listener.sourceChanged(previous, now.entry.slot.name(), now.identity.accessKeyId());
        } catch (RuntimeException | Error e) { // harms nobody but itself
            log(Level.WARNING, "A listener threw " + e.getClass().getName() + " when it was told of a source");
        }
    }

    private static void log(Level level, String message) {
        System.getLogger("io.lanyard").log(level, message);
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static boolean isNotConfigured(Throwable failure) {
        return failure instanceof CredentialsException e && e.category() == Category.NOT_CONFIGURED;
    }

    private static boolean mayPass(Throwable failure) {
        return CredentialsException.in(failure)
                .map(CredentialsException::recoverable)
                .orElse(true);
    }

    // ---- reports

    @SuppressWarnings("ReferenceEquality") // there is one entry for each slot
    private LinkReport report(Entry<T> entry, @Nullable Answer<T> answer, boolean shadowed) {
        Detection detection;
        Throwable failure;
        try {
            detection = entry.link.detect();
            failure = entry.failure;
        } catch (RuntimeException | Error e) { // whoever asks for a report is not to suffer
            detection = Detection.configured();
            failure = e;
        }
        LinkState state = detection.state();
        String reason = detection.reason();
        Optional<Identity> who = Optional.empty();
        if (answer != null && answer.entry == entry) {
            state = LinkState.IN_USE;
            who = Optional.of(identityNow(answer));
            failure = entry.link.lastFailure();
        } else if (!detection.isConfigured()) {
            failure = null;
        } else if (failure != null && isNotConfigured(failure)) {
            state = LinkState.NOT_CONFIGURED;
            reason = text(failure);
        } else if (shadowed) {
            state = LinkState.SHADOWED;
        } else if (failure != null) {
            state = LinkState.FAILED;
        }
        return new LinkReport(
                entry.slot,
                state,
                reason,
                entry.link.describe(),
                who,
                failedWith(state, failure),
                detection.remedy().isPresent() ? detection.remedy() : remedy(failure));
    }

    /** What the source holds by now; it refreshes without the chain. */
    private Identity identityNow(Answer<T> answer) {
        T held = answer.entry.link.held();
        return held == null ? answer.identity : identity.apply(held);
    }

    private LinkReport probed(Entry<T> entry, LinkReport known) throws InterruptedException {
        LinkState state = known.state() == LinkState.FAILED ? LinkState.CONFIGURED : known.state();
        String reason = known.reason();
        Optional<Identity> who = known.identity();
        Throwable failure = null;
        try {
            who = Optional.of(probedIdentity.apply(entry.link.probe()));
        } catch (RuntimeException | LinkageError e) { // a dependency may be missing
            failure = e;
            if (state == LinkState.IN_USE) {
                // what it holds is in use all the same
            } else if (isNotConfigured(e)) {
                state = LinkState.NOT_CONFIGURED;
                reason = text(e);
            } else {
                state = LinkState.FAILED;
            }
        }
        return new LinkReport(
                known.slot(), state, reason, known.description(), who, failedWith(state, failure), remedy(failure));
    }

    /** What is not configured has its failure for its reason. */
    private static Optional<String> failedWith(LinkState state, @Nullable Throwable failure) {
        return failure == null || state == LinkState.NOT_CONFIGURED ? Optional.empty() : Optional.of(text(failure));
    }

    /** The words of a failure, on one line and no longer than a line should be, without the remedy. */
    private static String text(Throwable failure) {
        String text = CredentialsException.in(failure)
                .<Throwable>map(e -> e)
                .orElse(failure)
                .getMessage();
        if (text == null) {
            return failure.getClass().getSimpleName();
        }
        int remedy = text.indexOf(". Remedy: ");
        String words = (remedy < 0 ? text : text.substring(0, remedy)).replaceAll("\\p{Cntrl}+", " ");
        return words.length() <= LONGEST_TEXT ? words : words.substring(0, LONGEST_TEXT) + "...";
    }

    private static Optional<String> remedy(@Nullable Throwable failure) {
        return failure == null
                ? Optional.empty()
                : CredentialsException.in(failure).flatMap(CredentialsException::remedy);
    }

    /** A source at its place. */
    private static final class Entry<T> {
        private final Slot slot;
        private final Link<T> link;
        private final OnFailure onFailure;
        private volatile @Nullable Throwable failure; // of the last walk that asked it
        private volatile boolean stopTold;
        private volatile @Nullable String warnedOf;

        Entry(Slot slot, Link<T> link, OnFailure onFailure) {
            this.slot = slot;
            this.link = link;
            this.onFailure = onFailure;
        }

        /** Its answer, or null when it is not configured; a link that cannot tell whether it is has failed. */
        @Nullable
        CompletableFuture<T> askIfConfigured() {
            try {
                if (!isConfigured()) {
                    return null;
                }
            } catch (RuntimeException | Error e) {
                return CompletableFuture.failedFuture(e);
            }
            return ask();
        }

        /** Its answer, also when the link throws where it must not: it may be anybody's. */
        CompletableFuture<T> ask() {
            try {
                return Objects.requireNonNull(link.resolveAsync(), "the link gave no future");
            } catch (RuntimeException | Error e) {
                return CompletableFuture.failedFuture(e);
            }
        }

        /** Says once what it lacks. */
        private boolean isConfigured() {
            Detection detection = link.detect();
            if (detection.state() == LinkState.INCOMPLETE && !detection.reason().equals(warnedOf)) {
                warnedOf = detection.reason();
                log(
                        Level.WARNING,
                        "The credentials source " + slot + " is incomplete and passed over: " + detection.reason()
                                + ". Remedy: " + detection.remedy().orElse("complete it or unset it"));
            }
            return detection.isConfigured();
        }

        /** Harms no other source. */
        void close() {
            try {
                link.close();
            } catch (RuntimeException | Error e) {
                log(Level.WARNING, "The credentials source " + slot + " could not be closed: " + text(e));
            }
        }

        /** Once for each time of failing, however many calls fail in it. */
        void tellStop(Throwable failure) {
            if (!stopTold) {
                stopTold = true;
                log(
                        Level.WARNING,
                        "The credentials source " + slot + " is configured and failed, and no later source is used in"
                                + " its place: " + text(failure));
            }
        }

        @Override
        public String toString() {
            return slot.name();
        }
    }

    /** Who gave the last value, and whose it was; not the value, which is a secret. */
    private record Answer<T>(Entry<T> entry, Identity identity) {}

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
     * with its builder. Mistakes in the order are told by the call that makes them.
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
         * Sets who hears of the source that is chosen. Default: nobody.
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
                    throw new IllegalArgumentException("the chain has a slot " + slot
                            + " already; use replace to put another source there, or another name");
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
            throw new IllegalArgumentException("the chain has no slot " + slot + "; it has: " + known);
        }
    }
}
