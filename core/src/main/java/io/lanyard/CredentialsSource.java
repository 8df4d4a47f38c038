// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Provides credentials, and keeps them fresh.
 *
 * <p>Everything that provides credentials is one: the cache decorates a loader, a chain composes other sources, the
 * container source wraps a cache, and the adapter's providers wrap a source.
 *
 * <p>Implementations are safe for use by any thread. Nothing is loaded before the first resolve.
 *
 * @param <T> the credentials' type
 */
public interface CredentialsSource<T> extends AutoCloseable {

    /**
     * Returns the credentials. Returns at once while valid ones are cached, and else waits for a load.
     *
     * @return the credentials
     * @throws CredentialsException when no credentials can be loaded; each caller gets an exception of its own, whose
     *     cause is the failure that callers share
     * @throws InterruptedException when the calling thread is interrupted while it waits; the load goes on
     */
    T resolve() throws InterruptedException;

    /**
     * Returns the credentials without waiting and without throwing.
     *
     * @return a future that is complete while valid credentials are cached, and else completes with the load as {@link
     *     #resolve} would return or throw
     */
    CompletableFuture<T> resolveAsync();

    /**
     * Returns the cached credentials, expired or not. Starts no load and never blocks.
     *
     * @return the credentials; empty when there are none, or the source does not know
     */
    Optional<T> cached();

    /**
     * Returns how the credentials are kept fresh. Makes no request, reads no file and never blocks.
     *
     * @return a snapshot without secrets
     */
    RefreshStatus status();

    /**
     * Reports that a service has rejected credentials ({@code ExpiredToken}, {@code InvalidToken}). If they are the
     * cached ones, the next resolve starts a load and waits for it; if it fails, or a back-off does not allow it yet,
     * the cached ones are still served. Does nothing for other credentials, or while a load is in flight. Never blocks.
     *
     * @param accessKeyId the access key id of the rejected credentials
     */
    void invalidate(String accessKeyId);

    /**
     * Stops refreshing in the background until the next resolve. A source may be shared, and a caller that resolves
     * after another has closed it must still get credentials. Harmless when repeated; never blocks.
     */
    @Override
    void close();
}
