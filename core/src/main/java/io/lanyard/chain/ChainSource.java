// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsSource;
import io.lanyard.RefreshStatus;
import io.lanyard.report.SourceDescription;
import java.util.Optional;

/**
 * A source that can be part of a chain: it also knows whether it is available, how it is configured, and what it would
 * provide.
 *
 * <p>A resolve has one of three outcomes: credentials; a {@link CredentialsException} of {@link
 * Category#NOT_CONFIGURED}, and the chain goes on to the next source; or any other failure, and {@link OnFailure}
 * decides. The chain resolves only sources that are {@linkplain #availability available}. It calls {@link #resolve} or
 * {@link #resolveAsync} for every use once the source has been selected, so both must be cheap while credentials are
 * cached.
 *
 * <p>Implementations are safe for use by any thread.
 *
 * @param <T> the credentials' type
 */
public interface ChainSource<T> extends CredentialsSource<T> {

    /**
     * Returns whether the source is configured. Looks at settings and files and never at the network. A source that
     * throws has failed; the chain does not take it for one that is not configured.
     *
     * @return the availability
     */
    Availability availability();

    /**
     * Returns what {@link #resolve} would return if this source were selected, and leaves nothing behind: no cached
     * credentials, no timer. May block.
     *
     * @return the credentials
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

    /** Returns nothing by default: the source does not know what it has cached. */
    @Override
    default Optional<T> cached() {
        return Optional.empty();
    }

    /** Returns {@link RefreshStatus#unmanaged} by default: the source does not refresh, or keeps it to itself. */
    @Override
    default RefreshStatus status() {
        return RefreshStatus.unmanaged(null);
    }

    /** Does nothing by default. */
    @Override
    default void invalidate(String accessKeyId) {}

    /** Does nothing by default. */
    @Override
    default void close() {}
}
