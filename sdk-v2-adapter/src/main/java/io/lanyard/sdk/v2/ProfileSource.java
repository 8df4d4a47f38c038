// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.RefreshStatus;
import io.lanyard.chain.Availability;
import io.lanyard.chain.ChainSource;
import io.lanyard.internal.Log;
import io.lanyard.report.SourceDescription;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * The profile source: keys, a process, SSO, a login session or an assumed role from the shared config and credentials
 * files, with the AWS SDK's own providers. A role whose {@code credential_source} is the container starts from Lanyard's
 * container source.
 *
 * <p>{@link ProfileReader} reads and inspects the profile, {@link ProfileWatch} detects that it has changed, and {@link
 * ProfileCredentials} loads its credentials. This class decides which credentials callers get:
 *
 * <ul>
 *   <li><b>current</b> credentials are returned to callers. Changes that the profile does not depend on have no effect.
 *   <li><b>next</b> credentials exist after a relevant change while the current ones are valid. They load in the
 *       background, and become current when they are loaded or when the current ones expire. Until then the current ones
 *       are still returned, and no longer refreshed.
 * </ul>
 *
 * <p>A caller with valid credentials waits neither for the files nor for a load. Safe for use by any thread.
 */
final class ProfileSource implements ChainSource<AwsCredentialsIdentity> {

    private static final Duration EXPIRY_MARGIN = Duration.ofSeconds(5);

    private final ProfileReader reader;
    private final LanyardContainerCredentialsProvider container;
    private final Clock clock;
    private final Threads threads;
    private final @Nullable CredentialsListener listener;
    private final ProfileWatch watch;

    private volatile @Nullable ProfileCredentials current;
    private volatile @Nullable ProfileCredentials next;
    private volatile boolean closed;

    /** Whether this outage of the files has been logged; used by one check at a time. */
    private boolean loggedUnreadable;

    ProfileSource(
            ProfileReader reader,
            LanyardContainerCredentialsProvider container,
            Clock clock,
            Threads threads,
            @Nullable CredentialsListener listener) {
        this.reader = reader;
        this.container = container;
        this.clock = clock;
        this.threads = threads;
        this.listener = listener;
        this.watch = new ProfileWatch(reader, this::checked, clock, ProfileWatch.LIMIT);
    }

