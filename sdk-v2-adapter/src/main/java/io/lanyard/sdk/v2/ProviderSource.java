// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.RefreshStatus;
import io.lanyard.chain.Availability;
import io.lanyard.chain.ChainSource;
import io.lanyard.diagnose.Problem;
import io.lanyard.internal.LoadContext;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/**
 * Any provider of the SDK or of the application: it caches its credentials itself, and its owner closes it.
 *
 * <p>Most of the SDK's providers block in {@code resolveIdentity}. {@link #resolveAsync} therefore calls a provider on
 * the shared threads, one call at a time, whose outcome the callers share; each caller's callbacks run on a thread of
 * their own. On the caller's thread it calls those that are known not to block, and any while that is a shared thread
 * itself.
 */
final class ProviderSource implements ChainSource<AwsCredentialsIdentity> {

    private static final ResolveIdentityRequest ANY =
            ResolveIdentityRequest.builder().build();
    /** As long as a chain waits for a source while it selects one. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** As with the cache's loads. */
    private static final int MOST_STUCK = 3;

    private static final Executor SHARED = Scheduler.shared()::execute;

    private final IdentityProvider<? extends AwsCredentialsIdentity> provider;
    private final String name;
    private final boolean mayBlock;
    private final AtomicReference<@Nullable Call> running = new AtomicReference<>();
    private final AtomicInteger stuck = new AtomicInteger(); // calls that were latest up and whose threads still hang

    // for reports and invalidation: what the provider caches, it does not show
    private volatile @Nullable AwsCredentialsIdentity latest;
    private volatile @Nullable CredentialsException failure;

    ProviderSource(IdentityProvider<? extends AwsCredentialsIdentity> provider) {
        this.provider = provider;
        this.name = "the provider " + provider.getClass().getSimpleName();
        this.mayBlock = !(provider instanceof LanyardContainerCredentialsProvider
                || provider instanceof LanyardDefaultCredentialsProvider
                || provider instanceof StaticCredentialsProvider
                || provider instanceof AnonymousCredentialsProvider);
    }

