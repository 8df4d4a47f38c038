// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

/** What a chain does when a source that is configured fails. */
public enum OnFailure {
    /** The chain fails. No later source is used in place of the one that failed. */
    STOP,
    /**
     * The chain tries the next source, for this call only. The next call goes through the sources in order again, and so
     * takes as long as the failing source needs to fail.
     */
    CONTINUE
}
