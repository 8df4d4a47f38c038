// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.CredentialsException;
import io.lanyard.RefreshStatus;
import java.util.Optional;

/**
 * A snapshot of a chain, for health checks and metrics: what is known without reading a setting or making a request. Without
 * secrets.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param source the source in use; empty before the first resolve, and when the last selection found none
 * @param identity the identity of its credentials
 * @param refresh how they are kept fresh; empty where the source does not refresh them, or does so out of sight
 * @param failure why the last selection found no source; with a source in use that refreshes out of sight, why its last
 *     attempt failed
 */
public record ChainStatus(
        Optional<SourceName> source,
        Optional<Identity> identity,
        Optional<RefreshStatus> refresh,
        Optional<CredentialsException> failure) {

    /** Returns the status as text. It shows the category of a failure and not its message. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("ChainStatus(");
        text.append(source.map(SourceName::name).orElse("no source"));
        identity.ifPresent(known -> text.append(", ").append(known));
        refresh.ifPresent(status -> text.append(", ").append(status));
        failure.ifPresent(why -> text.append(", failure=").append(why.category()));
        return text.append(')').toString();
    }
}
