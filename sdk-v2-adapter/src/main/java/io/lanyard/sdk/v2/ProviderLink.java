// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.chain.Detection;
import io.lanyard.chain.Link;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/** Any provider of the SDK or of the application: it keeps its credentials itself, and stays its owner's to close. */
final class ProviderLink implements Link<AwsCredentialsIdentity> {

    private static final ResolveIdentityRequest ANY =
            ResolveIdentityRequest.builder().build();

    private final IdentityProvider<? extends AwsCredentialsIdentity> provider;

    // for reports alone: what it keeps, it does not show
    private volatile @Nullable AwsCredentialsIdentity given;
    private volatile @Nullable Throwable failure;

    ProviderLink(IdentityProvider<? extends AwsCredentialsIdentity> provider) {
        this.provider = provider;
    }

    @Override
    public Detection detect() {
        return Detection.configured();
    }

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        try {
            return gave(provider.resolveIdentity(ANY).get());
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        } catch (RuntimeException e) {
            throw failed(e);
        }
    }

    /** As blocking as the provider is; many of the SDK's answer on the calling thread, and throw on it. */
    @Override
    @SuppressWarnings("unchecked") // nothing is put into the future here
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        CompletableFuture<? extends AwsCredentialsIdentity> asked;
        try {
            asked = provider.resolveIdentity(ANY);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(failed(e));
        }
        if (asked.isDone() && !asked.isCompletedExceptionally()) {
            gave(asked.join());
            return (CompletableFuture<AwsCredentialsIdentity>) asked;
        }
        return asked.handle((credentials, thrown) -> {
            if (thrown == null) {
                return gave(credentials);
            }
            throw failed(
                    thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown);
        });
    }

    @SuppressWarnings("ReferenceEquality") // to write only what is new, for many threads read it
    private AwsCredentialsIdentity gave(AwsCredentialsIdentity credentials) {
        if (given != credentials) {
            given = credentials;
        }
        if (failure != null) {
            failure = null;
        }
        return credentials;
    }

    /** A provider of ours says in the cause that it is not configured: the exception itself has to be the SDK's. */
    private RuntimeException failed(@Nullable Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof SdkClientException
                && thrown.getCause() instanceof CredentialsException cause
                && cause.category() == Category.NOT_CONFIGURED) {
            return cause;
        }
        failure = thrown;
        return thrown instanceof RuntimeException e ? e : new IllegalStateException(thrown);
    }

    @Override
    public @Nullable AwsCredentialsIdentity held() {
        return given;
    }

    @Override
    public @Nullable Throwable lastFailure() {
        return failure;
    }

    @Override
    public AwsCredentialsIdentity probe() throws InterruptedException {
        return resolve();
    }
}
