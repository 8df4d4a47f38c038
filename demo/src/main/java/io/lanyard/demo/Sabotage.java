// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A fault for tests that makes the demo fail. Set with {@code LANYARD_DEMO_SABOTAGE}. */
enum Sabotage {
    /** No fault. */
    NONE,
    /** The agent stops after the first credentials. */
    AGENT_DIES,
    /** S3 revokes each key three seconds after it was issued, before it is refreshed. */
    EARLY_REVOCATION,
    /** S3 accepts every key and every signature. */
    OPEN_DOOR,
    /** The token is never rotated. */
    NO_ROTATION,
    /** The old keys are revoked while the application still uses them. */
    KEYS_REVOKED_EARLY,
    /** The association is missing when the old keys are to be removed. */
    NO_ASSOCIATION;

    static final String VARIABLE = "LANYARD_DEMO_SABOTAGE";

    static Sabotage named(@Nullable String name) {
        if (name == null || name.isBlank()) {
            return NONE;
        }
        return Arrays.stream(values())
                .filter(value -> value.text().equals(name.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(VARIABLE + " must be one of "
                        + Arrays.stream(values()).map(Sabotage::text).collect(Collectors.joining(", "))));
    }

    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
