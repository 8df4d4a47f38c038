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
 */
public record Detection(LinkState state, String reason, Optional<String> remedy) {

    private static final Detection CONFIGURED = new Detection(LinkState.CONFIGURED, "", Optional.empty());

    /**
     * A detection.
     *
     * @param state where the source stands
     * @param reason why, in words
     * @param remedy what completes it
     * @throws IllegalArgumentException when the state is one that only the chain can tell
     */
    public Detection {
        if (state == LinkState.IN_USE || state == LinkState.SHADOWED || state == LinkState.FAILED) {
            throw new IllegalArgumentException("a source cannot be detected as " + state);
        }
    }

    /**
     * The source is configured: it is asked, and its failure is a failure.
     *
     * @return the detection
     */
    public static Detection configured() {
        return CONFIGURED;
    }

    /**
     * Nothing of the source is set.
     *
     * @param reason which settings were looked at
     * @return the detection
     */
    public static Detection notConfigured(String reason) {
        return new Detection(LinkState.NOT_CONFIGURED, reason, Optional.empty());
    }

    /**
     * Something of the source is set and something is missing. The chain goes on and warns once.
     *
     * @param reason what is set and what is missing
     * @param remedy what completes it
     * @return the detection
     */
    public static Detection incomplete(String reason, String remedy) {
        return new Detection(LinkState.INCOMPLETE, reason, Optional.of(remedy));
    }

    /**
     * The source is not to be asked in this set-up.
     *
     * @param reason why not
     * @return the detection
     */
    public static Detection excluded(String reason) {
        return new Detection(LinkState.EXCLUDED, reason, Optional.empty());
    }

    /**
     * Whether the source is to be asked.
     *
     * @return true when it is configured
     */
    public boolean isConfigured() {
        return state == LinkState.CONFIGURED;
    }
}
