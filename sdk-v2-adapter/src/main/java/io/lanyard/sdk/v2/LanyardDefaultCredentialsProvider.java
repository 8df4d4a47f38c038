// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.chain.ChainReport;
import io.lanyard.chain.ChainSource;
import io.lanyard.chain.ChainStatus;
import io.lanyard.chain.CredentialsChain;
import io.lanyard.chain.OnFailure;
import io.lanyard.chain.SourceOrder;
import io.lanyard.container.ContainerOptions;
import io.lanyard.diagnose.ChainChecks;
import io.lanyard.diagnose.Diagnosis;
import io.lanyard.diagnose.Orchestrator;
import io.lanyard.refresh.RefreshPolicy;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.utils.SdkAutoCloseable;
import software.amazon.awssdk.utils.builder.CopyableBuilder;
import software.amazon.awssdk.utils.builder.ToCopyableBuilder;

/**
 * The AWS SDK's default chain: system properties, environment, web identity (IRSA), profile, container (EKS Pod
 * Identity, ECS), instance metadata. The first source that is configured provides the credentials.
 *
 * <p>Where each source either provides credentials or is not configured, the result is that of the SDK's {@code
 * DefaultCredentialsProvider}. Where a source is configured and fails, the failure is thrown and no later source is used,
 * above all not the node's role; {@link OnFailure#CONTINUE} restores the SDK's behavior. While container credentials are
 * configured, instance metadata is not used in either case. When a source is withdrawn while the process runs (a profile,
 * system properties), the next one takes over.
 *
 * <p>Safe for use by any number of clients and threads; one provider should serve a whole process. Nothing is read and no
 * request is made before the first resolve. While credentials are valid, no call waits and none fails. {@link #explain()}
 * reports which source is in use, which are not, and why.
 */
