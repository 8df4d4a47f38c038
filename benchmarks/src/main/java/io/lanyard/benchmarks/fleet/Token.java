// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import org.jspecify.annotations.Nullable;

/** A service-account token of a pod, and the agent's cache entry for it. */
final class Token {
    private static final long LIFETIME = 24 * Time.HOUR;
    /** The kubelet rotates a token at 80 % of its lifetime. */
    private static final long ROTATED_AFTER = LIFETIME / 5 * 4;

    final String text;
    final long expiration;
    final long rotation;

    /** The end of the agent's current fetch with this token. */
    long busyUntil;

    Agent.@Nullable Entry entry;

    Token(String text, long issued) {
        this.text = text;
        this.expiration = issued + LIFETIME;
        this.rotation = issued + ROTATED_AFTER;
    }

    @Override
    public String toString() {
        return "Token()";
    }
}
