// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.chain.Detection;
import io.lanyard.chain.Link;
import io.lanyard.refresh.RefreshStatus;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** A configured provider of the SDK whose credentials Lanyard's cache keeps fresh. */
final class RefreshedLink implements Link<AwsCredentialsIdentity> {

    private final RefreshedProvider provider;

    RefreshedLink(RefreshedProvider provider) {
        this.provider = provider;
    }

    @Override
    public Detection detect() {
        return Detection.configured();
    }

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        return provider.get();
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        return provider.getAsync();
    }

    @Override
    public AwsCredentialsIdentity probe() throws InterruptedException {
        return provider.probe();
    }

    @Override
    public @Nullable AwsCredentialsIdentity held() {
        return provider.held();
    }

    @Override
    public RefreshStatus status() {
        return provider.status();
    }

    @Override
    public void invalidate(String accessKeyId) {
        provider.invalidate(accessKeyId);
    }

    @Override
    public void close() {
        provider.close();
    }
}
