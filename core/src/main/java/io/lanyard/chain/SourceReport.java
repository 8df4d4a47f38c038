// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.report.SettingSeen;
import io.lanyard.report.SourceDescription;
import java.util.List;
import java.util.Optional;

/**
 * What there is to say of one source of a chain; free of secrets.
 *
 * @param name its name
 * @param state where it stands
 * @param reason why it stands there, in words; empty where the state says it all
 * @param description its settings, endpoint and token
 * @param identity whose credentials it gives, where it is in use
 * @param probed whose credentials it answered with when it was asked for this report
 * @param failure why it last failed, where it did
 * @param remedy what mends it, where that is known
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
     * The settings that were looked at.
     *
     * @return names, and whether each was set
     */
    public List<SettingSeen> settings() {
        return description.settings();
    }

    /** One line, for example {@code environment: not configured [AWS_ACCESS_KEY_ID (not set), ...]}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name.name()).append(": ").append(state);
        if (!reason.isEmpty()) {
            text.append(", ").append(reason);
        }
        identity.ifPresent(who -> text.append(", ").append(who));
        probed.ifPresent(who -> text.append(", would give ").append(who));
        failure.ifPresent(why -> text.append(", ").append(why));
        if (!settings().isEmpty()) {
            text.append(' ').append(settings());
        }
        return text.toString();
    }
}
