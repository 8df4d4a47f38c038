// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import java.util.Locale;

/** Where a source of a chain stands. */
public enum SourceState {
    /** It gives the chain's credentials. */
    IN_USE,
    /** It is configured and its turn, and has not been asked yet. */
    CONFIGURED,
    /** It is configured, but an earlier one gives the credentials, or is to. */
    SHADOWED,
    /** Nothing of it is set. */
    NOT_CONFIGURED,
    /** Something of it is set, and something that it needs is missing; it counts as not configured. */
    INCOMPLETE,
    /** It is not to be asked in this set-up. */
    EXCLUDED,
    /** It was asked and failed. */
    FAILED;

    /** The words for it in reports and messages, for example {@code not configured}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
