// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import io.lanyard.report.SettingSeen;
import java.util.List;
import java.util.Optional;

/**
 * What a chain found at one of its sources when none provided credentials. Contains no secret.
 *
 * @param source the name of the source, for example {@code web-identity}
 * @param outcome what came of it, for example {@code not configured}, {@code incomplete} or {@code failed}
 * @param reason why, in words; empty where the outcome says it all
 * @param settings the settings that were looked at
 * @param failure the failure, where the source was asked and failed
 * @param remedy how to fix it, where that is known
 */
public record SourceAttempt(
        String source,
        String outcome,
        String reason,
        List<SettingSeen> settings,
        Optional<String> failure,
        Optional<String> remedy) {

    /**
     * An attempt.
     *
     * @param source the name of the source
     * @param outcome what came of it
     * @param reason why, in words
     * @param settings the settings that were looked at
     * @param failure the failure, if any
     * @param remedy how to fix it, where that is known
     */
    public SourceAttempt {
        settings = List.copyOf(settings);
    }
}
