// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

/** Classifies a failed load: how soon to retry, and whether the cached value may be served past its expiration. */
public enum FailureKind {
    /** A failure on this machine that is cheap to retry: a refused connection, a missing file. */
    LOCAL,
    /** A failure behind the source, which frequent retries make worse: a timeout, throttling, a server error. */
    UPSTREAM,
    /** A permanent failure: it stays until a person changes something; the cached value is not served past its expiration. */
    FINAL
}
