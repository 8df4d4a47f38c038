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
import io.lanyard.spi.Scheduler;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.profiles.ProfileFile;

/** The node's role, from the instance metadata service; excluded while container credentials are configured. */
final class InstanceMetadataLink implements Link<AwsCredentialsIdentity>, Runnable {

    private final Environment environment;
    private final boolean excluded;
    private final Link<?> container;
    private final RefreshedProvider provider;
    private volatile boolean used;

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
                        .recheckInterval(RefreshedProvider.UNKNOWN_EXPIRATION)
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
        AwsCredentialsIdentity credentials = provider.get();
        if (!used) {
            run();
        }
        return credentials;
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        CompletableFuture<AwsCredentialsIdentity> answer = provider.getAsync();
        if (!used) {
            CompletableFuture<Void> unused = answer.thenRunAsync(this, Scheduler.shared()::execute);
        }
        return answer;
    }

    /**
     * Warns once if these credentials, which are in use now, are probably not meant: what runs in a container and has
     * no credentials of its own gets those of the machine below it.
     */
    @Override
    public void run() {
        synchronized (this) {
            if (used) {
                return;
            }
            used = true;
        }
        String warning = environment.variable("KUBERNETES_SERVICE_HOST") != null
                ? "This pod has no container credentials and uses those of the instance metadata service, usually the"
                        + " node's role. Remedy: create the Pod Identity association (aws eks"
                        + " create-pod-identity-association) and recreate the pod"
                : environment.variable("ECS_CONTAINER_METADATA_URI_V4") != null
                        ? "This task has no container credentials and uses those of the instance metadata service,"
                                + " usually the role of the container instance. Remedy: give the task a task role"
                        : SdkSetting.CONTAINER_TOKEN_FILE.isSet(environment)
                                ? "A token file for container credentials is set but no URI, so the credentials of the"
                                        + " instance metadata service are used. Remedy: set"
                                        + " AWS_CONTAINER_CREDENTIALS_FULL_URI"
                                : null;
        if (warning != null) {
            Links.warn(warning + ", or exclude instance metadata with excludeInstanceMetadata(true) or"
                    + " lanyard.exclude-instance-metadata=true");
        }
    }

    @Override
    public AwsCredentialsIdentity probe() throws InterruptedException {
        return provider.probe();
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