    @Override
    public Availability availability() {
        Availability withoutFiles = watch.state() == null ? reader.withoutFiles() : null;
        return withoutFiles != null
                ? withoutFiles
                : watch.checkUninterruptibly().availability();
    }

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        ProfileCredentials known = current;
        if (known != null && next == null && watch.isFresh()) {
            return known.resolve();
        }
        ProfileCredentials usable = usable(known);
        if (usable == null) {
            watch.check();
            usable = currentOrThrow();
        }
        return usable.resolve();
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        ProfileCredentials known = current;
        if (known != null && next == null && watch.isFresh()) {
            return known.resolveAsync();
        }
        try {
            ProfileCredentials usable = usable(known);
            if (usable != null) {
                return usable.resolveAsync();
            }
            if (watch.isFresh()) {
                return currentOrThrow().resolveAsync();
            }
            // on a thread of its own, because a caller's dependent stages may block
            return watch.start()
                    .result()
                    .thenComposeAsync(
                            state -> {
                                if (state == null && current == null) {
                                    throw watch.timedOut();
                                }
                                return currentOrThrow().resolveAsync();
                            },
                            Scheduler.shared()::execute);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Returns the credentials for a caller that need not wait for a check; null when it has to. */
    private @Nullable ProfileCredentials usable(@Nullable ProfileCredentials known) {
        closed = false;
        if (!isValid(known)) {
            ProfileCredentials loading = next;
            if (loading != null) {
                promote(loading);
            }
            return null;
        }
        if (watch.isDue()) {
            ProfileWatch.Check unused = watch.start();
        }
        return known;
    }

    private ProfileCredentials currentOrThrow() {
        ProfileCredentials known = current;
        if (known != null) {
            return known;
        }
        ProfileState state = Objects.requireNonNull(watch.state());
        throw Sources.notConfigured(state.availability().reason());
    }

    /** Applies the result of a check; called by one check at a time. */
    private void checked(ProfileState state) {
        ProfileInspection effective = state.effective();
        CredentialsException failure = state.failure();
        if (failure == null || effective == null || !effective.isConfigured()) {
            loggedUnreadable = false;
        } else if (!loggedUnreadable) {
            loggedUnreadable = true;
            Log.warn("The profile " + effective.name() + " cannot be read, so Lanyard uses what it last read: "
                    + failure.detail()
                    + failure.remedy().map(remedy -> ". Remedy: " + remedy).orElse(""));
        }
        if (effective == null) {
            return;
        }
        if (!effective.isConfigured()) {
            replace(null, null);
            return;
        }
        ProfileCredentials loading = follow(effective);
        if (loading != null && !closed) {
            loading.load(this::promote);
        }
    }

    /** Makes the profile's credentials current or next. Returns those that have to be loaded. */
    private synchronized @Nullable ProfileCredentials follow(ProfileInspection effective) {
        ProfileCredentials serving = current;
        ProfileCredentials loading = next;
        if (serving != null && serving.inspection().isSameAs(effective)) {
            serving.resume();
            replace(serving, null);
            return null;
        }
        if (loading != null && loading.inspection().isSameAs(effective)) {
            return loading;
        }
        ProfileCredentials changed = new ProfileCredentials(effective, container, threads, listener);
        if (serving == null || !isValid(serving)) {
            replace(changed, null);
            return null;
        }
        replace(serving, changed);
        serving.stop();
        return changed;
    }

    /** Makes the next credentials current, if they still are next. */
    private synchronized void promote(ProfileCredentials loaded) {
        if (loaded.equals(next)) {
            replace(loaded, null);
        }
    }

    private synchronized void replace(@Nullable ProfileCredentials serving, @Nullable ProfileCredentials loading) {
        ProfileCredentials currentBefore = current;
        ProfileCredentials nextBefore = next;
        current = serving;
        next = loading;
        for (ProfileCredentials old : new ProfileCredentials[] {currentBefore, nextBefore}) {
            if (old != null && !old.equals(serving) && !old.equals(loading)) {
                old.stop();
            }
        }
    }

    private boolean isValid(@Nullable ProfileCredentials known) {
        AwsCredentialsIdentity cached = known == null ? null : known.cached().orElse(null);
        if (cached == null) {
            return false;
        }
        Instant expiration = cached.expirationTime().orElse(null);
        return expiration == null || clock.instant().isBefore(expiration.minus(EXPIRY_MARGIN));
    }

    @Override
    public AwsCredentialsIdentity probe() throws InterruptedException {
        ProfileState state = watch.check();
        Availability availability = state.availability();
        ProfileInspection effective = state.effective();
        if (effective == null || !effective.isConfigured()) {
            throw Sources.notConfigured(availability.reason());
        }
        ProfileCredentials credentials = new ProfileCredentials(effective, container, threads, listener);
        try {
            return credentials.probe();
        } finally {
            credentials.stop();
        }
    }

    @Override
    public SourceDescription describe() {
        return reader.describe();
    }

    @Override
    public Optional<AwsCredentialsIdentity> cached() {
        ProfileCredentials known = current;
        return known == null ? Optional.empty() : known.cached();
    }

    /** Returns the status of the current credentials, with the last failure of the next ones. */
    @Override
    public RefreshStatus status() {
        ProfileCredentials known = current;
        if (known == null) {
            return RefreshStatus.unmanaged(null);
        }
        RefreshStatus status = known.status();
        ProfileCredentials loading = next;
        return loading == null
                ? status
                : status.withLastFailure(loading.status().lastFailure());
    }

    @Override
    public void invalidate(String accessKeyId) {
        ProfileCredentials known = current;
        if (known != null) {
            known.invalidate(accessKeyId);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        for (ProfileCredentials credentials : new ProfileCredentials[] {current, next}) {
            if (credentials != null) {
                credentials.close();
            }
        }
    }
}
