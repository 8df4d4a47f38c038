// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsException;
import io.lanyard.diagnose.Problem;
import io.lanyard.internal.LoadContext;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * Calls a provider that may block, on the shared threads and one call at a time. Callers that arrive meanwhile share the
 * outcome, and each caller's dependent stages run on a thread of their own. A call without an outcome fails after {@link
 * #LIMIT}. Safe for use by any thread.
 */
final class SharedCalls {

    /** As long as a chain waits for a source while it selects one. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final Executor SHARED = Scheduler.shared()::execute;

    private final String name;
    private final Supplier<CompletableFuture<AwsCredentialsIdentity>> provider;
    private final CallLimit limit = new CallLimit();
    private final AtomicReference<@Nullable Call> running = new AtomicReference<>();

    /**
     * Creates calls of a provider.
     *
     * @param name the provider, for failures
     * @param provider calls it on the current thread
     */
    SharedCalls(String name, Supplier<CompletableFuture<AwsCredentialsIdentity>> provider) {
        this.name = name;
        this.provider = provider;
    }

    /** Returns the outcome of the running call, or of one that this starts. */
    CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        Call call = running.get();
        if (call == null && limit.isReached()) {
            return CompletableFuture.failedFuture(
                    problem("is not called again while " + CallLimit.MOST_STUCK + " earlier calls of it still hang"));
        }
        while (call == null) {
            Call created = new Call();
            if (running.compareAndSet(null, created)) {
                created.start();
                call = created;
            } else {
                call = running.get();
            }
        }
        return call.result.handleAsync(
                (credentials, thrown) -> {
                    if (thrown != null) {
                        Throwable shared = Sources.unwrapped(thrown);
                        throw new CompletionException(
                                shared instanceof CredentialsException failed ? failed.forCaller() : shared);
                    }
                    return credentials;
                },
                SHARED);
    }

    private CredentialsException problem(String what) {
        return Sources.failed(name + " " + what, Problem.PROVIDER_HANGS, true);
    }

    /** One call, which completes when the provider does, or at the limit. */
    private final class Call implements Runnable, BiConsumer<@Nullable AwsCredentialsIdentity, @Nullable Throwable> {
        private final CompletableFuture<AwsCredentialsIdentity> result = new CompletableFuture<>();
        private final @Nullable LoadContext context = LoadContext.current();
        private final CallLimit.Call call = limit.newCall();
        private volatile Scheduler.@Nullable Timer timer;

        void start() {
            try {
                SHARED.execute(this);
                if (!result.isDone()) {
                    timer = Scheduler.shared().schedule(this, Call::giveUp, LIMIT);
                }
            } catch (RuntimeException | Error e) { // callers may be waiting
                accept(null, e);
            }
        }

        /** Runs on the timer's thread, where no dependent stage of a caller may run. */
        private void giveUp() {
            call.abandon();
            SHARED.execute(() -> accept(null, problem("has not answered within " + LIMIT.toSeconds() + " s")));
        }

        @Override
        public void run() {
            if (!call.begin()) {
                return;
            }
            LoadContext before = LoadContext.current();
            LoadContext.set(context); // so that a provider that calls the chain it belongs to is recognized
            try {
                CompletableFuture<AwsCredentialsIdentity> unused =
                        provider.get().whenComplete(this);
            } catch (RuntimeException | Error e) { // callers are waiting
                accept(null, e);
            } finally {
                LoadContext.set(before);
                call.end();
            }
        }

        @Override
        public void accept(@Nullable AwsCredentialsIdentity credentials, @Nullable Throwable thrown) {
            running.compareAndSet(this, null); // a later caller starts another call
            Scheduler.Timer scheduled = timer;
            if (scheduled != null) {
                scheduled.cancel();
            }
            if (thrown != null) {
                result.completeExceptionally(Sources.unwrapped(thrown));
            } else {
                result.complete(credentials);
            }
        }
    }
}
