// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.report.SettingSeen;
import io.lanyard.report.SourceDescription;
import java.util.List;
import java.util.Optional;

/**
 * The report of one source of a chain, without secrets.
 *
 * @param name its name
 * @param state its state
 * @param reason why it is in this state; empty where the state says it all
 * @param description its settings, endpoint and token
 * @param identity the identity of its credentials, where it is in use
 * @param probed the identity of the credentials that it provided when it was probed for this report
 * @param failure why it last failed
 * @param remedy how to fix it, where that is known
 */
public record SourceReport(
        SourceName name,
        SourceState state,
        String reason,
        SourceDescription description,
        Optional<Identity> identity,
        Optional<Identity> probed,
        Optional<String> failure,
        Optional<String> remedy) {

    /**
     * Returns the settings that were read.
     *
     * @return names, and whether each was set
     */
    public List<SettingSeen> settings() {
        return description.settings();
    }

    /** Returns one line, for example {@code environment: not configured [AWS_ACCESS_KEY_ID (not set), ...]}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name.name()).append(": ").append(state);
        if (!reason.isEmpty()) {
            text.append(", ").append(reason);
        }
        identity.ifPresent(known -> text.append(", ").append(known));
        probed.ifPresent(known -> text.append(", would provide ").append(known));
        failure.ifPresent(why -> text.append(", ").append(why));
        if (!settings().isEmpty()) {
            text.append(' ').append(settings());
        }
        return text.toString();
    }
}
