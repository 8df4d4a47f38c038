// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

/** What a chain does when a source that is configured fails. */
public enum OnFailure {
    /** The failure is the chain's: no later source is handed out in place of the one that should have answered. */
    STOP,
    /**
     * The next source is tried. What it provides is for this call alone; the next call tries the sources in order again, and so takes as
     * long as the failure of the source that failed, until that one is well or is taken out of the chain.
     */
    CONTINUE
}
