// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsListener;
import io.lanyard.RefreshStatus;
import io.lanyard.internal.FailureText;
import io.lanyard.internal.Log;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * The credentials of one inspected profile: loaded by the AWS SDK's own providers, cached and refreshed by Lanyard. Once
 * stopped, the cached credentials are still returned and no longer refreshed. Safe for use by any thread.
 */
final class ProfileCredentials {

    private final ProfileInspection inspection;
    private final RefreshedSource source;
    private final @Nullable LanyardContainerCredentialsProvider base;
    private final AtomicBoolean warned = new AtomicBoolean();
    private volatile boolean stopped;

    /**
     * Creates credentials that are not loaded yet.
     *
     * @param container provides the base credentials of a role whose credential source is the container
     */
    ProfileCredentials(
            ProfileInspection inspection,
            LanyardContainerCredentialsProvider container,
            Threads threads,
            @Nullable CredentialsListener listener) {
        this.inspection = inspection;
        this.base = inspection.usesContainer() ? baseOf(container) : null;
        String endpoint = "profile " + inspection.name();
        this.source = base != null
                ? RefreshedSource.of(
                        endpoint, new Roles(base, inspection.roles()), inspection.policy(), threads, true, listener)
                : RefreshedSource.of(endpoint, providers(inspection), inspection.policy(), threads, false, listener);
    }

    /** Returns a copy without executor: its loads run within the role's, which may occupy the executor's only thread. */
    private static LanyardContainerCredentialsProvider baseOf(LanyardContainerCredentialsProvider container) {
        return container.toBuilder()
                .container(options -> options.executor(null).listener(null))
                .build();
    }

    ProfileInspection inspection() {
        return inspection;
    }

    /** Starts a load in the background; a failure is logged once. */
    void load(Consumer<ProfileCredentials> whenLoaded) {
        CompletableFuture<AwsCredentialsIdentity> unused = source.resolveAsync()
                .whenComplete((credentials, failure) -> {
                    if (failure == null) {
                        whenLoaded.accept(this);
                    } else if (warned.compareAndSet(false, true)) {
                        Log.warn("The profile " + inspection.name()
                                + " has changed, and its new credentials could not be loaded."
                                + " Lanyard serves the cached ones while they are valid, and retries. "
                                + FailureText.of(failure));
                    }
                });
    }

    AwsCredentialsIdentity resolve() throws InterruptedException {
        return stopped ? source.cached().orElseThrow() : source.resolve();
    }

    CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        return stopped ? CompletableFuture.completedFuture(source.cached().orElseThrow()) : source.resolveAsync();
    }

    AwsCredentialsIdentity probe() throws InterruptedException {
        return source.probe();
    }

    Optional<AwsCredentialsIdentity> cached() {
        return source.cached();
    }

    RefreshStatus status() {
        return source.status();
    }

    void invalidate(String accessKeyId) {
        source.invalidate(accessKeyId);
    }

    /** Stops refreshing. Cached credentials are still returned. */
    void stop() {
        stopped = source.cached().isPresent();
        close();
    }

    /** Refreshes again, from the next call on. */
    void resume() {
        stopped = false;
    }

    void close() {
        source.close();
        if (base != null) {
            base.close();
        }
    }

    @SuppressWarnings("UnnecessaryMethodReference") // so that the loads do not close it
    private static Supplier<AwsCredentialsProvider> providers(ProfileInspection inspection) {
        Supplier<AwsCredentialsProvider> factory = () -> ProfileCredentialsProvider.builder()
                .profileFile(inspection.file())
                .profileName(inspection.name())
                .build();
        if (!inspection.isProcess()) {
            return factory;
        }
        // one for all loads, because only the provider knows when the process has to run again
        AwsCredentialsProvider shared = factory.get();
        return () -> shared::resolveCredentials;
    }

    /** Roles that are assumed one after the other, the first with the container's credentials. */
    private record Roles(LanyardContainerCredentialsProvider base, List<Map<String, String>> roles)
            implements Supplier<AwsCredentialsProvider> {
        @Override
        @SuppressWarnings("UnnecessaryMethodReference") // as above
        public AwsCredentialsProvider get() {
            AwsCredentialsProvider provider = base::resolveCredentials;
            for (int i = roles.size() - 1; i >= 0; i--) {
                provider = Sts.assumedRole(provider, roles.get(i));
            }
            return provider;
        }
    }
}
