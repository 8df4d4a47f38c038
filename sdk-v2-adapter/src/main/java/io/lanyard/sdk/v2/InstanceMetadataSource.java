// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsListener;
import io.lanyard.chain.Availability;
import io.lanyard.chain.ChainSource;
import io.lanyard.chain.SourceState;
import io.lanyard.internal.Log;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.report.SourceDescription;
import io.lanyard.spi.Environment;
import io.lanyard.spi.Scheduler;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.InstanceProfileCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.profiles.ProfileFile;

/** The node's role, from the instance metadata service; excluded while container credentials are configured. */
final class InstanceMetadataSource extends RefreshedSource implements Runnable {

    static final String ENDPOINT = "the instance metadata service";

    private final Environment environment;
    private final boolean excluded;
    private final ChainSource<?> container;
    private final @Nullable String profileName;
    private final @Nullable Supplier<ProfileFile> profileFile;
    private volatile boolean used;

    InstanceMetadataSource(
            Environment environment,
            boolean excluded,
            ChainSource<?> container,
            @Nullable String profileName,
            @Nullable Supplier<ProfileFile> profileFile,
            Threads threads,
            @Nullable CredentialsListener listener) {
        super(
                RefreshPolicy.builder()
                        .expiredCredentials(ExpiredCredentials.ACCEPT)
                        .recheckInterval(UNKNOWN_EXPIRATION)
                        .build(),
                threads,
                true,
                listener);
        this.environment = environment;
        this.excluded = excluded;
        this.container = container;
        this.profileName = profileName;
        this.profileFile = profileFile;
    }

    @Override
    AwsCredentialsProvider newProvider() {
        InstanceProfileCredentialsProvider.Builder builder = InstanceProfileCredentialsProvider.builder();
        if (profileName != null) {
            builder.profileName(profileName);
        }
        if (profileFile != null) {
            builder.profileFile(profileFile);
        }
        return builder.build();
    }

    @Override
    String endpoint() {
        return ENDPOINT;
    }

    @Override
    public Availability availability() {
        if (excluded) {
            return new Availability(
                    SourceState.EXCLUDED,
                    "excluded by excludeInstanceMetadata(true) or lanyard.exclude-instance-metadata",
                    Optional.of("configure another source; to use the instance's role, remove the exclusion"),
                    false);
        }
        if ("true".equalsIgnoreCase(SdkSetting.METADATA_DISABLED.value(environment))) {
            return Availability.excluded(SdkSetting.METADATA_DISABLED.variable() + " is true");
        }
        return container.availability().isConfigured()
                ? Availability.excluded("container credentials are configured, so the node's role is not used")
                : Availability.configured();
    }

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        AwsCredentialsIdentity credentials = super.resolve();
        if (!used) {
            run();
        }
        return credentials;
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        CompletableFuture<AwsCredentialsIdentity> answer = super.resolveAsync();
        if (!used) {
            CompletableFuture<Void> unused = answer.thenRunAsync(this, Scheduler.shared()::execute);
        }
        return answer;
    }

    /**
     * Warns once when these credentials come into use in a container, where they are probably not intended. Runs on a
     * shared thread after an asynchronous resolve.
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
            Log.warn(warning + ", or exclude instance metadata with excludeInstanceMetadata(true) or"
                    + " lanyard.exclude-instance-metadata=true");
        }
    }

    @Override
    public SourceDescription describe() {
        return new SourceDescription(
                List.of(SdkSetting.METADATA_DISABLED.seen(environment), SdkSetting.METADATA_ENDPOINT.seen(environment)),
                Optional.of(ENDPOINT),
                Optional.empty());
    }
}