    @Override
    public Availability availability() {
        return Availability.configured();
    }

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        if (!mayBlock) {
            return resolveHere();
        }
        LoadContext before = LoadContext.current();
        String circle = LoadContext.circle(this);
        if (circle != null) {
            throw failure("calls the chain that it belongs to: " + circle, Problem.CHAIN_CALLS_ITSELF, false);
        }
        LoadContext.set(new LoadContext(this, name, before));
        try {
            return resolveHere();
        } finally {
            LoadContext.set(before);
        }
    }

    private AwsCredentialsIdentity resolveHere() throws InterruptedException {
        boolean cancelled = false;
        while (true) {
            try {
                return received(provider.resolveIdentity(ANY).get());
            } catch (ExecutionException e) {
                throw failed(e.getCause());
            } catch (CancellationException e) {
                if (cancelled) {
                    throw e;
                }
                cancelled = true; // perhaps by another caller with whom the provider shared it
            } catch (RuntimeException e) {
                Sources.throwIfInterrupted(e);
                throw failed(e);
            }
        }
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        if (!mayBlock) {
            return ask(true);
        }
        Call call = running.get();
        if (call == null && stuck.get() >= MOST_STUCK) {
            return CompletableFuture.failedFuture(failure(
                    "is not called again, because " + MOST_STUCK + " earlier calls of it still hang",
                    Problem.PROVIDER_HANGS,
                    true));
        }
        while (call == null) {
            Call mine = new Call();
            if (running.compareAndSet(null, mine)) {
                mine.start();
                call = mine;
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

    /** Calls the provider on this thread, and once more if another caller has cancelled the future that it returned. */
    @SuppressWarnings("unchecked") // nothing is put into the future here
    private CompletableFuture<AwsCredentialsIdentity> ask(boolean again) {
        CompletableFuture<? extends AwsCredentialsIdentity> asked;
        try {
            asked = provider.resolveIdentity(ANY);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(failed(e));
        }
        if (asked.isDone() && !asked.isCompletedExceptionally()) {
            received(asked.join());
            return (CompletableFuture<AwsCredentialsIdentity>) asked;
        }
        CompletableFuture<AwsCredentialsIdentity> answer = asked.handle((credentials, thrown) -> {
            if (thrown == null) {
                return received(credentials);
            }
            throw failed(Sources.unwrapped(thrown));
        });
        return answer.exceptionallyCompose(thrown ->
                again && asked.isCancelled() ? ask(false) : CompletableFuture.failedFuture(Sources.unwrapped(thrown)));
    }

    private static final int WAITING = 0; // for a thread
    private static final int CALLING = 1;
    private static final int GIVEN_UP = 2; // its thread still hangs in the provider
    private static final int RETURNED = 3;

    /** One call of a provider that may block, which callers that come meanwhile share. */
    private final class Call implements Runnable, BiConsumer<@Nullable AwsCredentialsIdentity, @Nullable Throwable> {
        private final CompletableFuture<AwsCredentialsIdentity> result = new CompletableFuture<>();
        private final @Nullable LoadContext context = LoadContext.current();
        private final AtomicInteger state = new AtomicInteger(WAITING);
        private volatile Scheduler.@Nullable Timer limit;

        void start() {
            try {
                SHARED.execute(this);
                if (!result.isDone()) {
                    limit = Scheduler.shared().schedule(this, Call::late, LIMIT);
                }
            } catch (RuntimeException | Error e) { // callers may be waiting
                accept(null, e);
            }
        }

        /** On the timer's thread, where no callback of a caller may run. */
        private void late() {
            if (state.compareAndSet(CALLING, GIVEN_UP)) {
                stuck.incrementAndGet();
            } else {
                state.compareAndSet(WAITING, RETURNED);
            }
            SHARED.execute(() -> accept(
                    null,
                    failure("has not answered within " + LIMIT.toSeconds() + " s", Problem.PROVIDER_HANGS, true)));
        }

        @Override
        public void run() {
            if (!state.compareAndSet(WAITING, CALLING)) {
                return; // it was latest up before a thread was free
            }
            LoadContext before = LoadContext.current();
            LoadContext.set(context); // so that a provider that asks the chain it belongs to is recognized
            try {
                CompletableFuture<AwsCredentialsIdentity> unused = ask(true).whenComplete(this);
            } catch (RuntimeException | Error e) { // callers are waiting
                accept(null, e);
            } finally {
                LoadContext.set(before);
                if (state.getAndSet(RETURNED) == GIVEN_UP) {
                    stuck.decrementAndGet();
                }
            }
        }

        @Override
        public void accept(@Nullable AwsCredentialsIdentity credentials, @Nullable Throwable thrown) {
            running.compareAndSet(this, null); // a caller that comes afterwards starts another call
            Scheduler.Timer timer = limit;
            if (timer != null) {
                timer.cancel();
            }
            if (thrown != null) {
                result.completeExceptionally(Sources.unwrapped(thrown));
            } else {
                result.complete(credentials);
            }
        }
    }

    /** A failure that Lanyard itself finds, apart from what the provider reports. */
    private CredentialsException failure(String what, Problem problem, boolean recoverable) {
        return CredentialsException.builder(
                        Category.SOURCE_FAILED,
                        "the provider " + provider.getClass().getName() + " " + what)
                .recoverable(recoverable)
                .finding(problem.id())
                .remedy(problem.remedy())
                .build();
    }

    @SuppressWarnings("ReferenceEquality") // to write only what is new, for many threads read it
    private AwsCredentialsIdentity received(@Nullable AwsCredentialsIdentity credentials) {
        AwsCredentialsIdentity value = Objects.requireNonNull(credentials, "the provider returned no credentials");
        if (latest != value) {
            latest = value;
        }
        if (failure != null) {
            failure = null;
        }
        return value;
    }

    /**
     * The failure to throw. A provider of ours says in the cause that it is not configured, because the exception itself
     * has to be the SDK's. A call that was cancelled or aborted is no failure of the source, and a chain knows it by a
     * {@link CancellationException}.
     */
    private RuntimeException failed(@Nullable Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof SdkClientException
                && thrown.getCause() instanceof CredentialsException cause
                && cause.category() == Category.NOT_CONFIGURED) {
            return cause;
        }
        if (thrown instanceof CancellationException e) {
            return e;
        }
        if (thrown instanceof AbortedException) {
            CancellationException aborted = new CancellationException("the provider's call was aborted");
            aborted.initCause(thrown);
            return aborted;
        }
        CredentialsException classified = SdkFailures.classified(
                thrown == null ? new IllegalStateException("the provider failed without an exception") : thrown,
                "",
                Optional.empty());
        failure = classified;
        return classified;
    }

    @Override
    public Optional<AwsCredentialsIdentity> cached() {
        return Optional.ofNullable(latest);
    }

    @Override
    public RefreshStatus status() {
        return RefreshStatus.unmanaged(failure);
    }

    /** Notifies a provider that takes such reports. */
    @Override
    public void invalidate(String accessKeyId) {
        AwsCredentialsIdentity rejected = latest;
        if (provider instanceof InvalidatableCredentials invalidatable
                && rejected != null
                && rejected.accessKeyId().equals(accessKeyId)) {
            invalidatable.invalidate(rejected);
        }
    }

    @Override
    public AwsCredentialsIdentity probe() throws InterruptedException {
        return resolve();
    }
}
