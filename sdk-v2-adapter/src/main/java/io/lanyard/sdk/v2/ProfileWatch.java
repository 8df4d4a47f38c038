// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsException;
import io.lanyard.chain.Availability;
import io.lanyard.spi.Clock;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a profile from time to time, and says what to make of it.
 *
 * <p>A look reads the files and inspects the profile. Its result is one of:
 *
 * <ul>
 *   <li><b>readable, and complete</b>: this is what counts from now on;
 *   <li><b>unreadable</b>: what counted before still counts if it was complete. Otherwise the source has failed, which
 *       is never taken for absence;
 *   <li><b>in doubt</b>: something is missing that was there before, or a file lacks the profile or a part of it. The file
 *       may be torn by a writer, so what counted before still counts until a look a second later finds the same, or one
 *       a minute later where the files are empty.
 * </ul>
 *
 * <p>A result is good for one second. After an unreadable or doubtful one, callers that have no valid credentials look
 * again at each call.
 *
 * <p>Looks run one at a time on the shared threads, never on a caller's: a caller may be interrupted, which would make
 * a read fail, and a file system may hang. No caller
 * waits longer than the limit. A look that hangs is not repeated; its result counts when it comes.
 *
 * <p>Safe for use by any thread.
 */
final class ProfileWatch {

    /** The limit outside of tests. */
    static final Duration LIMIT = Duration.ofSeconds(10);

    private static final long EVERY_NANOS = 1_000_000_000;

    /** A command whose output becomes the file has emptied it before it runs, and may take this long. */
    private static final long EMPTY_NANOS = 60 * EVERY_NANOS;

    private final Supplier<ProfileInspection> inspect;
    private final Consumer<Seen> changed;
    private final Clock clock;
    private final Duration limit;

    private volatile @Nullable Seen seen;
    private final AtomicReference<@Nullable Look> running = new AtomicReference<>();

    /**
     * Creates a watch that has not looked yet.
     *
     * @param inspect reads and inspects; may block; throws {@link CredentialsException} for a file that cannot be read
     * @param changed receives the result of each look before any caller does, one at a time
     * @param clock gives the time between looks
     * @param limit how long a caller waits for a look at most
     */
    ProfileWatch(Supplier<ProfileInspection> inspect, Consumer<Seen> changed, Clock clock, Duration limit) {
        this.inspect = inspect;
        this.changed = changed;
        this.clock = clock;
        this.limit = limit;
    }

    /**
     * What the looks so far have found.
     *
     * @param counts the inspection that counts; null when there is none yet
     * @param failure why the last look failed; null when it did not
     * @param doubted what the last look found if it is not believed yet, else null
     * @param doubtedAt when that was first found
     * @param at when the last look began
     */
    record Seen(
            @Nullable ProfileInspection counts,
            @Nullable CredentialsException failure,
            @Nullable ProfileInspection doubted,
            long doubtedAt,
            long at) {

        private static Seen found(@Nullable Seen before, ProfileInspection found, long now) {
            ProfileInspection counted = before == null ? null : before.counts;
            if (counted != null && counted.isSameAs(found)) {
                return new Seen(counted, null, null, 0, now);
            }
            boolean inDoubt = (counted != null && counted.isConfigured())
                    ? !found.isConfigured() || found.hasOnlyLostOf(counted)
                    : found.lacksContent() && (found.exists() || (before != null && !before.isSettled()));
            if (!inDoubt) {
                return new Seen(found, null, null, 0, now);
            }
            if (before == null || before.doubted == null || !before.doubted.isSameAs(found)) {
                return new Seen(counted, null, found, now, now);
            }
            long settledAfter = counted != null && found.isEmpty() ? EMPTY_NANOS : EVERY_NANOS;
            return now - before.doubtedAt >= settledAfter
                    ? new Seen(found, null, null, 0, now)
                    : new Seen(counted, null, found, before.doubtedAt, now);
        }

        private static Seen failed(@Nullable Seen before, CredentialsException failure, long now) {
            return new Seen(before == null ? null : before.counts, failure, null, 0, now);
        }

        /** Whether there is a complete profile to go by, be it that of an earlier look. */
        boolean isAvailable() {
            return counts != null && counts.isConfigured();
        }

        boolean isSettled() {
            return failure == null && doubted == null;
        }

        /**
         * Where the source stands.
         *
         * @throws CredentialsException when that is unknown, because the files cannot be read
         */
        Availability detection() {
            if (counts != null && counts.isConfigured()) {
                return counts.detection();
            }
            if (failure != null) {
                throw failure.forCaller();
            }
            if (doubted != null) {
                return doubted.detectionForNow();
            }
            return Objects.requireNonNull(counts).detection();
        }

        @Override
        public String toString() {
            return "Seen(" + (failure != null ? "unreadable" : doubted != null ? "in doubt" : "settled") + ")";
        }
    }

