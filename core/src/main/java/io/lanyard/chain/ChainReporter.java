// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.SourceAttempt;
import io.lanyard.chain.CredentialsChain.Provided;
import io.lanyard.internal.FailureText;
import io.lanyard.report.SourceDescription;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Describes the sources of a chain: for reports, and for the failure of a chain whose sources are exhausted. */
final class ChainReporter<T> {

    private final List<Entry<T>> entries;
    private final Function<? super T, Identity> identity;
    private final Function<? super T, Identity> probedIdentity;

    ChainReporter(
            List<Entry<T>> entries,
            Function<? super T, Identity> identity,
            Function<? super T, Identity> probedIdentity) {
        this.entries = entries;
        this.identity = identity;
        this.probedIdentity = probedIdentity;
    }

    /** Describes each source without making a request. */
    ChainReport report(@Nullable Provided<T> provided) {
        List<SourceReport> reports = new ArrayList<>();
        boolean shadowed = false;
        for (Entry<T> entry : entries) {
            SourceReport report = report(entry, provided, shadowed);
            shadowed |= report.state() == SourceState.IN_USE
                    || (entry.onFailure == OnFailure.STOP
                            && (report.state() == SourceState.CONFIGURED || report.state() == SourceState.FAILED));
            reports.add(report);
        }
        return new ChainReport(reports, false);
    }

    /** Probes each source that is configured. */
    ChainReport probed(ChainReport known) throws InterruptedException {
        List<SourceReport> reports = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            SourceReport report = known.sources().get(i);
            reports.add(
                    switch (report.state()) {
                        case IN_USE, CONFIGURED, SHADOWED, FAILED -> probed(entries.get(i), report);
                        default -> report;
                    });
        }
        return new ChainReport(reports, true);
    }

    /** Creates the failure of a chain in which no source provided credentials. */
    CredentialsException exhausted(List<CredentialsException> failures) {
        List<SourceAttempt> attempts = new ArrayList<>();
        String remedy = null;
        StringBuilder text = new StringBuilder(
                entries.isEmpty() ? "the chain has no sources" : "no source provided credentials. Sources, in order:");
        for (Entry<T> entry : entries) {
            SourceReport report = report(entry, null, false);
            text.append("\n  ").append(report);
            if (remedy == null) {
                remedy = report.remedy().orElse(null);
            }
            attempts.add(new SourceAttempt(
                    report.name().name(),
                    report.state().toString(),
                    report.reason(),
                    report.settings(),
                    report.failure(),
                    report.remedy()));
        }
        boolean recoverable = false;
        for (CredentialsException failure : failures) {
            recoverable |= failure.recoverable();
        }
        CredentialsException exhausted = CredentialsException.builder(Category.CHAIN_EXHAUSTED, text.toString())
                .recoverable(recoverable)
                .remedy(
                        entries.isEmpty()
                                ? "add a source to the chain"
                                : remedy == null ? "configure one of these sources" : remedy)
                .finding(findingOf(remedy, failures))
                .attempts(attempts)
                .cause(failures.isEmpty() ? null : failures.get(0))
                .build();
        for (int i = 1; i < failures.size(); i++) {
            exhausted.addSuppressed(failures.get(i));
        }
        return exhausted;
    }

    /** The id of the failure that has this remedy, or null. */
    private static @Nullable String findingOf(@Nullable String remedy, List<CredentialsException> failures) {
        for (CredentialsException failure : failures) {
            if (remedy != null && remedy.equals(failure.remedy().orElse(null))) {
                return failure.finding().orElse(null);
            }
        }
        return null;
    }

    /** Returns the identity of the credentials that the source has cached now; it refreshes them without the chain. */
    Identity identityNow(Provided<T> provided) {
        T cached = provided.entry().source.cached().orElse(null);
        return cached == null ? provided.identity() : identity.apply(cached);
    }

    @SuppressWarnings("ReferenceEquality") // there is one entry for each name
    private SourceReport report(Entry<T> entry, @Nullable Provided<T> provided, boolean shadowed) {
        Availability availability;
        Throwable failure;
        try {
            availability = entry.source.availability();
            failure = entry.failure;
        } catch (RuntimeException | Error e) { // a report is made all the same
            availability = Availability.configured();
            failure = e;
        }
        SourceDescription description;
        try {
            description = Objects.requireNonNull(entry.source.describe());
        } catch (RuntimeException | Error e) {
            description = SourceDescription.EMPTY;
            failure = failure == null ? e : failure;
        }
        SourceState state = availability.state();
        String reason = availability.reason();
        Optional<Identity> inUse = Optional.empty();
        if (provided != null && provided.entry() == entry) {
            state = SourceState.IN_USE;
            inUse = Optional.of(identityNow(provided));
            failure = entry.source.status().lastFailure().orElse(null);
        } else if (!availability.isConfigured()) {
            failure = null;
        } else if (failure != null && CredentialsChain.isNotConfigured(failure)) {
            state = SourceState.NOT_CONFIGURED;
            reason = FailureText.of(failure);
        } else if (shadowed) {
            state = SourceState.SHADOWED;
        } else if (failure != null) {
            state = SourceState.FAILED;
        }
        return new SourceReport(
                entry.name,
                state,
                reason,
                description,
                inUse,
                Optional.empty(),
                failedWith(state, failure),
                availability.remedy().isPresent() ? availability.remedy() : remedy(failure));
    }

    private SourceReport probed(Entry<T> entry, SourceReport known) throws InterruptedException {
        SourceState state = known.state() == SourceState.FAILED ? SourceState.CONFIGURED : known.state();
        String reason = known.reason();
        Optional<Identity> answered = Optional.empty();
        Throwable failure = null;
        try {
            answered = Optional.of(probedIdentity.apply(entry.source.probe()));
        } catch (RuntimeException | LinkageError e) { // a dependency may be missing
            failure = e;
            if (state == SourceState.IN_USE) {
                // its cached credentials remain in use
            } else if (CredentialsChain.isNotConfigured(e)) {
                state = SourceState.NOT_CONFIGURED;
                reason = FailureText.of(e);
            } else {
                state = SourceState.FAILED;
            }
        }
        return new SourceReport(
                known.name(),
                state,
                reason,
                known.description(),
                known.identity(),
                answered,
                failedWith(state, failure),
                remedy(failure));
    }

    /** Returns the failure for the report; a source that is not configured has it as its reason instead. */
    private static Optional<String> failedWith(SourceState state, @Nullable Throwable failure) {
        return failure == null || state == SourceState.NOT_CONFIGURED
                ? Optional.empty()
                : Optional.of(FailureText.of(failure));
    }

    private static Optional<String> remedy(@Nullable Throwable failure) {
        return failure == null
                ? Optional.empty()
                : CredentialsException.in(failure).flatMap(CredentialsException::remedy);
    }
}
