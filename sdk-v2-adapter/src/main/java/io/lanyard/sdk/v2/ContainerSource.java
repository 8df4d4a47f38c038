// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.ContainerCredentials;
import io.lanyard.RefreshStatus;
import io.lanyard.chain.Availability;
import io.lanyard.chain.ChainSource;
import io.lanyard.chain.SourceState;
import io.lanyard.container.ContainerCredentialsSource;
import io.lanyard.diagnose.Diagnosis;
import io.lanyard.report.SourceDescription;
import io.lanyard.spi.Environment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/** The container's credentials, from the agent on the node, as credentials of the SDK. */
final class ContainerSource implements ChainSource<AwsCredentialsIdentity> {

    private final ContainerCredentialsSource source;
    private final String providerName;
    private final Environment environment;
    private volatile @Nullable Converted converted;

    /**
     * Creates a source.
     *
     * @param providerName the feature ids that the SDK writes into its User-Agent
     * @param environment shows whether an orchestrator suggests that there should be an agent
     */
    ContainerSource(ContainerCredentialsSource source, String providerName, Environment environment) {
        this.source = source;
        this.providerName = providerName;
        this.environment = environment;
    }

    /** Returns the same source with other settings that show an orchestrator. */
    ContainerSource in(Environment other) {
        return new ContainerSource(source, providerName, other);
    }

    @Override
    public Availability availability() {
        Availability availability = source.availability();
        if (availability.state() != SourceState.NOT_CONFIGURED) {
            return availability;
        }
        // an orchestrator suggests that an agent should be there
        String remedy = environment.variable("KUBERNETES_SERVICE_HOST") != null
                ? "for EKS Pod Identity, create the association before the pod (aws eks"
                        + " create-pod-identity-association), and recreate a pod that is older"
                : environment.variable("ECS_CONTAINER_METADATA_URI_V4") != null
                        ? "for credentials from ECS, give the task a task role"
                        : null;
        return new Availability(SourceState.NOT_CONFIGURED, availability.reason(), Optional.ofNullable(remedy), false);
    }

    /** Checks everything that the source depends on, by one exchange of its own. */
    Diagnosis diagnose() throws InterruptedException {
        return source.diagnose();
    }

    boolean isConfigured() {
        return source.isConfigured();
    }

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        return converted(source.resolve()).credentials;
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        CompletableFuture<ContainerCredentials> resolved = source.resolveAsync();
        return resolved.isDone() && !resolved.isCompletedExceptionally()
                ? converted(resolved.join()).future
                : resolved.thenApply(credentials -> converted(credentials).credentials);
    }

    @Override
    public AwsCredentialsIdentity probe() throws InterruptedException {
        try (ContainerCredentialsSource separate =
                source.toBuilder().startupPatience(Duration.ZERO).listener(null).build()) {
            return Converted.convert(separate.resolve(), providerName);
        }
    }

    @Override
    public SourceDescription describe() {
        return source.describe();
    }

    @Override
    public Optional<AwsCredentialsIdentity> cached() {
        return source.cached().map(credentials -> converted(credentials).credentials);
    }

    @Override
    public RefreshStatus status() {
        return source.status();
    }

    @Override
    public void invalidate(String accessKeyId) {
        source.invalidate(accessKeyId);
    }

    @Override
    public void close() {
        source.close();
    }

    /** Converts once per set of credentials, so that a resolve allocates nothing. */
    @SuppressWarnings("ReferenceEquality") // the same object has the same content, and comparing secrets is slower
    private Converted converted(ContainerCredentials credentials) {
        Converted known = converted;
        if (known == null || known.from != credentials) {
            known = new Converted(credentials, providerName);
            converted = known;
        }
        return known;
    }

    private static final class Converted {
        private final ContainerCredentials from;
        private final AwsCredentials credentials;
        private final CompletableFuture<AwsCredentialsIdentity> future;

        Converted(ContainerCredentials from, String providerName) {
            this.from = from;
            this.credentials = convert(from, providerName);
            this.future = CompletableFuture.completedFuture(credentials);
        }

        static AwsCredentials convert(ContainerCredentials from, String providerName) {
            String sessionToken = from.sessionToken().orElse(null);
            if (sessionToken == null) {
                return AwsBasicCredentials.builder()
                        .accessKeyId(from.accessKeyId())
                        .secretAccessKey(from.secretAccessKey())
                        .accountId(from.accountId().orElse(null))
                        .providerName(providerName)
                        .build();
            }
            return AwsSessionCredentials.builder()
                    .accessKeyId(from.accessKeyId())
                    .secretAccessKey(from.secretAccessKey())
                    .sessionToken(sessionToken)
                    .expirationTime(from.expiration().orElse(null))
                    .accountId(from.accountId().orElse(null))
                    .providerName(providerName)
                    .build();
        }
    }
}
