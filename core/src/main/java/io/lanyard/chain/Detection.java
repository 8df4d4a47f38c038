// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import java.util.Optional;

/**
 * Whether a source is configured, as settings and files tell; free of secrets.
 *
 * @param state {@link LinkState#CONFIGURED}, {@link LinkState#NOT_CONFIGURED}, {@link LinkState#INCOMPLETE} or {@link
 *     LinkState#EXCLUDED}
 * @param reason why, in words; empty when it is configured
 * @param remedy what completes a source that is incomplete
 * @param mayChange whether the reason may be transient (a file that is being written), so that a selection made past
 *     this source must be checked again by the next call
 */
public record Detection(LinkState state, String reason, Optional<String> remedy, boolean mayChange) {

    private static final Detection CONFIGURED = new Detection(LinkState.CONFIGURED, "", Optional.empty(), false);

    /**
     * Creates a detection.
     *
     * @param state where the source stands
     * @param reason why, in words
     * @param remedy what completes it
     * @param mayChange whether the reason may be transient
     * @throws IllegalArgumentException when the state is one that only the chain can know
     */
    public Detection {
        if (state == LinkState.IN_USE || state == LinkState.SHADOWED || state == LinkState.FAILED) {
            throw new IllegalArgumentException("a source cannot be detected as " + state);
        }
    }

    /**
     * Returns the detection of a configured source: the chain uses it, and its failure is a failure.
     *
     * @return the detection
     */
    public static Detection configured() {
        return CONFIGURED;
    }

    /**
     * Returns the detection of a source of which nothing is set.
     *
     * @param reason which settings were looked at
     * @return the detection
     */
    public static Detection notConfigured(String reason) {
        return new Detection(LinkState.NOT_CONFIGURED, reason, Optional.empty(), false);
    }

    /**
     * Returns the detection of a partially configured source. The chain skips it and warns once.
     *
     * @param reason what is set and what is missing
     * @param remedy what completes it
     * @return the detection
     */
    public static Detection incomplete(String reason, String remedy) {
        return new Detection(LinkState.INCOMPLETE, reason, Optional.of(remedy), false);
    }

    /**
     * Returns the same as {@link #incomplete} for a reason that may be transient: a file that is being written, for
     * example. The chain skips the source, warns once, and checks it again at the next call.
     *
     * @param reason what is set and what is missing
     * @param remedy what completes it
     * @return the detection
     */
    public static Detection incompleteForNow(String reason, String remedy) {
        return new Detection(LinkState.INCOMPLETE, reason, Optional.of(remedy), true);
    }

    /**
     * Returns the detection of a source that is not used in this set-up.
     *
     * @param reason why not
     * @return the detection
     */
    public static Detection excluded(String reason) {
        return new Detection(LinkState.EXCLUDED, reason, Optional.empty(), false);
    }

    /**
     * Returns whether the chain uses the source.
     *
     * @return true when it is configured
     */
    public boolean isConfigured() {
        return state == LinkState.CONFIGURED;
    }
}
