// SPDX-License-Identifier: Apache-2.0
package io.lanyard.demo;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** For tests: what to break, so that the demo can be seen to fail. Set by {@code LANYARD_DEMO_SABOTAGE}. */
enum Sabotage {
    NONE,
    /** The agent ends after the first credentials. */
    AGENT_DIES,
    /** S3 revokes a key three seconds after it was issued, sooner than anyone renews. */
    EARLY_REVOCATION,
    /** S3 checks no signature and knows every key. */
    OPEN_DOOR,
    /** Kubelet forgets to rotate the token. */
    NO_ROTATION,
    /** The old keys die while the application still has them. */
    KEYS_WITHDRAWN_EARLY,
    /** There is no association when the old keys are to be given up. */
    NO_ASSOCIATION;

    static final String VARIABLE = "LANYARD_DEMO_SABOTAGE";

    static Sabotage named(@Nullable String name) {
        if (name == null || name.isBlank()) {
            return NONE;
        }
        return Arrays.stream(values())
                .filter(value -> value.text().equals(name.strip()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(VARIABLE + " is none of "
                        + Arrays.stream(values()).map(Sabotage::text).collect(Collectors.joining(", "))));
    }

    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
