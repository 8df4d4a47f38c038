// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

/** Where a value stands in its life. In every state but the first and the last a call is answered at once. */
public enum RefreshState {
    /** There has been no value yet; a call waits for one. */
    EMPTY,
    /** Valid, and nothing is to be done. */
    FRESH,
    /** Valid; a refresh is due and runs in the background. */
    ADVISORY,
    /** Valid, but not for long: retries are more urgent. Nobody waits for them. */
    MANDATORY,
    /** Ended, or about to; a call waits for the load that is due, or is answered by the policy between loads. */
    EXPIRED
}
