// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import java.util.Locale;

/**
 * The state of a source in a chain.
 */
public enum SourceState {
    /** The source provides the chain's credentials. */
    IN_USE,
    /** The source is configured and comes next, and no request has been made yet. */
    CONFIGURED,
    /** The source is configured, but an earlier one provides the credentials, or will. */
    SHADOWED,
    /** None of its settings is set. */
    NOT_CONFIGURED,
    /** Some of its settings are set, and others that it needs are missing; the chain skips it. */
    INCOMPLETE,
    /** The source is not used in this set-up. */
    EXCLUDED,
    /** The source failed. */
    FAILED;

    /** Returns the state as reports and messages write it, for example {@code not configured}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
