// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

/** The state of cached credentials. Callers wait in {@link #EMPTY} and {@link #EXPIRED} alone. */
public enum RefreshState {
    /** There are no credentials yet; a caller waits for a load. */
    EMPTY,
    /** The credentials are valid and no refresh is due. */
    FRESH,
    /** The credentials are valid; a refresh is due and runs in the background. */
    ADVISORY,
    /** The credentials are valid but expire soon; retries are more urgent, still in the background. */
    MANDATORY,
    /** The credentials have expired, or are about to; a caller waits for the load that is due. */
    EXPIRED,
    /** The source does not refresh: its credentials are fixed, or it caches them itself, out of sight. */
    UNMANAGED
}
