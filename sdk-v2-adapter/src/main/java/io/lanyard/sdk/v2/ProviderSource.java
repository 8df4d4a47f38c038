// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.RefreshStatus;
import io.lanyard.chain.Availability;
import io.lanyard.chain.ChainSource;
import io.lanyard.diagnose.Problem;
import io.lanyard.internal.LoadContext;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/**
 * Any provider of the SDK or of the application, which caches its credentials itself and is closed by its owner.
 *
 * <p>Most of the SDK's providers block in {@code resolveIdentity}, so {@link #resolveAsync} calls them through {@link
 * SharedCalls}. Those that are known not to block are called on the caller's thread.
 */
final class ProviderSource implements ChainSource<AwsCredentialsIdentity> {

    private static final ResolveIdentityRequest ANY =
            ResolveIdentityRequest.builder().build();

    private final IdentityProvider<? extends AwsCredentialsIdentity> provider;

    /** Null for a provider that does not block. */
    private final @Nullable SharedCalls calls;

    // for reports and invalidation, because a provider does not show what it caches
    private volatile @Nullable AwsCredentialsIdentity latest;
    private volatile @Nullable CredentialsException failure;

    ProviderSource(IdentityProvider<? extends AwsCredentialsIdentity> provider) {
        this.provider = provider;
        boolean blocks = !(provider instanceof LanyardContainerCredentialsProvider
                || provider instanceof LanyardDefaultCredentialsProvider
                || provider instanceof StaticCredentialsProvider
                || provider instanceof AnonymousCredentialsProvider);
        this.calls = blocks ? new SharedCalls(name(), () -> call(true)) : null;
    }

    private String name() {
        return "the provider " + provider.getClass().getName();
    }

    @Override
    public Availability availability() {
        return Availability.configured();
    }

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        if (calls == null) {
            return resolveHere();
        }
        LoadContext before = LoadContext.current();
        String circle = LoadContext.circle(this);
        if (circle != null) {
            throw Sources.failed(
                    name() + " calls the chain that it belongs to: " + circle, Problem.CHAIN_CALLS_ITSELF, false);
        }
        LoadContext.set(
                new LoadContext(this, "the provider " + provider.getClass().getSimpleName(), before));
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
                cancelled = true; // perhaps by another caller of the provider that got the same future
            } catch (RuntimeException e) {
                Sources.throwIfInterrupted(e);
                throw failed(e);
            }
        }
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        return calls == null ? call(true) : calls.resolveAsync();
    }

    /** Calls the provider on this thread; if another caller has cancelled the future that it returned, once more. */
    @SuppressWarnings("unchecked") // nothing is put into the future here
    private CompletableFuture<AwsCredentialsIdentity> call(boolean again) {
        CompletableFuture<? extends AwsCredentialsIdentity> resolved;
        try {
            resolved = provider.resolveIdentity(ANY);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(failed(e));
        }
        if (resolved.isDone() && !resolved.isCompletedExceptionally()) {
            received(resolved.join());
            return (CompletableFuture<AwsCredentialsIdentity>) resolved;
        }
        CompletableFuture<AwsCredentialsIdentity> received = resolved.handle((credentials, thrown) -> {
            if (thrown == null) {
                return received(credentials);
            }
            throw failed(Sources.unwrapped(thrown));
        });
        return received.exceptionallyCompose(thrown -> again && resolved.isCancelled()
                ? call(false)
                : CompletableFuture.failedFuture(Sources.unwrapped(thrown)));
    }

    @SuppressWarnings("ReferenceEquality") // writes only what is new, because many threads read it
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
     * Returns the failure to throw. A provider of Lanyard has the failure that it is not configured as the cause, because the
     * exception itself has to be the SDK's. A call that was cancelled or aborted is not a failure of the source, which a
     * {@link CancellationException} tells the chain.
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

    /** Notifies the provider if it is an {@link InvalidatableCredentials}. */
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
