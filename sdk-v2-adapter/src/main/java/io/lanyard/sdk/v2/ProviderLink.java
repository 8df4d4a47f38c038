// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.chain.Detection;
import io.lanyard.chain.Link;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/** Any provider of the SDK or of the application: it keeps its credentials itself, and stays its owner's to close. */
final class ProviderLink implements Link<AwsCredentialsIdentity> {

    private static final ResolveIdentityRequest ANY =
            ResolveIdentityRequest.builder().build();

    private final IdentityProvider<? extends AwsCredentialsIdentity> provider;

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
            return provider.resolveIdentity(ANY).get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    /** As blocking as the provider is; many of the SDK's answer on the calling thread, and throw on it. */
    @Override
    @SuppressWarnings("unchecked") // nothing is put into the future here
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        try {
            return (CompletableFuture<AwsCredentialsIdentity>) provider.resolveIdentity(ANY);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public AwsCredentialsIdentity probe() throws InterruptedException {
        return resolve();
    }
}
