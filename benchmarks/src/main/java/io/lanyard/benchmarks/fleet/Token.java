// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import org.jspecify.annotations.Nullable;

/** A pod's service-account token, which is the key of the agent's cache, and what the agent has by this key. */
final class Token {
    private static final long LIFE = 24 * Time.HOUR;
    /** The kubelet renews a token at 80 % of its life. */
    private static final long RENEWED_AFTER = LIFE / 5 * 4;

    final String text;
    final long end;
    final long rotation;

    /** Until when a request with this token is under way upstream. */
    long busyUntil;

    Agent.@Nullable Entry entry;

    Token(String text, long issued) {
        this.text = text;
        this.end = issued + LIFE;
        this.rotation = issued + RENEWED_AFTER;
    }

    @Override
    public String toString() {
        return "Token()";
    }
}
