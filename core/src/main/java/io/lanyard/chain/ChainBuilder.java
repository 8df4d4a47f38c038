// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.CredentialsListener;
import io.lanyard.spi.Scheduler;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link CredentialsChain}. Not safe for use by several threads at once; a built chain does not change
 * with its builder.
 *
 * @param <T> the credentials' type
 */
public final class ChainBuilder<T> implements SourceOrder<T> {
    private static final CredentialsListener NO_LISTENER = new CredentialsListener() {};

    private final List<Place<T>> places = new ArrayList<>();
    private final Function<? super T, Identity> identity;
    private Function<? super T, Identity> probedIdentity;
    private OnFailure onFailure = OnFailure.STOP;
    private boolean reuseSource = true;
    private Scheduler scheduler = Scheduler.shared();
    private CredentialsListener listener = NO_LISTENER;

    ChainBuilder(Function<? super T, Identity> identity) {
        this.identity = Objects.requireNonNull(identity, "identity");
        this.probedIdentity = identity;
    }

    @Override
    public ChainBuilder<T> add(SourceName name, ChainSource<T> source) {
        return insert(places.size(), name, source);
    }

    @Override
    public ChainBuilder<T> before(SourceName anchor, SourceName name, ChainSource<T> source) {
        return insert(indexOf(anchor), name, source);
    }

    @Override
    public ChainBuilder<T> after(SourceName anchor, SourceName name, ChainSource<T> source) {
        return insert(indexOf(anchor) + 1, name, source);
    }

    @Override
    public ChainBuilder<T> replace(SourceName name, ChainSource<T> source) {
        places.get(indexOf(name)).source = Objects.requireNonNull(source, "source");
        return this;
    }

    @Override
    public ChainBuilder<T> remove(SourceName name) {
        places.get(indexOf(name)).source = null;
        return this;
    }

    @Override
    public ChainBuilder<T> onFailure(OnFailure onFailure) {
        this.onFailure = Objects.requireNonNull(onFailure, "onFailure");
        return this;
    }

    @Override
    public ChainBuilder<T> onFailure(SourceName name, OnFailure onFailure) {
        places.get(indexOf(name)).onFailure = Objects.requireNonNull(onFailure, "onFailure");
        return this;
    }

    @Override
    public ChainBuilder<T> reuseSource(boolean reuseSource) {
        this.reuseSource = reuseSource;
        return this;
    }

    /**
     * Sets the function that identifies credentials in a report with probes, which may make requests of its own.
     * Default: the same as in every other report.
     *
     * @param probedIdentity may block; must not throw
     * @return this builder
     */
    public ChainBuilder<T> probedIdentity(Function<? super T, Identity> probedIdentity) {
        this.probedIdentity = Objects.requireNonNull(probedIdentity, "probedIdentity");
        return this;
    }

    /**
     * Sets the threads that select a source. Default: {@link Scheduler#shared()}.
     *
     * @param scheduler the scheduler
     * @return this builder
     */
    public ChainBuilder<T> scheduler(Scheduler scheduler) {
        this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
        return this;
    }

    /**
     * Sets the listener for the selected source. Default: none.
     *
     * @param listener the listener, or null for none
     * @return this builder
     */
    public ChainBuilder<T> listener(@Nullable CredentialsListener listener) {
        this.listener = listener == null ? NO_LISTENER : listener;
        return this;
    }

    /**
     * Builds the chain. Reads nothing.
     *
     * @return a new chain
     */
    public CredentialsChain<T> build() {
        List<Entry<T>> entries = new ArrayList<>();
        for (Place<T> place : places) {
            if (place.source != null) {
                entries.add(
                        new Entry<>(place.name, place.source, place.onFailure == null ? onFailure : place.onFailure));
            }
        }
        ChainReporter<T> reporter = new ChainReporter<>(List.copyOf(entries), identity, probedIdentity);
        return new CredentialsChain<>(entries, identity, reporter, reuseSource, scheduler, listener);
    }

    private ChainBuilder<T> insert(int index, SourceName name, ChainSource<T> source) {
        for (Place<T> place : places) {
            if (place.name.equals(name)) {
                throw new IllegalArgumentException("the chain already has a source " + name
                        + "; use replace to put another source in its place, or another name");
            }
        }
        places.add(index, new Place<>(name, Objects.requireNonNull(source, "source")));
        return this;
    }

    private int indexOf(SourceName name) {
        for (int i = 0; i < places.size(); i++) {
            if (places.get(i).name.equals(name)) {
                return i;
            }
        }
        StringJoiner known = new StringJoiner(", ");
        places.forEach(place -> known.add(place.name.name()));
        throw new IllegalArgumentException("the chain has no source " + name + "; it has: " + known);
    }

    /** A place in the order; without a source it serves as an anchor for others. */
    private static final class Place<T> {
        private final SourceName name;
        private @Nullable ChainSource<T> source;
        private @Nullable OnFailure onFailure;

        Place(SourceName name, ChainSource<T> source) {
            this.name = name;
            this.source = source;
        }
    }
}
