// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

/** Classifies a failed load: how soon to retry, and whether cached credentials may be served past their expiration. */
public enum FailureKind {
    /** A transient failure on this machine that is cheap to retry: a refused connection, a missing file. */
    LOCAL,
    /**
     * A transient failure behind the source, which frequent retries make worse: a timeout, throttling, a server error.
     */
    UPSTREAM,
    /**
     * A failure that stays until a person changes something. Cached credentials are not served past their expiration.
     */
    PERMANENT
}
