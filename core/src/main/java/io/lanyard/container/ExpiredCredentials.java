// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

/** What becomes of credentials that have ended while no others can be had. */
public enum ExpiredCredentials {
    /**
     * The last good ones are served on, for a service may still take them and nothing better is known; an agent's
     * answer that had ended already counts as a failed attempt. Not after the agent has refused for good. The default.
     */
    KEEP,
    /**
     * As {@link #KEEP}, and answers that had ended already are handed out too, with a warning: for agents that serve
     * ended credentials while their own source is away, and prolong them afterwards.
     */
    ACCEPT,
    /** Neither: from their end on a resolve fails with {@link io.lanyard.Category#EXPIRED}, and its cause says why. */
    FAIL
}
