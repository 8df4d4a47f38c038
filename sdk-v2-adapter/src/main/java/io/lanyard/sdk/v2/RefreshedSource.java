// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsListener;
import io.lanyard.RefreshStatus;
import io.lanyard.chain.Availability;
import io.lanyard.chain.ChainSource;
import io.lanyard.internal.FailureText;
import io.lanyard.internal.Log;
import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.refresh.Loaded;
import io.lanyard.refresh.Loader;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.refresh.RefreshingCache;
import io.lanyard.report.TokenClaims;
import io.lanyard.spi.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The credentials of one of the SDK's own providers in Lanyard's cache, so that no call waits or fails while they are
 * valid.
 *
 * <p>Each load creates a provider and closes it: a provider of the SDK caches what it read when it was created, failures
 * included, and does not show whether it has made a request or used its cache.
 */
abstract class RefreshedSource implements ChainSource<AwsCredentialsIdentity>, Loader<AwsCredentialsIdentity> {

    /** How long credentials that were expired when they were loaded count as valid; they are refreshed at half of it. */
    private static final Duration EXPIRED_LIFETIME = Duration.ofMinutes(10);

    /**
     * How often credentials are loaded again whose expiration is unknown: older SDKs, 2.30 among them, do not return it
     * for the instance metadata service and for SSO. The former has newer ones five minutes before the expiration.
     */
    static final Duration UNKNOWN_EXPIRATION = Duration.ofMinutes(4);

    /** STS and the instance metadata service answer within seconds, the SDK's retries included. */
    private static final Duration LOAD_TIMEOUT = Duration.ofSeconds(30);

    /** A process or a login may wait for a person. */
    private static final Duration PERSONS_TIMEOUT = Duration.ofSeconds(60);

    private final boolean acceptsExpired;
    private final RefreshingCache<AwsCredentialsIdentity> cache;

    /**
     * Creates a source that has loaded nothing.
     *
     * @param background whether credentials are refreshed also while no caller resolves them
     */
    RefreshedSource(RefreshPolicy policy, Threads threads, boolean background, @Nullable CredentialsListener listener) {
        this.acceptsExpired = policy.expiredCredentials() == ExpiredCredentials.ACCEPT;
        this.cache = RefreshingCache.builder(this)
                .name("the credentials of the AWS SDK's provider")
                .policy(policy)
                .loadTimeout(background ? LOAD_TIMEOUT : PERSONS_TIMEOUT)
                .background(background)
                .scheduler(threads.scheduler())
                .executor(threads.executor())
                .listener(listener)
                .build();
    }

    /**
     * Creates a source of credentials that an application or a profile provides.
     *
     * @param endpoint the service or process that provides them, for failures; free of secrets; empty where it is not known
     */
    static RefreshedSource of(
            String endpoint,
            Supplier<? extends AwsCredentialsProvider> factory,
            RefreshPolicy policy,
            Threads threads,
            boolean background,
            @Nullable CredentialsListener listener) {
        return new OfFactory(endpoint, factory, policy, threads, background, listener);
    }

    private static final class OfFactory extends RefreshedSource {
        private final String endpoint;
        private final Supplier<? extends AwsCredentialsProvider> factory;

        OfFactory(
                String endpoint,
                Supplier<? extends AwsCredentialsProvider> factory,
                RefreshPolicy policy,
                Threads threads,
                boolean background,
                @Nullable CredentialsListener listener) {
            super(policy, threads, background, listener);
            this.endpoint = endpoint;
            this.factory = factory;
        }

        @Override
        AwsCredentialsProvider newProvider() {
            return factory.get();
        }

        @Override
        String endpoint() {
            return endpoint;
        }
    }

    /** Creates a provider that has no credentials yet. */
    abstract AwsCredentialsProvider newProvider();

    /** Returns the service or process that provides the credentials, for failures; free of secrets. */
    abstract String endpoint();

    /** Returns the claims of the web identity token, for failures. */
    Optional<TokenClaims> token() {
        return Optional.empty();
    }

    private AwsCredentialsIdentity request() {
        AwsCredentialsProvider provider = newProvider();
        try {
            return provider.resolveCredentials();
        } finally {
            close(provider);
        }
    }

    /** Closes a provider. A failure is logged, because the credentials are loaded all the same. */
    private static void close(AwsCredentialsProvider provider) {
        try {
            if (provider instanceof SdkAutoCloseable closeable) {
                closeable.close();
            }
        } catch (RuntimeException e) {
            Log.warn("A credentials provider could not be closed: " + FailureText.of(e));
        }
    }

    @Override
    public Loaded<AwsCredentialsIdentity> load() {
        AwsCredentialsIdentity credentials;
        try {
            credentials = Sources.asAwsCredentials(request());
        } catch (RuntimeException e) {
            throw SdkFailures.classified(e, endpoint(), token());
        }
        Instant expiration = credentials.expirationTime().orElse(null);
        Instant now = Clock.system().instant();
        // in an outage the instance metadata service returns expired credentials on purpose: AWS accepts or rejects
        // them
        boolean returnedOnPurpose = acceptsExpired && expiration != null && expiration.isBefore(now);
        return Loaded.of(
                credentials, credentials.accessKeyId(), returnedOnPurpose ? now.plus(EXPIRED_LIFETIME) : expiration);
    }

    /** Makes a separate request on the calling thread, and caches nothing. */
    @Override
    public AwsCredentialsIdentity probe() throws InterruptedException {
        try {
            return request();
        } catch (RuntimeException e) {
            Sources.throwIfInterrupted(e);
            throw SdkFailures.classified(e, endpoint(), token());
        }
    }

    @Override
    public Availability availability() {
        return Availability.configured();
    }

    @Override
    public AwsCredentialsIdentity resolve() throws InterruptedException {
        return cache.resolve();
    }

    @Override
    public CompletableFuture<AwsCredentialsIdentity> resolveAsync() {
        return cache.resolveAsync();
    }

    @Override
    public Optional<AwsCredentialsIdentity> cached() {
        return cache.cached();
    }

    @Override
    public RefreshStatus status() {
        return cache.status();
    }

    @Override
    public void invalidate(String accessKeyId) {
        cache.invalidate(accessKeyId);
    }

    @Override
    public void close() {
        cache.close();
    }
}