public final class LanyardDefaultCredentialsProvider
        implements AwsCredentialsProvider,
                InvalidatableCredentials,
                SdkAutoCloseable,
                ToCopyableBuilder<LanyardDefaultCredentialsProvider.Builder, LanyardDefaultCredentialsProvider> {

    /** A load that began before the exchange of the diagnosis, which takes at most 10 s, has failed by then, or hangs. */
    private static final int DIAGNOSIS_PATIENCE_SECONDS = 3;

    private final DefaultChainBuilder options;
    private volatile CredentialsChain<AwsCredentialsIdentity> chain;

    LanyardDefaultCredentialsProvider(DefaultChainBuilder options) {
        this.options = options;
        this.chain = options.chain();
    }

    /**
     * Creates a provider with the default options.
     *
     * @return a new provider that has read nothing yet
     */
    public static LanyardDefaultCredentialsProvider create() {
        return builder().build();
    }

    /**
     * Starts building a provider.
     *
     * @return a new builder with the default options
     */
    public static Builder builder() {
        return new DefaultChainBuilder();
    }

    /**
     * Returns a source, for {@link Builder#chain}, that calls an application's own provider for every resolve. A provider
     * without credentials throws a {@link CredentialsException} of {@link Category#NOT_CONFIGURED}; any other failure is one.
     * The provider may block: {@link #resolveIdentity} calls it on shared threads. A provider that implements {@link
     * InvalidatableCredentials} is notified of rejected credentials. Closing the chain does not close it.
     *
     * @param provider any credentials provider of the SDK's kind
     * @return a new source
     */
    public static ChainSource<AwsCredentialsIdentity> source(
            IdentityProvider<? extends AwsCredentialsIdentity> provider) {
        return new ProviderSource(Objects.requireNonNull(provider, "provider"));
    }

    /**
     * Returns a source, for {@link Builder#chain}, whose credentials are cached and refreshed in the background as those
     * of the chain's own sources are. Use it for a provider that makes a request for each resolve, for example to STS. Use
     * {@link #source} for one that caches its credentials, or whose credentials are fixed.
     *
     * <p>Each load takes a provider from the factory, calls it once and closes it if it is an {@link SdkAutoCloseable}.
     * Loads run on the daemon threads that the JVM shares. The chain closes the source.
     *
     * @param factory makes a provider that has no credentials yet; called for each load and each probe
     * @param policy when the credentials are refreshed, and whether they are served past their expiration
     * @param listener receives the loads and their failures; null for none
     * @return a new source
     */
    public static ChainSource<AwsCredentialsIdentity> refreshedSource(
            Supplier<? extends AwsCredentialsProvider> factory,
            RefreshPolicy policy,
            @Nullable CredentialsListener listener) {
        return RefreshedSource.of(
                "",
                Objects.requireNonNull(factory, "factory"),
                Objects.requireNonNull(policy, "policy"),
                Threads.SHARED,
                true,
                listener);
    }

    /**
     * Starts building a provider like this one. The two share no credentials, and only those sources
     * that were given to {@link Builder#chain}.
     *
     * @return a new builder with this provider's options
     */
    @Override
    public Builder toBuilder() {
        return new DefaultChainBuilder(options);
    }

    /**
     * Returns the credentials of the first source that is configured. Returns at once while valid ones are cached, and else
     * waits for a load.
     *
     * @return the credentials
     * @throws SdkException the failure of a source that is configured, as an exception of the caller's own: of the service's
     *     type where a service such as STS has rejected the request, else a {@link SdkClientException}; its cause is the
     *     {@link CredentialsException} that callers share. When no source is configured, it lists the sources and the settings
     *     of each
     * @throws AbortedException when the calling thread is interrupted while it waits
     */
    @Override
    public AwsCredentials resolveCredentials() {
        return Sources.resolve(chain);
    }

    /**
     * Returns the credentials without blocking and without throwing.
     *
     * @param request not used: there is one identity
     * @return a future that is complete while valid credentials are cached, and else completes with the load
     */
    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(ResolveIdentityRequest request) {
        return Sources.resolveAsync(chain);
    }

    /**
     * Reports that a service has rejected credentials ({@code ExpiredToken}, {@code InvalidToken}). If they are the cached
     * ones, the next resolve starts a load and waits for it; if it fails, the cached ones are still served. Never blocks.
     *
     * @param rejected the credentials that were rejected
     */
    @Override
    public void invalidate(AwsCredentialsIdentity rejected) {
        chain.invalidate(rejected.accessKeyId());
    }

    /**
     * Returns which source provides the credentials, which do not, and why: settings, endpoint, claims of the token, failure
     * and remedy. Reads settings and files and makes no request.
     *
     * @return the report, without secrets; its {@code toString} is a table
     */
    public ChainReport explain() {
        return chain.explain();
    }

    /**
     * Returns the same report, and on request probes every source that is configured. A probe shows whether Pod Identity would
     * provide credentials, and of which role, before older credentials are removed. It does not affect the provider and
     * caches nothing. Where the SDK's module {@code sts} is on the class path, it requests the ARN of each identity from STS.
     *
     * @param probe whether to probe; may then take as long as the sources do, one after the other
     * @return the report, without secrets
     * @throws AbortedException when the calling thread is interrupted while it waits
     */
    public ChainReport explain(boolean probe) {
        try {
            return chain.explain(probe);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AbortedException.create("Interrupted while the sources of the chain were probed", e);
        }
    }

    /**
     * Checks everything that the credentials depend on: container settings, token file, token, one real exchange with the
     * agent, clock, the chain, and the class path. Resolves credentials as a call would; the exchange that is measured is
     * made by a copy. Blocks for at most 15 seconds, and with a probe for as long as the sources take, one after the other.
     *
     * @param probe whether to probe every source that is configured, as {@link #explain(boolean)} does
     * @return the checks and findings, without secrets
     * @throws AbortedException when the calling thread is interrupted while it waits
     */
    public Diagnosis diagnose(boolean probe) {
        try {
            CompletableFuture<AwsCredentialsIdentity> resolved = chain.resolveAsync();
            Diagnosis container =
                    options.containerProvider().source().in(options.environment).diagnose();
            Orchestrator orchestrator = Orchestrator.of(options.environment::variable);
            Optional<CredentialsException> failure = failure(resolved);
            ChainReport report = chain.explain(probe);
            return container
                    .and(ChainChecks.of(report, failure, orchestrator, container.facts(), options.clock.instant()))
                    .and(ClassPathChecks.of(report, container.facts()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AbortedException.create("Interrupted during the diagnosis", e);
        }
    }

    /** Returns why there are no credentials; empty when there are. */
    private static Optional<CredentialsException> failure(CompletableFuture<?> resolved) throws InterruptedException {
        try {
            resolved.get(DIAGNOSIS_PATIENCE_SECONDS, TimeUnit.SECONDS);
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(CredentialsException.of(e.getCause() == null ? e : e.getCause()));
        } catch (CancellationException | TimeoutException e) {
            return Optional.of(
                    CredentialsException.builder(Category.SOURCE_FAILED, "the credentials are still being loaded")
                            .recoverable(true)
                            .build());
        }
    }

    /**
     * Returns the source in use, whose credentials it provides, and how they are kept fresh, for health checks and metrics.
     * Reads no setting and makes no request.
     *
     * @return a snapshot without secrets
     */
    public ChainStatus status() {
        return chain.chainStatus();
    }

    /**
     * Drops all credentials and everything that was read, and stops refreshing: the next resolve is like the first. For a
     * checkpoint of the process, whose image must not contain credentials. Sources that were given to {@link Builder#chain}
     * keep theirs. Never blocks.
     */
    public void forget() {
        CredentialsChain<AwsCredentialsIdentity> forgotten = chain;
        chain = options.chain();
        forgotten.close();
    }

    /**
     * Stops refreshing in the background until the next resolve. An SDK client closes the provider that it was given, and
     * closing one client must not take the credentials from another. Harmless when repeated; never blocks.
     */
    @Override
    public void close() {
        chain.close();
    }

    @Override
    public String toString() {
        return "LanyardDefaultCredentialsProvider(" + chain + ")";
    }

    /** Builds a {@link LanyardDefaultCredentialsProvider}. Not safe for use by several threads at once. */
    public interface Builder extends CopyableBuilder<Builder, LanyardDefaultCredentialsProvider> {

        /**
         * Sets the region of the STS that provides a web identity's role and the ARNs in a report. Default: the SDK's
         * default region.
         *
         * @param region the region, or null for the default
         * @return this builder
         */
        Builder region(@Nullable Region region);

        /**
         * Sets the profile's name. Default: {@code aws.profile}, {@code AWS_PROFILE}, or {@code default}.
         *
         * @param profileName the name, or null for the default
         * @return this builder
         */
        Builder profileName(@Nullable String profileName);

        /**
         * Sets the profile file. Default: the shared config and credentials files, reloaded when they change.
         *
         * @param profileFile called at most once a second while there are valid credentials, on a thread of Lanyard;
         *     files with the same content are the same. If it throws, the last good file is used. Null for the
         *     default
         * @return this builder
         */
        Builder profileFile(@Nullable Supplier<ProfileFile> profileFile);

        /**
         * Sets options of the container source: endpoint, token, timeouts, patience.
         *
         * <pre>{@code
         * builder.container(container -> container.attemptTimeout(Duration.ofSeconds(10)));
         * }</pre>
         *
         * @param options is called at build
         * @return this builder
         */
        Builder container(Consumer<ContainerOptions> options);

        /**
         * Sends the requests to the agent over an HTTP client of the AWS SDK, as {@link
         * LanyardContainerCredentialsProvider.Builder#httpClient} describes. Default: a plain socket.
         *
         * @param httpClient the client, not closed by the provider; null for the default
         * @return this builder
         */
        Builder httpClient(@Nullable SdkHttpClient httpClient);

        /**
         * Sets the feature ids of the providers that led to this one, which the SDK writes into its User-Agent before
         * the container's own.
         *
         * @param sourceChain ids separated by commas, or null for none
         * @return this builder
         */
        Builder sourceChain(@Nullable String sourceChain);

        /**
         * Changes the sources and their order: adds, inserts, replaces and removes sources by name, and sets what a failure
         * of each does.
         *
         * <pre>{@code
         * builder.chain(chain -> chain.before(SourceName.ENVIRONMENT, new SourceName("vault"), source(vault))
         *         .remove(SourceName.INSTANCE_METADATA));
         * }</pre>
         *
         * @param changes is called at build with the chain's builder, which has the default sources
         * @return this builder
         */
        Builder chain(Consumer<SourceOrder<AwsCredentialsIdentity>> changes);

        /**
         * Sets what happens when a configured source fails. Default: {@link OnFailure#STOP}. For one source: {@link
         * #chain}.
         *
         * @param onFailure what happens
         * @return this builder
         */
        default Builder onFailure(OnFailure onFailure) {
            return chain(chain -> chain.onFailure(onFailure));
        }

        /**
         * Excludes the instance metadata service, so that a pod or task without credentials of its own fails instead of
         * using the node's role. Recommended in Kubernetes and in ECS. Default: false.
         *
         * @param exclude true to exclude it
         * @return this builder
         */
        Builder excludeInstanceMetadata(boolean exclude);

        /**
         * Sets the listener for the source in use, for refreshes and for their failures, whichever the source. Default:
         * none.
         *
         * @param listener the listener, or null for none
         * @return this builder
         */
        Builder listener(@Nullable CredentialsListener listener);

        /**
         * Sets what runs the loads. Default: daemon threads that the JVM shares.
         *
         * @param executor the executor, which is not shut down by the provider; null for the default
         * @return this builder
         */
        Builder executor(@Nullable Executor executor);
    }
}