    /** The result of the last look; null before the first. */
    @Nullable
    Seen seen() {
        return seen;
    }

    /** Whether the last result is settled and not older than a second. Allocates nothing. */
    boolean isQuiet() {
        Seen known = seen;
        return known != null && known.isSettled() && clock.nanoTime() - known.at < EVERY_NANOS;
    }

    /** Whether callers with valid credentials start a look. */
    boolean isDue() {
        Seen known = seen;
        return known == null || clock.nanoTime() - known.at >= EVERY_NANOS;
    }

    /** Starts a look unless one is running. Does not wait. */
    Look start() {
        while (true) {
            Look look = running.get();
            if (look != null) {
                return look;
            }
            Look mine = new Look();
            if (running.compareAndSet(null, mine)) {
                try {
                    Scheduler.shared().execute(mine);
                } catch (RuntimeException | Error e) { // no thread can be started
                    mine.run();
                }
                return mine;
            }
        }
    }

    /**
     * Waits for a look unless the last one is quiet. If it takes too long, what counted before still counts.
     *
     * @throws CredentialsException when it takes too long and no complete profile counted before
     * @throws InterruptedException when the caller is interrupted; the look goes on
     */
    Seen look() throws InterruptedException {
        Seen known = seen;
        return known != null && isQuiet() ? known : start().await();
    }

    /** As {@link #look}, without being interrupted: whether a source exists does not depend on the caller. */
    Seen lookUninterruptibly() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return look();
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

    CredentialsException late() {
        return Sources.unreadable(
                "the config and credentials files were not read within " + limit.toMillis() + " ms",
                "check the file system that they are on");
    }

    private static CredentialsException unexpected(Throwable failure) {
        return Sources.unreadable(
                "the profile could not be read (" + failure.getClass().getName() + ")",
                "check the config and credentials files");
    }

    /** One look, with one thread that runs it and any number that wait for it. */
    final class Look implements Runnable {
        private final AtomicBoolean begun = new AtomicBoolean();
        private final CountDownLatch done = new CountDownLatch(1);
        private final CompletableFuture<@Nullable Seen> result = new CompletableFuture<>();
        private final long startedAt = System.nanoTime();
        private Scheduler.@Nullable Timer timer; // guarded by this

        @Override
        public void run() {
            if (!begun.compareAndSet(false, true)) {
                return;
            }
            long now = 0;
            Seen next = null;
            try {
                now = clock.nanoTime();
                next = looked(now);
                changed.accept(next);
            } catch (Throwable e) { // callers are waiting; its text may quote a file
                next = Seen.failed(seen, unexpected(e), now);
            } finally {
                finish(next);
            }
        }

        private Seen looked(long now) {
            try {
                return Seen.found(seen, inspect.get(), now);
            } catch (CredentialsException e) {
                return Seen.failed(seen, e, now);
            } catch (RuntimeException | Error e) { // as above
                return Seen.failed(seen, unexpected(e), now);
            }
        }

        /** Nothing here may leave a caller waiting. */
        private void finish(@Nullable Seen next) {
            if (next != null) {
                seen = next;
            }
            running.set(null);
            done.countDown();
            synchronized (this) {
                if (timer != null) {
                    timer.cancel();
                }
            }
            result.complete(next);
        }

        private Seen await() throws InterruptedException {
            long waited = System.nanoTime() - startedAt;
            boolean late = !done.await(limit.toNanos() - waited, TimeUnit.NANOSECONDS);
            Seen latest = seen;
            if (latest == null || (late && !latest.isAvailable())) {
                throw late();
            }
            return latest;
        }

        /** Completes with the look, on a thread of each dependent's own; null when the look takes too long. */
        CompletableFuture<@Nullable Seen> result() {
            synchronized (this) {
                if (timer == null && done.getCount() > 0) {
                    long left = Math.max(0, limit.toNanos() - (System.nanoTime() - startedAt));
                    timer = Scheduler.shared().schedule(this, Look::giveUp, Duration.ofNanos(left));
                }
            }
            return result;
        }

        private void giveUp() {
            Scheduler.shared().execute(() -> result.complete(null));
        }
    }
}
