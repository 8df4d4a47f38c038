// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsListener;
import io.lanyard.RefreshStatus;
import io.lanyard.chain.Availability;
import io.lanyard.chain.ChainSource;
import io.lanyard.internal.FailureText;
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
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.profiles.ProfileFile;

/**
 * The profile source: keys, a process, SSO, a login session or an assumed role from the shared config and credentials
 * files, with the AWS SDK's own providers. A role whose {@code credential_source} is the container starts from Lanyard's
 * container source.
 *
 * <p>{@link ProfileInspection} says what a profile is, {@link ProfileWatch} when it has changed. This class keeps the
 * credentials:
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

    private volatile @Nullable Kept current;
    private volatile @Nullable Kept next;
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
        Kept loading = follow(counts);
        if (loading != null && !closed) {
            loading.load();
        }
    }

    /** Makes the inspection that counts the one whose credentials are served, or next are. Returns what is to load. */
    private synchronized @Nullable Kept follow(ProfileInspection counts) {
        Kept serving = current;
        Kept loading = next;
        if (serving != null && serving.inspection.isSameAs(counts)) {
            serving.stopped = false;
            keep(serving, null);
            return null;
        }
        if (loading != null && loading.inspection.isSameAs(counts)) {
            return loading;
        }
        Kept fresh = new Kept(counts);
        if (serving == null || !isValid(serving)) {
            keep(fresh, null);
            return null;
        }
        keep(serving, fresh);
        serving.stop();
        return fresh;
    }

    private synchronized void keep(@Nullable Kept serving, @Nullable Kept loading) {
        Kept before = current;
        Kept nextBefore = next;
        current = serving;
        next = loading;
        for (Kept old : new Kept[] {before, nextBefore}) {
            if (old != null && !old.equals(serving) && !old.equals(loading)) {
                old.stop();
            }
        }
    }

    /** Serves the next credentials, if they are still next. */
    private synchronized void promote(Kept loaded) {
        if (loaded.equals(next)) {
            keep(loaded, null);
        }
    }

    private boolean isValid(@Nullable Kept kept) {
        AwsCredentialsIdentity held = kept == null ? null : kept.source.cached().orElse(null);
        if (held == null) {
            return false;
        }
        Instant end = held.expirationTime().orElse(null);
        return end == null || clock.instant().isBefore(end.minus(EXPIRY_MARGIN));
    }

    // ---- credentials

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        Kept known = current;
        if (known != null && next == null && watch.isQuiet()) {
            return known.source.resolve();
        }
        Kept ready = ready(known);
        if (ready == null) {
            watch.look();
            ready = counting();
        }
        return ready.isStopped() ? ready.held() : ready.source.resolve();
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        Kept known = current;
        if (known != null && next == null && watch.isQuiet()) {
            return known.source.resolveAsync();
        }
        try {
            Kept ready = ready(known);
            if (ready != null) {
                return answer(ready);
            }
            if (watch.isQuiet()) {
                return answer(counting());
            }
            // on a thread of its own, because what callers chain to it may block
            return watch.start()
                    .result()
                    .thenComposeAsync(
                            seen -> {
                                if (seen == null && current == null) {
                                    throw watch.late();
                                }
                                return answer(counting());
                            },
                            Scheduler.shared()::execute);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static CompletableFuture<AwsCredentialsIdentity> answer(Kept kept) {
        return kept.isStopped() ? CompletableFuture.completedFuture(kept.held()) : kept.source.resolveAsync();
    }

    /** What serves a caller without a look, or null when it has to wait for one. */
    private @Nullable Kept ready(@Nullable Kept known) {
        closed = false;
        if (!isValid(known)) {
            Kept loading = next;
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
    private Kept counting() {
        Kept known = current;
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
        Kept once = new Kept(counts);
        try {
            return once.source.probe();
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
        Kept known = current;
        return known == null ? Optional.empty() : known.source.cached();
    }

    /** The status of the credentials that are served, with the failure of those that are next where they fail. */
    @Override
    public RefreshStatus status() {
        Kept known = current;
        if (known == null) {
            return RefreshStatus.unmanaged(null);
        }
        RefreshStatus status = known.source.status();
        Kept loading = next;
        return loading == null
                ? status
                : status.withLastFailure(loading.source.status().lastFailure());
    }

    @Override
    public void invalidate(String accessKeyId) {
        Kept known = current;
        if (known != null) {
            known.source.invalidate(accessKeyId);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        for (Kept kept : new Kept[] {current, next}) {
            if (kept != null) {
                kept.close();
            }
        }
    }

    // ---- the source of an inspected profile

    /** The credentials of one inspected profile. */
    private final class Kept {
        private final ProfileInspection inspection;
        private final RefreshedSource source;
        private final @Nullable LanyardContainerCredentialsProvider base;
        private final AtomicBoolean warned = new AtomicBoolean();
        private volatile boolean stopped;

        Kept(ProfileInspection inspection) {
            this.inspection = inspection;
            this.base = inspection.usesContainer() ? ofTheContainer() : null;
            String endpoint = "profile " + inspection.name();
            this.source = base != null
                    ? RefreshedSource.of(
                            endpoint, new Roles(base, inspection.roles()), inspection.policy(), threads, true, listener)
                    : RefreshedSource.of(endpoint, ofTheSdk(inspection), inspection.policy(), threads, false, listener);
        }

        /** Its loads run within the role's, so they must not need the same, possibly only, thread of an executor. */
        private LanyardContainerCredentialsProvider ofTheContainer() {
            return container.toBuilder()
                    .container(options -> options.executor(null).listener(null))
                    .build();
        }

        void load() {
            CompletableFuture<AwsCredentialsIdentity> unused = source.resolveAsync()
                    .whenComplete((credentials, failure) -> {
                        if (failure == null) {
                            promote(this);
                        } else if (warned.compareAndSet(false, true)) {
                            Log.warn("The profile " + inspection.name() + " has changed, and its new credentials could"
                                    + " not be loaded. Lanyard serves the cached ones while they are valid, and"
                                    + " retries. " + FailureText.of(failure));
                        }
                    });
        }

        AwsCredentialsIdentity held() {
            return source.cached().orElseThrow();
        }

        boolean isStopped() {
            return stopped;
        }

        /** Stops refreshing permanently; the cached credentials stay. */
        void stop() {
            stopped = source.cached().isPresent();
            close();
        }

        void close() {
            source.close();
            if (base != null) {
                base.close();
            }
        }
    }

    @SuppressWarnings("UnnecessaryMethodReference") // it has no close(), unlike what it refers to
    private static Supplier<AwsCredentialsProvider> ofTheSdk(ProfileInspection inspection) {
        Supplier<AwsCredentialsProvider> anew = () -> ProfileCredentialsProvider.builder()
                .profileFile(inspection.file())
                .profileName(inspection.name())
                .build();
        if (!inspection.isProcess()) {
            return anew;
        }
        // one for all loads, because only the provider knows when the process must run again
        AwsCredentialsProvider kept = anew.get();
        return () -> kept::resolveCredentials;
    }

    /** Roles that are assumed one after the other, the first with the container's credentials. */
    private static final class Roles implements Supplier<AwsCredentialsProvider> {
        private final LanyardContainerCredentialsProvider base;
        private final List<Map<String, String>> roles;

        Roles(LanyardContainerCredentialsProvider base, List<Map<String, String>> roles) {
            this.base = base;
            this.roles = roles;
        }

        @Override
        @SuppressWarnings("UnnecessaryMethodReference") // as above
        public AwsCredentialsProvider get() {
            AwsCredentialsProvider provider = base::resolveCredentials;
            for (int i = roles.size() - 1; i >= 0; i--) {
                provider = Sts.assumedRole(provider, roles.get(i));
            }
            return provider;
        }
    }
}
