// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.FailureKind;
import io.lanyard.testsupport.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source in virtual time that is well, or ails in one of the ways the agents do. Its loads take as long as the
 * ailment lets them; it notes when it was loads and what it gave.
 */
final class SimulatedSource implements Loader<SimulatedSource.Credential> {

    /** What it returns; each has a new id. */
    record Credential(String id, @Nullable Instant end) {}

    /** What a load does. */
    enum Mode {
        HEALTHY,
        /** Returns the same credentials until 15 s before they expire, as the EKS agent does with those of a target role. */
        HOLDING,
        REFUSED,
        FAILING,
        HANGING,
        DENIED,
        /** Returns expired credentials. */
        EXPIRED,
        BROKEN
    }

    private static CredentialsException failure(FailureKind kind) {
        return CredentialsException.builder(Category.UNREACHABLE, kind.name())
                .recoverable(kind != FailureKind.PERMANENT)
                .local(kind == FailureKind.LOCAL)
                .build();
    }

    final VirtualTime time;
    final List<Instant> loads = new ArrayList<>();
    Mode mode = Mode.HEALTHY;

    @Nullable
    Duration lifetime = Duration.ofHours(1);

    @Nullable
    Credential last;

    @Nullable
    Instant lastStored;

    @Nullable
    Throwable lastFailure;

    /** The last permanent failure since credentials were last returned. */
    @Nullable
    Throwable rejection;

    int issued;

    SimulatedSource(VirtualTime time) {
        this.time = time;
        time.runTasksAfter(this::latency);
    }

    private Duration latency() {
        return mode == Mode.HANGING ? Duration.ofSeconds(8) : Duration.ofMillis(20);
    }

    CacheBuilder<Credential> cache() {
        return RefreshingCache.builder(this).clock(time).scheduler(time).random(() -> 0);
    }

    boolean isWell() {
        return mode == Mode.HEALTHY || mode == Mode.HOLDING;
    }

    @Override
    public Loaded<Credential> load() {
        loads.add(time.instant());
        Credential credential;
        switch (mode) {
            case HEALTHY, HOLDING -> credential = credential();
            case REFUSED -> throw failed(failure(FailureKind.LOCAL));
            case FAILING, HANGING -> throw failed(failure(FailureKind.UPSTREAM));
            case DENIED -> {
                CredentialsException denied = failed(failure(FailureKind.PERMANENT));
                rejection = denied;
                throw denied;
            }
            case EXPIRED -> {
                lastFailure = new IllegalStateException();
                return Loaded.of(
                        new Credential("old", null), "old", time.instant().minusSeconds(60));
            }
            default -> {
                Error thrown = new NoClassDefFoundError("anything");
                lastFailure = thrown;
                throw thrown;
            }
        }
        lastFailure = null;
        rejection = null;
        return Loaded.of(credential, credential.id(), credential.end());
    }

    private Credential credential() {
        Credential known = last;
        if (mode == Mode.HOLDING
                && known != null
                && (known.end() == null || time.instant().isBefore(known.end().minusSeconds(15)))) {
            return known;
        }
        issued++;
        Instant end = lifetime == null ? null : time.instant().plus(lifetime);
        Credential next = new Credential("key-" + issued, end);
        last = next;
        lastStored = time.instant();
        return next;
    }

    private CredentialsException failed(CredentialsException failure) {
        lastFailure = failure;
        return failure;
    }

    /** Whether the last credentials count as expired by now. */
    boolean hasExpired() {
        Credential known = last;
        if (known == null || known.end() == null || lastStored == null) {
            return false;
        }
        long lifetime = Duration.between(lastStored, known.end()).toMillis();
        return !time.instant().isBefore(known.end().minusMillis(Math.min(5_000, lifetime / 3)));
    }

    long loadsWithin(Duration lately) {
        Instant from = time.instant().minus(lately);
        return loads.stream().filter(at -> !at.isBefore(from)).count();
    }
}
