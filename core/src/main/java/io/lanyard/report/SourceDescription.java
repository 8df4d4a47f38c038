// SPDX-License-Identifier: Apache-2.0
package io.lanyard.report;

import java.util.List;
import java.util.Optional;

/**
 * How a source of credentials is configured, according to settings and files. Contains no secret.
 *
 * @param settings the settings that decide whether the source is configured, in their order of precedence
 * @param endpoint the address of the service that returns the credentials, without its secrets
 * @param token the claims of the token, where there is one that can be read
 * @param tokenProblem why the token file could not be read, where it could not
 */
public record SourceDescription(
        List<SettingSeen> settings,
        Optional<String> endpoint,
        Optional<TokenClaims> token,
        Optional<String> tokenProblem) {

    /** The description of a source of which nothing is known. */
    public static final SourceDescription EMPTY = of(List.of());

    /**
     * Creates a description.
     *
     * @param settings the settings that decide whether the source is configured
     * @param endpoint the address of the service
     * @param token the claims of the token
     * @param tokenProblem why the token file could not be read
     */
    public SourceDescription {
        settings = List.copyOf(settings);
    }

    /**
     * Creates a description without a token problem.
     *
     * @param settings the settings that decide whether the source is configured
     * @param endpoint the address of the service
     * @param token the claims of the token
     */
    public SourceDescription(List<SettingSeen> settings, Optional<String> endpoint, Optional<TokenClaims> token) {
        this(settings, endpoint, token, Optional.empty());
    }

    /**
     * Creates a description that has only settings.
     *
     * @param settings the settings
     * @return the description
     */
    public static SourceDescription of(List<SettingSeen> settings) {
        return new SourceDescription(settings, Optional.empty(), Optional.empty());
    }
}
