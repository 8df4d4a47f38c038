// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import java.util.List;
import java.util.Optional;

/**
 * How a source of credentials is configured, as far as that can be told without asking anybody. Free of secrets.
 *
 * @param settings the settings that decide whether the source is configured, in the order in which they count
 * @param endpoint who is asked, without anything secret in it
 * @param token what the token says of itself, where there is one that can be read
 */
public record SourceDescription(List<SettingSeen> settings, Optional<String> endpoint, Optional<TokenClaims> token) {

    /** Nothing is known. */
    public static final SourceDescription EMPTY = of(List.of());

    /**
     * A description.
     *
     * @param settings the settings that decide whether the source is configured
     * @param endpoint who is asked
     * @param token what the token says of itself
     */
    public SourceDescription {
        settings = List.copyOf(settings);
    }

    /**
     * A description by settings alone.
     *
     * @param settings the settings
     * @return the description
     */
    public static SourceDescription of(List<SettingSeen> settings) {
        return new SourceDescription(settings, Optional.empty(), Optional.empty());
    }
}
