// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

/** What becomes of credentials that had ended already when the agent gave them. */
public enum ExpiredCredentials {
    /** They count as a failed attempt, for no service will take them. The default. */
    REFUSE,
    /**
     * They are handed out with a warning, and the service is left to judge: for agents that serve ended credentials
     * while their own source is away, and prolong them afterwards.
     */
    ACCEPT
}
