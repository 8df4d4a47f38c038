// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.SourceDescription;
import io.lanyard.refresh.RefreshStatus;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A source of a chain.
 *
 * <p>Its outcome is one of three: it returns a value; it throws a {@link CredentialsException} of {@link
 * Category#NOT_CONFIGURED}, and the chain goes on to the next; or it throws anything else and has failed, and {@link
 * OnFailure} decides. The chain asks only sources that {@link #detect} as configured.
 *
 * <p>Implementations are safe for use by any thread.
 *
 * @param <T> what the chain gives
 */
public interface Link<T> extends AutoCloseable {

    /**
     * Returns whether the source is configured. Looks at settings and files and never at the network. If it throws, the
     * source counts as failed and not as absent.
     *
     * @return the detection
     */
    Detection detect();

    /**
     * Returns the value. Called for every use of the chain once the source has been selected, so it must be cheap while
     * it has one, and throw {@link Category#NOT_CONFIGURED} when the source has been withdrawn. Otherwise it may block.
     *
     * @return the value
     * @throws InterruptedException when the calling thread is interrupted while it waits
     */
    T resolve() throws InterruptedException;

    /**
     * Returns the value without blocking and without throwing.
     *
     * @return a future of what {@link #resolve} would return or throw
     */
    CompletableFuture<T> resolveAsync();

    /**
     * Returns what {@link #resolve} would return if this source were selected, and leaves nothing behind: no cached
     * credentials, no timer. May block.
     *
     * @return the value
     * @throws InterruptedException when the calling thread is interrupted while it waits
     */
    T probe() throws InterruptedException;

    /**
     * Describes how the source is configured. Makes no request.
     *
     * @return a description without secrets
     */
    default SourceDescription describe() {
        return SourceDescription.EMPTY;
    }

    /**
     * Returns the value that the source has cached. Makes no request.
     *
     * @return the value, or null when there is none or the source does not know
     */
    default @Nullable T held() {
        return null;
    }

    /**
     * Returns how the source keeps its value fresh. Makes no request and reads nothing.
     *
     * @return the status; null when the source does not refresh, or does not know
     */
    default @Nullable RefreshStatus status() {
        return null;
    }

    /**
     * Returns why the last attempt to get a value failed.
     *
     * @return the failure; null when there was none since the last success, or the source does not know
     */
    default @Nullable Throwable lastFailure() {
        RefreshStatus status = status();
        return status == null ? null : status.lastFailure().orElse(null);
    }

    /**
     * Reports that a service has rejected the credentials with that access key id. Never blocks.
     *
     * @param accessKeyId of the credentials that were refused
     */
    default void invalidate(String accessKeyId) {}

    /** Frees what the source owns, until it is asked again. Harmless when repeated; never blocks. */
    @Override
    default void close() {}
}
