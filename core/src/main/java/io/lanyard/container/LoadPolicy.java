// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.refresh.ExpiredCredentials;
import io.lanyard.spi.Environment;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long and how often the agent is asked.
 *
 * @param connectTimeout for connecting, over all addresses of the agent
 * @param attemptTimeout from the first byte sent to the last byte read
 * @param loadTimeout for everything, pauses included
 * @param maxAttempts attempts at an agent that answers, or should
 * @param startupPatience for an agent, a token or an association that is not there yet at the start
 * @param expired what happens with credentials that have already expired
 */
record LoadPolicy(
        Duration connectTimeout,
        Duration attemptTimeout,
        Duration loadTimeout,
        int maxAttempts,
        Duration startupPatience,
        ExpiredCredentials expired) {

    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

    /** The EKS agent takes up to 7.2 s to give the reason of a failure; giving up sooner cancels its work. */
    static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(8);

    /** Three attempts of 8 s, and their pauses. */
    static final Duration LOAD_TIMEOUT = Duration.ofSeconds(25);

    static final int MAX_ATTEMPTS = 3;

    static final Duration STARTUP_PATIENCE = Duration.ofSeconds(10);

    /** Longer durations count as this one, so that no arithmetic overflows ({@code FOREVER} is a common option). */
    static final Duration LONGEST = Duration.ofDays(1);

    LoadPolicy {
        connectTimeout = shorter(connectTimeout, LONGEST);
        attemptTimeout = shorter(attemptTimeout, LONGEST);
        loadTimeout = shorter(loadTimeout, LONGEST);
        startupPatience = shorter(startupPatience, LONGEST);
    }

    /** The policy of an application's options where it set them, of the metadata settings, and of the defaults. */
    static LoadPolicy of(
            @Nullable Duration connectTimeout,
            @Nullable Duration attemptTimeout,
            @Nullable Duration loadTimeout,
            @Nullable Integer maxAttempts,
            Duration startupPatience,
            ExpiredCredentials expired,
            Environment environment) {
        Duration metadataTimeout = attemptTimeout == null ? Setting.metadataTimeout(environment) : null;
        Duration attempt = firstOf(attemptTimeout, metadataTimeout, ATTEMPT_TIMEOUT);
        Duration connect = connectTimeout != null
                ? connectTimeout
                : metadataTimeout == null ? CONNECT_TIMEOUT : shorter(metadataTimeout, CONNECT_TIMEOUT);
        // whoever asks for longer attempts or more patience means to wait for them
        Duration load = loadTimeout != null ? loadTimeout : longer(longer(LOAD_TIMEOUT, attempt), startupPatience);
        Integer metadataAttempts = maxAttempts == null ? Setting.metadataAttempts(environment) : null;
        int attempts = firstOf(maxAttempts, metadataAttempts, MAX_ATTEMPTS);
        return new LoadPolicy(connect, attempt, load, attempts, startupPatience, expired);
    }

    private static <T> T firstOf(@Nullable T first, @Nullable T second, T last) {
        return first != null ? first : second != null ? second : last;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) >= 0 ? a : b;
    }

    static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
