// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsListener;
import io.lanyard.RefreshStatus;
import io.lanyard.chain.Availability;
import io.lanyard.chain.ChainSource;
import io.lanyard.internal.Log;
import io.lanyard.report.SettingSeen;
import io.lanyard.report.SourceDescription;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Environment;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.profiles.ProfileFile;

/**
 * The profile source: keys, a process, SSO, a login session or an assumed role from the shared config and credentials
 * files, with the AWS SDK's own providers. A role whose {@code credential_source} is the container starts from Lanyard's
 * container source.
 *
 * <p>{@link ProfileInspection} says what a profile is, {@link ProfileWatch} when it has changed, and {@link
 * ProfileCredentials} loads its credentials. This class decides whose credentials callers get:
 *
 * <ul>
 *   <li><b>current</b> serves the callers. A change of anything that the profile does not depend on leaves it alone;
 *   <li><b>next</b> exists after a relevant change while the current credentials are valid. It loads in the background
 *       and becomes current when it has loaded, or when the current credentials expire. Until then callers get the
 *       current credentials, and these are no longer refreshed.
 * </ul>
 *
 * <p>A caller with valid credentials never waits, neither for the files nor for a load. Safe for use by any thread.
 */
final class ProfileSource implements ChainSource<AwsCredentialsIdentity> {

    private static final Duration EXPIRY_MARGIN = Duration.ofSeconds(5);

    private final Environment environment;
    private final @Nullable String givenName;
    private final @Nullable Supplier<ProfileFile> givenFile;
    private final ProfileFiles defaultFiles;
    private final LanyardContainerCredentialsProvider container;
    private final Clock clock;
    private final Threads threads;
    private final @Nullable CredentialsListener listener;
    private final ProfileWatch watch;

    private volatile @Nullable ProfileCredentials current;
    private volatile @Nullable ProfileCredentials next;
    private volatile boolean closed;

    /** Said once for each outage of the files; used by one look at a time. */
    private boolean warnedOfFiles;

    ProfileSource(
            Environment environment,
            @Nullable String givenName,
            @Nullable Supplier<ProfileFile> givenFile,
            ProfileFiles defaultFiles,
            LanyardContainerCredentialsProvider container,
            Clock clock,
            Threads threads,
            @Nullable CredentialsListener listener) {
        this.environment = environment;
        this.givenName = givenName;
        this.givenFile = givenFile;
        this.defaultFiles = defaultFiles;
        this.container = container;
        this.clock = clock;
        this.threads = threads;
        this.listener = listener;
        this.watch = new ProfileWatch(this::inspected, this::seen, clock, ProfileWatch.LIMIT);
    }

    // ---- what the files say

    @Override
    public Availability availability() {
        if (givenFile == null && watch.seen() == null && !defaultFiles.mayExist()) {
            return isNamed()
                    ? ProfileInspection.missing(name(), true)
                    : Availability.notConfigured("there is no config or credentials file");
        }
        return watch.lookUninterruptibly().detection();
    }

    private ProfileInspection inspected() {
        ProfileFile file = file();
        boolean exists = givenFile != null || defaultFiles.exist();
        return new ProfileInspection(file, exists, name(), isNamed(), environment, container.source()::isConfigured);
    }

    private ProfileFile file() {
        if (givenFile == null) {
            return defaultFiles.get();
        }
        ProfileFile file;
        try {
            file = givenFile.get();
        } catch (RuntimeException e) { // its message may quote the file
            throw Sources.unreadable(
                    "the profile file that was given to the builder cannot be read ("
                            + e.getClass().getSimpleName() + ")",
                    "fix the file, or the supplier that was given to profileFile(...)");
        }
        if (file == null) {
            throw Sources.unreadable(
                    "the supplier that was given to profileFile(...) returned null",
                    "make the supplier return its last good file, or throw, while it has no newer one");
        }
        return file;
    }

    private boolean isNamed() {
        return givenName != null || SdkSetting.PROFILE.raw(environment) != null;
    }

    private String name() {
        String set = givenName == null ? SdkSetting.PROFILE.raw(environment) : givenName;
        return set == null ? "default" : set;
    }

    /** Takes the result of a look; called by one look at a time. */
    private void seen(ProfileWatch.Seen seen) {
        ProfileInspection counts = seen.counts();
        if (seen.failure() != null && counts != null && counts.isConfigured()) {
            if (!warnedOfFiles) {
                Log.warn("The profile " + counts.name() + " cannot be read, so Lanyard uses what it last read: "
                        + seen.failure().detail());
            }
            warnedOfFiles = true;
        } else {
            warnedOfFiles = false;
        }
        if (counts == null) {
            return;
        }
        if (!counts.isConfigured()) {
            keep(null, null);
            return;
        }
        ProfileCredentials loading = follow(counts);
        if (loading != null && !closed) {
            loading.load(this::promote);
        }
    }

