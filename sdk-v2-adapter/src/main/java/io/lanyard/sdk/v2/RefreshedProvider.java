// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsListener;
import io.lanyard.TokenClaims;
import io.lanyard.refresh.FailureKind;
import io.lanyard.refresh.Loaded;
import io.lanyard.refresh.RefreshListener;
import io.lanyard.refresh.RefreshPolicy;
import io.lanyard.refresh.RefreshStatus;
import io.lanyard.refresh.RefreshingCache;
import io.lanyard.refresh.Traits;
import io.lanyard.spi.Clock;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The credentials of one of the SDK's own providers, kept by our cache, so that no call waits or fails while they are
 * valid.
 *
 * <p>Each load makes a provider and closes it: a provider of the SDK keeps what it read when it was made, failures
 * included, and hides from us whether it asked or remembered.
 */
final class RefreshedProvider
        implements Traits<AwsCredentialsIdentity>,
                RefreshListener<AwsCredentialsIdentity>,
                RefreshingCache.Loader<AwsCredentialsIdentity> {

    /** Codes of STS for failures that are transient although their status says otherwise. */
    private static final Set<String> TRANSIENT =
            Set.of("IDPCommunicationError", "ExpiredTokenException", "ExpiredToken");

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

    private final Supplier<? extends AwsCredentialsProvider> factory;
    private final Supplier<String> source;
    private final Supplier<Optional<TokenClaims>> token;
    private final boolean keepsExpired;
    private final @Nullable CredentialsListener listener;
    private final RefreshingCache<AwsCredentialsIdentity> cache;

    /**
     * Creates a provider that has loaded nothing.
     *
     * @param unasked whether credentials are refreshed also when nothing calls
     */
    RefreshedProvider(
            Supplier<? extends AwsCredentialsProvider> factory,
            RefreshPolicy policy,
            Threads threads,
            boolean unasked,
            @Nullable CredentialsListener listener) {
        this(factory, policy, threads, unasked, listener, () -> "a provider of the AWS SDK", Optional::empty);
    }

    /**
     * Creates a provider that has loaded nothing.
     *
     * @param unasked whether credentials are refreshed also when nothing calls
     * @param source what is asked, for failures; free of secrets
     * @param token the claims of the web identity token, for failures
     */
    RefreshedProvider(
            Supplier<? extends AwsCredentialsProvider> factory,
            RefreshPolicy policy,
            Threads threads,
            boolean unasked,
            @Nullable CredentialsListener listener,
            Supplier<String> source,
            Supplier<Optional<TokenClaims>> token) {
        this.factory = factory;
        this.source = source;
        this.token = token;
        this.keepsExpired = policy.servePastExpiry();
        this.listener = listener;
        this.cache = RefreshingCache.builder(this)
                .name("the credentials of the AWS SDK's provider")
                .policy(policy)
                .loadTimeout(unasked ? LOAD_TIMEOUT : PERSONS_TIMEOUT)
                .unasked(unasked)
                .scheduler(threads.scheduler())
                .executor(threads.executor())
                .traits(this)
                .listener(this)
                .build();
    }

    AwsCredentialsIdentity get() throws InterruptedException {
        return cache.get();
    }

    CompletableFuture<AwsCredentialsIdentity> getAsync() {
        return cache.getAsync();
    }

    @Nullable
    AwsCredentialsIdentity held() {
        return cache.held().orElse(null);
    }

    RefreshStatus status() {
        return cache.status();
    }

    void invalidate(String accessKeyId) {
        cache.invalidate(accessKeyId);
    }

    void close() {
        cache.close();
    }

    /** Asks a provider of its own, and keeps nothing. */
    AwsCredentialsIdentity ask() {
        AwsCredentialsProvider provider = factory.get();
        try {
            return provider.resolveCredentials();
        } catch (RuntimeException e) {
            throw SdkFailures.described(e, source.get(), token.get());
        } finally {
            if (provider instanceof SdkAutoCloseable closeable) {
                closeable.close();
            }
        }
    }

    /** As {@link #ask}, on the thread of a caller that may be interrupted. */
    AwsCredentialsIdentity probe() throws InterruptedException {
        try {
            return ask();
        } catch (RuntimeException e) {
            Links.throwIfInterrupted(e);
            throw e;
        }
    }

    @Override
    public Loaded<AwsCredentialsIdentity> load() {
        AwsCredentialsIdentity credentials = ask();
        Instant end = credentials.expirationTime().orElse(null);
        Instant now = Clock.system().instant();
        // in an outage the instance metadata service returns expired credentials on purpose: AWS accepts or rejects
        // them
        boolean meant = keepsExpired && end != null && end.isBefore(now);
        return Loaded.of(credentials, meant ? now.plus(EXPIRED_LIFETIME) : end);
    }

    @Override
    public Object identity(AwsCredentialsIdentity credentials) {
        return credentials.accessKeyId();
    }

    @Override
    public FailureKind kind(Throwable failure) {
        if (failure instanceof AwsServiceException e) {
            return isTransient(e) ? FailureKind.UPSTREAM : FailureKind.FINAL;
        }
        CredentialsException ofTheContainer = CredentialsException.in(failure).orElse(null);
        if (ofTheContainer != null && !ofTheContainer.recoverable()) {
            return FailureKind.FINAL;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoSuchFileException) {
                return FailureKind.LOCAL;
            }
        }
        return FailureKind.UPSTREAM;
    }

    /** Whether a later attempt may succeed. */
    static boolean isTransient(AwsServiceException failure) {
        AwsErrorDetails details = failure.awsErrorDetails();
        return failure.statusCode() >= 500
                || failure.isThrottlingException()
                || failure.isClockSkewException()
                || (details != null && details.errorCode() != null && TRANSIENT.contains(details.errorCode()));
    }

    @Override
    public boolean isSame(AwsCredentialsIdentity cached, AwsCredentialsIdentity loaded) {
        return cached.accessKeyId().equals(loaded.accessKeyId())
                && cached.secretAccessKey().equals(loaded.secretAccessKey())
                && sessionToken(cached).equals(sessionToken(loaded))
                && cached.expirationTime().equals(loaded.expirationTime());
    }

    private static String sessionToken(AwsCredentialsIdentity credentials) {
        return credentials instanceof AwsSessionCredentialsIdentity session ? session.sessionToken() : "";
    }

    /** Callers share it; {@link SdkFailures} makes an exception of each caller's own. */
    @Override
    public RuntimeException expired(AwsCredentialsIdentity credentials, @Nullable Throwable cause) {
        String when = credentials.expirationTime().map(Instant::toString).orElse("an unknown time");
        return SdkClientException.create(
                "The credentials expired at " + when
                        + (cause == null ? "" : ", and no newer ones could be loaded. " + cause.getMessage()),
                cause);
    }

    @Override
    public RuntimeException unfinished(String reason, @Nullable Throwable cause) {
        return SdkClientException.create("Failed to load credentials: " + reason, cause);
    }

    @Override
    public RuntimeException forCaller(Throwable shared) {
        return SdkFailures.forCaller(shared);
    }

    @Override
    public void loaded(Duration took, @Nullable Throwable failure) {
        if (listener != null) {
            listener.loaded(took, failure == null ? null : category(failure));
        }
    }

    @Override
    public void refreshed(AwsCredentialsIdentity credentials) {
        if (listener != null) {
            listener.refreshed(
                    credentials.accessKeyId(), credentials.expirationTime().orElse(null));
        }
    }

    @Override
    public void refreshFailed(int attempt, Throwable failure, FailureKind kind, @Nullable Instant nextTry) {
        if (listener != null) {
            listener.refreshFailed(attempt, category(failure), nextTry);
        }
    }

    private static Category category(Throwable failure) {
        return CredentialsException.in(failure)
                .map(CredentialsException::category)
                .orElse(failure instanceof AwsServiceException ? Category.HTTP_STATUS : Category.UNREACHABLE);
    }

    @Override
    public void servingExpired(AwsCredentialsIdentity credentials) {
        if (listener != null) {
            listener.servingExpired(
                    credentials.accessKeyId(), credentials.expirationTime().orElse(null));
        }
    }

    @Override
    public void recovered(AwsCredentialsIdentity credentials) {
        if (listener != null) {
            listener.recovered(credentials.accessKeyId());
        }
    }
}
