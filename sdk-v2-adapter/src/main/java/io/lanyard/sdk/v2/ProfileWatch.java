// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsException;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks a profile for changes: reads and inspects it at most once a second, when a caller needs it. {@link ProfileState}
 * decides what a result means. While the last result is a failure or unconfirmed, each caller without valid credentials
 * starts a check.
 *
 * <p>Checks run one at a time on the shared threads, never on a caller's: a caller may be interrupted, which would make a
 * read fail, and a file system may hang. No caller waits longer than the limit. A check that hangs is not repeated; its
 * result is used when it completes.
 *
 * <p>Safe for use by any thread.
 */
final class ProfileWatch {

    /** The limit outside of tests. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    private final Supplier<ProfileInspection> reader;
    private final Consumer<ProfileState> listener;
    private final Clock clock;
    private final Duration limit;

    private volatile @Nullable ProfileState state;
    private final AtomicReference<@Nullable Check> running = new AtomicReference<>();

    /**
     * Creates a watch that has not checked yet.
     *
     * @param reader reads and inspects; may block; throws {@link CredentialsException} for a file that cannot be read
     * @param listener receives the result of each check before any caller does, one at a time
     * @param clock gives the time between checks
     * @param limit how long a caller waits for a check at most
     */
    ProfileWatch(Supplier<ProfileInspection> reader, Consumer<ProfileState> listener, Clock clock, Duration limit) {
        this.reader = reader;
        this.listener = listener;
        this.clock = clock;
        this.limit = limit;
    }

    /** Returns the result of the last check; null before the first. */
    @Nullable
    ProfileState state() {
        return state;
    }

    /** Returns whether the last result is settled and not older than a second. Allocates nothing. */
    boolean isFresh() {
        ProfileState known = state;
        return known != null && known.isSettled() && !isOld(known);
    }

    /** Returns whether callers with valid credentials start a check. */
    boolean isDue() {
        ProfileState known = state;
        return known == null || isOld(known);
    }

    private boolean isOld(ProfileState known) {
        return clock.nanoTime() - known.checkedAt() >= ProfileState.CHECK_NANOS;
    }

    /** Starts a check unless one is running. Does not wait. */
    Check start() {
        while (true) {
            Check check = running.get();
            if (check != null) {
                return check;
            }
            Check created = new Check();
            if (running.compareAndSet(null, created)) {
                try {
                    Scheduler.shared().execute(created);
                } catch (RuntimeException | Error e) { // no thread can be started
                    created.run();
                }
                return created;
            }
        }
    }

    /**
     * Waits for a check unless the last result is fresh. After the limit, returns the last result if a complete profile is
     * effective.
     *
     * @throws CredentialsException after the limit, when no complete profile is effective
     * @throws InterruptedException when the caller is interrupted; the check continues
     */
    ProfileState check() throws InterruptedException {
        ProfileState known = state;
        return known != null && isFresh() ? known : start().await();
    }

    /** Does as {@link #check}, and ignores interrupts: they must not decide whether a source is available. */
    ProfileState checkUninterruptibly() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return check();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Returns the failure of a check that takes longer than the limit. */
    CredentialsException timedOut() {
        return Sources.unreadable(
                "the config and credentials files were not read within " + limit.toMillis() + " ms",
                "check the file system that they are on");
    }

    private static CredentialsException unexpected(Throwable failure) {
        return Sources.unreadable(
                "the profile could not be read (" + failure.getClass().getName() + ")",
                "check the config and credentials files");
    }

    /** One check, with one thread that runs it and any number that wait for it. */
    final class Check implements Runnable {
        private final AtomicBoolean started = new AtomicBoolean();
        private final CompletableFuture<@Nullable ProfileState> result = new CompletableFuture<>();
        private final long startedAt = System.nanoTime();
        private Scheduler.@Nullable Timer timer; // guarded by this

        @Override
        public void run() {
            if (!started.compareAndSet(false, true)) {
                return;
            }
            long now = 0;
            ProfileState next = null;
            try {
                now = clock.nanoTime();
                next = read(now);
                listener.accept(next);
            } catch (Throwable e) { // callers are waiting; its text may quote a file
                next = ProfileState.afterFailure(state, unexpected(e), now);
            } finally {
                complete(next);
            }
        }

        private ProfileState read(long now) {
            try {
                return ProfileState.afterReading(state, reader.get(), now);
            } catch (CredentialsException e) {
                return ProfileState.afterFailure(state, e, now);
            } catch (RuntimeException | Error e) { // as above
                return ProfileState.afterFailure(state, unexpected(e), now);
            }
        }

        private void complete(@Nullable ProfileState next) {
            if (next != null) {
                state = next;
            }
            running.set(null);
            result.complete(next);
            synchronized (this) {
                if (timer != null) {
                    timer.cancel();
                }
            }
        }

        private ProfileState await() throws InterruptedException {
            boolean late;
            try {
                late = result.get(remainingNanos(), TimeUnit.NANOSECONDS) == null;
            } catch (TimeoutException | ExecutionException e) {
                late = true;
            }
            ProfileState latest = state;
            if (latest == null || (late && !latest.isConfigured())) {
                throw timedOut();
            }
            return latest;
        }

        /** Returns a future of the check, for asynchronous stages alone. Completes with null after the limit. */
        CompletableFuture<@Nullable ProfileState> result() {
            synchronized (this) {
                if (timer == null && !result.isDone()) {
                    timer = Scheduler.shared().schedule(this, Check::giveUp, Duration.ofNanos(remainingNanos()));
                }
            }
            return result;
        }

        private long remainingNanos() {
            return Math.max(0, limit.toNanos() - (System.nanoTime() - startedAt));
        }

        private void giveUp() {
            Scheduler.shared().execute(() -> result.complete(null));
        }
    }
}
