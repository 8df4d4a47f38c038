// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import java.util.Optional;

/**
 * Whether a source is configured, as settings and files tell; free of secrets.
 *
 * @param state {@link SourceState#CONFIGURED}, {@link SourceState#NOT_CONFIGURED}, {@link SourceState#INCOMPLETE} or {@link
 *     SourceState#EXCLUDED}
 * @param reason why, in words; empty when it is configured
 * @param remedy what completes a source that is incomplete
 * @param mayChange whether the reason may be transient (a file that is being written), so that a selection made past
 *     this source must be checked again by the next call
 */
public record Availability(SourceState state, String reason, Optional<String> remedy, boolean mayChange) {

    private static final Availability CONFIGURED =
            new Availability(SourceState.CONFIGURED, "", Optional.empty(), false);

    /**
     * Creates an availability.
     *
     * @param state where the source stands
     * @param reason why, in words
     * @param remedy what completes it
     * @param mayChange whether the reason may be transient
     * @throws IllegalArgumentException when the state is one that only the chain can know
     */
    public Availability {
        if (state == SourceState.IN_USE || state == SourceState.SHADOWED || state == SourceState.FAILED) {
            throw new IllegalArgumentException("a source cannot report itself as " + state);
        }
    }

    /**
     * Returns the availability of a configured source: the chain uses it, and its failure is a failure.
     *
     * @return the availability
     */
    public static Availability configured() {
        return CONFIGURED;
    }

    /**
     * Returns the availability of a source of which nothing is set.
     *
     * @param reason which settings were looked at
     * @return the availability
     */
    public static Availability notConfigured(String reason) {
        return new Availability(SourceState.NOT_CONFIGURED, reason, Optional.empty(), false);
    }

    /**
     * Returns the availability of a partially configured source. The chain skips it and warns once.
     *
     * @param reason what is set and what is missing
     * @param remedy what completes it
     * @return the availability
     */
    public static Availability incomplete(String reason, String remedy) {
        return new Availability(SourceState.INCOMPLETE, reason, Optional.of(remedy), false);
    }

    /**
     * Returns the same as {@link #incomplete} for a reason that may be transient: a file that is being written, for
     * example. The chain skips the source, warns once, and checks it again at the next call.
     *
     * @param reason what is set and what is missing
     * @param remedy what completes it
     * @return the availability
     */
    public static Availability incompleteForNow(String reason, String remedy) {
        return new Availability(SourceState.INCOMPLETE, reason, Optional.of(remedy), true);
    }

    /**
     * Returns the availability of a source that is not used in this set-up.
     *
     * @param reason why not
     * @return the availability
     */
    public static Availability excluded(String reason) {
        return new Availability(SourceState.EXCLUDED, reason, Optional.empty(), false);
    }

    /**
     * Returns whether the chain uses the source.
     *
     * @return true when it is configured
     */
    public boolean isConfigured() {
        return state == SourceState.CONFIGURED;
    }
}