    /** Makes the inspection that counts the one whose credentials are served, or next are. Returns what is to load. */
    private synchronized @Nullable ProfileCredentials follow(ProfileInspection counts) {
        ProfileCredentials serving = current;
        ProfileCredentials loading = next;
        if (serving != null && serving.inspection().isSameAs(counts)) {
            serving.resume();
            keep(serving, null);
            return null;
        }
        if (loading != null && loading.inspection().isSameAs(counts)) {
            return loading;
        }
        ProfileCredentials fresh = new ProfileCredentials(counts, container, threads, listener);
        if (serving == null || !isValid(serving)) {
            keep(fresh, null);
            return null;
        }
        keep(serving, fresh);
        serving.stop();
        return fresh;
    }

    private synchronized void keep(@Nullable ProfileCredentials serving, @Nullable ProfileCredentials loading) {
        ProfileCredentials before = current;
        ProfileCredentials nextBefore = next;
        current = serving;
        next = loading;
        for (ProfileCredentials old : new ProfileCredentials[] {before, nextBefore}) {
            if (old != null && !old.equals(serving) && !old.equals(loading)) {
                old.stop();
            }
        }
    }

    /** Serves the next credentials, if they are still next. */
    private synchronized void promote(ProfileCredentials loaded) {
        if (loaded.equals(next)) {
            keep(loaded, null);
        }
    }

    private boolean isValid(@Nullable ProfileCredentials kept) {
        AwsCredentialsIdentity cached = kept == null ? null : kept.cached().orElse(null);
        if (cached == null) {
            return false;
        }
        Instant end = cached.expirationTime().orElse(null);
        return end == null || clock.instant().isBefore(end.minus(EXPIRY_MARGIN));
    }

    // ---- credentials

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        ProfileCredentials known = current;
        if (known != null && next == null && watch.isQuiet()) {
            return known.resolve();
        }
        ProfileCredentials ready = ready(known);
        if (ready == null) {
            watch.look();
            ready = counting();
        }
        return ready.resolve();
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        ProfileCredentials known = current;
        if (known != null && next == null && watch.isQuiet()) {
            return known.resolveAsync();
        }
        try {
            ProfileCredentials ready = ready(known);
            if (ready != null) {
                return ready.resolveAsync();
            }
            if (watch.isQuiet()) {
                return counting().resolveAsync();
            }
            // on a thread of its own, because what callers chain to it may block
            return watch.start()
                    .result()
                    .thenComposeAsync(
                            seen -> {
                                if (seen == null && current == null) {
                                    throw watch.late();
                                }
                                return counting().resolveAsync();
                            },
                            Scheduler.shared()::execute);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** What serves a caller without a look, or null when it has to wait for one. */
    private @Nullable ProfileCredentials ready(@Nullable ProfileCredentials known) {
        closed = false;
        if (!isValid(known)) {
            ProfileCredentials loading = next;
            if (loading != null) {
                promote(loading);
            }
            return null;
        }
        if (watch.isDue()) {
            ProfileWatch.Look unused = watch.start();
        }
        return known;
    }

    /** What serves a caller after a look. */
    private ProfileCredentials counting() {
        ProfileCredentials known = current;
        if (known != null) {
            return known;
        }
        ProfileWatch.Seen seen = Objects.requireNonNull(watch.seen());
        throw Sources.notConfigured(seen.detection().reason());
    }

    @Override
    public AwsCredentialsIdentity probe() throws InterruptedException {
        ProfileWatch.Seen seen = watch.look();
        Availability detection = seen.detection();
        ProfileInspection counts = seen.counts();
        if (counts == null || !counts.isConfigured()) {
            throw Sources.notConfigured(detection.reason());
        }
        ProfileCredentials once = new ProfileCredentials(counts, container, threads, listener);
        try {
            return once.probe();
        } finally {
            once.stop();
        }
    }

    // ---- reports

    @Override
    public SourceDescription describe() {
        List<SettingSeen> settings = new ArrayList<>();
        for (SdkSetting setting : List.of(SdkSetting.PROFILE, SdkSetting.CREDENTIALS_FILE, SdkSetting.CONFIG_FILE)) {
            settings.add(setting.seen(environment));
        }
        return new SourceDescription(settings, Optional.of("profile " + name()), Optional.empty());
    }

    @Override
    public Optional<AwsCredentialsIdentity> cached() {
        ProfileCredentials known = current;
        return known == null ? Optional.empty() : known.cached();
    }

    /** The status of the credentials that are served, with the failure of those that are next where they fail. */
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
        for (ProfileCredentials kept : new ProfileCredentials[] {current, next}) {
            if (kept != null) {
                kept.close();
            }
        }
    }
}
