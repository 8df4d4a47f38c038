// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsException;
import io.lanyard.RefreshStatus;
import io.lanyard.container.ContainerCredentialsSource;
import io.lanyard.container.ContainerOptions;
import io.lanyard.spi.Environment;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.ResolveIdentityRequest;
import software.amazon.awssdk.utils.SdkAutoCloseable;
import software.amazon.awssdk.utils.builder.CopyableBuilder;
import software.amazon.awssdk.utils.builder.ToCopyableBuilder;

/**
 * The credentials of the container that this process runs in, for the clients of the AWS SDK for Java 2.x: EKS Pod
 * Identity, ECS, and every agent that speaks their protocol.
 *
 * <p>Safe for use by any number of clients and threads; one provider should serve a whole process. Nothing is read and no
 * request is made before the first resolve. While the credentials are valid, no call waits and none fails, whatever the
 * agent does: they are refreshed in the background, well before they expire. A failure is an {@link SdkClientException}
 * whose cause is the {@link CredentialsException} that says what happened and how to fix it.
 */
public final class LanyardContainerCredentialsProvider
        implements AwsCredentialsProvider,
                InvalidatableCredentials,
                SdkAutoCloseable,
                ToCopyableBuilder<LanyardContainerCredentialsProvider.Builder, LanyardContainerCredentialsProvider> {

    /** The AWS SDK's feature id for credentials over HTTP; the SDK writes it into its User-Agent. */
    private static final String FEATURE_ID = "z";

    private final BuilderImpl options;
    private final ContainerSource source;

    private LanyardContainerCredentialsProvider(BuilderImpl options) {
        this.options = options;
        ContainerCredentialsSource.Builder builder = ContainerCredentialsSource.builder();
        options.container.accept(builder);
        if (options.httpClient != null) {
            builder.transport(new SdkHttpTransport(options.httpClient));
        }
        String providerName = options.sourceChain == null || options.sourceChain.isEmpty()
                ? FEATURE_ID
                : options.sourceChain + "," + FEATURE_ID;
        this.source = new ContainerSource(builder.build(), providerName, Environment.system());
    }

    /**
     * Creates a provider with the default options.
     *
     * @return a new provider that has read nothing yet
     */
    public static LanyardContainerCredentialsProvider create() {
        return builder().build();
    }

    /**
     * Starts building a provider.
     *
     * @return a new builder with the default options
     */
    public static Builder builder() {
        return new BuilderImpl();
    }

    /**
     * Starts building a provider like this one. The two share no credentials.
     *
     * @return a new builder with this provider's options
     */
    @Override
    public Builder toBuilder() {
        return new BuilderImpl(options);
    }

    /**
     * Returns the credentials. Returns at once while valid ones are cached, and else waits for a load, by default at most 25
     * seconds plus one.
     *
     * @return credentials with expiration, account and provider name where the agent returned them
     * @throws SdkClientException when no credentials can be loaded; the cause is the {@link CredentialsException}
     * @throws AbortedException when the calling thread is interrupted while it waits; the load continues
     */
    @Override
    public AwsCredentials resolveCredentials() {
        return Sources.resolve(source);
    }

    /**
     * Returns the credentials without blocking and without throwing.
     *
     * @param request not used: there is one identity
     * @return a future that is complete while valid credentials are cached, and else completes with the load
     */
    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveIdentity(ResolveIdentityRequest request) {
        return Sources.resolveAsync(source);
    }

    /**
     * Reports that a service has rejected credentials ({@code ExpiredToken}, {@code InvalidToken}). If they are the cached
     * ones, the next resolve starts a load and waits for it; if it fails, the cached ones are still served. Never blocks.
     *
     * @param rejected the credentials that were rejected
     */
    @Override
    public void invalidate(AwsCredentialsIdentity rejected) {
        source.invalidate(rejected.accessKeyId());
    }

    /**
     * Returns the status: state, expiration, last failure, next load, counters. Makes no request; free of secrets.
     *
     * @return a snapshot
     */
    public RefreshStatus status() {
        return source.status();
    }

    /**
     * Stops refreshing in the background until the next resolve. An SDK client closes the provider that it was given, and
     * closing one client must not take the credentials from another. An HTTP client that was given stays open. Harmless when
     * repeated; never blocks.
     */
    @Override
    public void close() {
        source.close();
    }

    @Override
    public String toString() {
        return "LanyardContainerCredentialsProvider()";
    }

    ContainerSource source() {
        return source;
    }

    /** Builds a {@link LanyardContainerCredentialsProvider}. Not safe for use by several threads at once. */
    public interface Builder extends CopyableBuilder<Builder, LanyardContainerCredentialsProvider> {

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
         * Sends the requests to the agent over an HTTP client of the AWS SDK. Default: a plain socket that no proxy and
         * no hook of the JVM can see.
         *
         * <p>Use a client of {@link AgentHttpClients}, which ignores all settings for proxies. With any other client a
         * request fails, and is not sent, while a proxy applies to the agent: {@code http.proxyHost}, {@code
         * HTTP_PROXY} (for https also {@code https.proxyHost} and {@code HTTPS_PROXY}), or the JVM's {@link
         * java.net.ProxySelector}.
         *
         * <p>The deadline of an attempt (connect timeout plus attempt timeout) applies whatever the client does. A call
         * that has not returned by then is aborted and abandoned; while three abandoned calls hang, further requests fail
         * at once. A body is read up to 64 KiB, and a response head over 32 KiB is rejected.
         *
         * <p>What Lanyard cannot enforce is up to the client: that no proxy is configured in the client itself, that it
         * follows no redirect (the SDK's clients follow none), that it limits the response head while it reads it, and
         * which hooks of the JVM see the request ({@link java.net.Authenticator}, {@link java.net.CookieHandler},
         * {@link java.net.ResponseCache} and {@link java.net.URLStreamHandlerFactory} with {@link
         * java.net.HttpURLConnection}). Over http the URL has the checked address, and so has the Host header, in place
         * of a host name. Over https to a host name whose address is checked ({@link
         * ContainerOptions#restrictHttpsHosts}) the request fails. {@link
         * AgentHttpClients#apache()} connects to the checked address in both cases, and sends the name.
         *
         * @param httpClient the client, not closed by the provider; null for the default
         * @return this builder
         */
        Builder httpClient(@Nullable SdkHttpClient httpClient);

        /**
         * Sets the feature ids of the providers that led to this one, which the SDK writes into its User-Agent before
         * this provider's own.
         *
         * @param sourceChain ids separated by commas, or null for none
         * @return this builder
         */
        Builder sourceChain(@Nullable String sourceChain);
    }

    private static final class BuilderImpl implements Builder {
        private Consumer<ContainerOptions> container = new NoChange<>();
        private @Nullable SdkHttpClient httpClient;
        private @Nullable String sourceChain;

        BuilderImpl() {}

        BuilderImpl(BuilderImpl that) {
            this.container = that.container;
            this.httpClient = that.httpClient;
            this.sourceChain = that.sourceChain;
        }

        @Override
        public Builder container(Consumer<ContainerOptions> options) {
            this.container = container.andThen(Objects.requireNonNull(options, "options"));
            return this;
        }

        @Override
        public Builder httpClient(@Nullable SdkHttpClient httpClient) {
            this.httpClient = httpClient;
            return this;
        }

        @Override
        public Builder sourceChain(@Nullable String sourceChain) {
            this.sourceChain = sourceChain;
            return this;
        }

        @Override
        public LanyardContainerCredentialsProvider build() {
            return new LanyardContainerCredentialsProvider(new BuilderImpl(this));
        }

        @Override
        public String toString() {
            return "LanyardContainerCredentialsProvider.Builder()";
        }
    }
}
