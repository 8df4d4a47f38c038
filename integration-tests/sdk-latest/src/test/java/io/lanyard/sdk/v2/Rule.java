// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

/** Why our chain may do other than the SDK's. */
enum Rule {
    NO_DIFFERENCE,
    /** D2: a source that is configured and fails ends the resolution; the SDK hands out the next one's credentials. */
    NO_DOWNGRADE,
    /** D6: where there is a container to ask, the node is not asked; the SDK asks it when the container's agent fails. */
    CONTAINER_EXCLUDES_NODE,
    /** C2: a blank variable is an unset one; the SDK takes a blank relative URI for one, and never sees the full one. */
    BLANK_IS_UNSET
}
