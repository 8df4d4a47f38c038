// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import java.util.Map;

/** What may have become of a setting. */
enum Value {
    UNSET,
    EMPTY,
    BLANK,
    SET,
    PADDED;

    boolean isSet() {
        return this == SET || this == PADDED;
    }

    void put(Map<String, String> settings, String name, String value) {
        switch (this) {
            case UNSET -> {}
            case EMPTY -> settings.put(name, "");
            case BLANK -> settings.put(name, " ");
            case SET -> settings.put(name, value);
            case PADDED -> settings.put(name, " " + value + "\t");
        }
    }
}
