// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.SourceDescription;
import io.lanyard.chain.Detection;
import io.lanyard.chain.Link;
import io.lanyard.chain.LinkState;
import io.lanyard.refresh.RefreshStatus;
import io.lanyard.spi.Environment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;

/** The agent on the node: EKS Pod Identity, ECS. */
final class ContainerLink implements Link<AwsCredentialsIdentity> {

    private static final ResolveIdentityRequest ANY =
            ResolveIdentityRequest.builder().build();

    private final LanyardContainerCredentialsProvider provider;
    private final Environment environment;

    ContainerLink(LanyardContainerCredentialsProvider provider, Environment environment) {
        this.provider = provider;
        this.environment = environment;
    }

    @Override
    public Detection detect() {
        Detection detection = provider.source().detect();
        if (detection.state() != LinkState.NOT_CONFIGURED) {
            return detection;
        }
        // an orchestrator suggests that an agent was meant to be there
        String remedy = environment.variable("KUBERNETES_SERVICE_HOST") != null
                ? "for EKS Pod Identity, create the association before the pod (aws eks"
                        + " create-pod-identity-association), and recreate a pod that is older"
                : environment.variable("ECS_CONTAINER_METADATA_URI_V4") != null
                        ? "for credentials from ECS, give the task a task role"
                        : null;
        return new Detection(LinkState.NOT_CONFIGURED, detection.reason(), Optional.ofNullable(remedy), false);
    }

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        return provider.resolve();
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        return provider.resolveIdentity(ANY);
    }

    @Override
    public AwsCredentialsIdentity probe() throws InterruptedException {
        try (LanyardContainerCredentialsProvider ofItsOwn = provider.toBuilder()
                .source(source -> source.startupPatience(Duration.ZERO).listener(null))
                .build()) {
            return ofItsOwn.resolve();
        }
    }

    @Override
    public SourceDescription describe() {
        return provider.source().describe();
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
        provider.source().invalidate(accessKeyId);
    }

    @Override
    public void close() {
        provider.close();
    }
}
