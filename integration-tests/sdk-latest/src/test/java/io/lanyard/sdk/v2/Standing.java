// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import org.jspecify.annotations.Nullable;

/**
 * How a source stands in a set-up: not there, or answering for somebody, or there and failing.
 *
 * @param isThere whether everything that the source needs is set
 * @param who for whom it answers; null when it does not
 */
record Standing(boolean isThere, @Nullable String who) {

    static final Standing ABSENT = new Standing(false, null);
    static final Standing FAILS = new Standing(true, null);

    static Standing answers(String who) {
        return new Standing(true, who);
    }

    static Standing answersUnless(boolean failure, String who) {
        return failure ? FAILS : answers(who);
    }
}
