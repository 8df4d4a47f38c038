// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.CredentialsException;
import io.lanyard.RefreshStatus;
import java.util.Optional;

/**
 * Where a chain stands at a moment, as far as is known without reading a setting or asking anybody: for probes and
 * metrics. Free of secrets.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param source the source in use; empty before the first resolve, and when none could be chosen the last time
 * @param identity whose credentials it gives
 * @param refresh how they are kept fresh; empty where they do not end or the source keeps them fresh out of sight
 * @param failure why no source could be chosen the last time; once one was, why it gave nothing the last time, where it
 *     keeps its credentials fresh out of sight
 */
public record ChainStatus(
        Optional<SourceName> source,
        Optional<Identity> identity,
        Optional<RefreshStatus> refresh,
        Optional<CredentialsException> failure) {

    /** Names a failure by its class: what a message says is its owner's to show. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("ChainStatus(");
        text.append(source.map(SourceName::name).orElse("no source"));
        identity.ifPresent(who -> text.append(", ").append(who));
        refresh.ifPresent(status -> text.append(", ").append(status));
        failure.ifPresent(why -> text.append(", failure=").append(why.category()));
        return text.append(')').toString();
    }
}
