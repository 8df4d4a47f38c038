// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

/** Decides what happens with expired credentials while no newer ones can be loaded. */
public enum ExpiredCredentials {
    /**
     * Serves the last good credentials past their expiration, because a service may still accept them, unless the agent
     * has permanently rejected the request. An answer with expired credentials counts as a failed attempt. The default.
     */
    KEEP,
    /**
     * As {@link #KEEP}, and also serves credentials that had expired when the agent returned them, with a warning: for
     * agents that serve expired credentials while their own source is unavailable, and extend them afterwards.
     */
    ACCEPT,
    /** Fails each resolve after the expiration with {@link io.lanyard.Category#EXPIRED}; its cause is the failed load. */
    FAIL
}
