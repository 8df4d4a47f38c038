// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsListener;
import io.lanyard.SourceDescription;
import io.lanyard.chain.Detection;
import io.lanyard.chain.Link;
import io.lanyard.chain.LinkState;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.refresh.RefreshStatus;
import io.lanyard.spi.Environment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.profiles.ProfileFile;

/** The node's own role, from the instance metadata service; never beside a container's. */
final class InstanceMetadataLink implements Link<AwsCredentialsIdentity> {

    private final Environment environment;
    private final boolean excluded;
    private final Link<?> container;
    private final RefreshedProvider provider;

    InstanceMetadataLink(
            Environment environment,
            boolean excluded,
            Link<?> container,
            @Nullable String profileName,
            @Nullable Supplier<ProfileFile> profileFile,
            Threads threads,
            @Nullable CredentialsListener listener) {
        this.environment = environment;
        this.excluded = excluded;
        this.container = container;
        this.provider = new RefreshedProvider(
                () -> {
                    InstanceProfileCredentialsProvider.Builder builder = InstanceProfileCredentialsProvider.builder();
                    if (profileName != null) {
                        builder.profileName(profileName);
                    }
                    if (profileFile != null) {
                        builder.profileFile(profileFile);
                    }
                    return builder.build();
                },
                RefreshPolicy.builder()
                        .recheckInterval(RefreshedProvider.UNTOLD_END)
                        .build(),
                threads,
                true,
                listener,
                () -> SdkFailures.INSTANCE_METADATA,
                Optional::empty);
    }

    @Override
    public Detection detect() {
        if (excluded) {
            return new Detection(
                    LinkState.EXCLUDED,
                    "excluded by excludeInstanceMetadata(true) or lanyard.exclude-instance-metadata",
                    Optional.of("configure another source; to use the instance's role, remove the exclusion"),
                    false);
        }
        if ("true".equalsIgnoreCase(SdkSetting.METADATA_DISABLED.value(environment))) {
            return Detection.excluded(SdkSetting.METADATA_DISABLED.variable() + " is true");
        }
        return container.detect().isConfigured()
                ? Detection.excluded("container credentials are configured, and the node's role is not a container's")
                : Detection.configured();
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
    public AwsCredentialsIdentity probe() {
        return provider.ask();
    }

    @Override
    public SourceDescription describe() {
        return new SourceDescription(
                List.of(SdkSetting.METADATA_DISABLED.seen(environment), SdkSetting.METADATA_ENDPOINT.seen(environment)),
                Optional.of(SdkFailures.INSTANCE_METADATA),
                Optional.empty());
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
