// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.refresh.ExpiredCredentials;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limits of a load.
 *
 * @param connectTimeout for connecting, over all addresses of the agent
 * @param attemptTimeout from the first byte sent to the last byte read
 * @param loadTimeout for the whole load, pauses included
 * @param maxAttempts the attempts of a load, apart from the start-up patience
 * @param startupPatience for an agent, a token or an association that does not exist yet at the start
 * @param expired what happens with credentials that had expired when they were loaded
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

    /** Returns the policy: the application's options, else the metadata settings, else the defaults. */
    static LoadPolicy of(ContainerConfiguration options) {
        Duration metadataTimeout = options.attemptTimeout == null ? Setting.metadataTimeout(options.environment) : null;
        Duration attempt = firstOf(options.attemptTimeout, metadataTimeout, ATTEMPT_TIMEOUT);
        Duration connect = options.connectTimeout != null
                ? options.connectTimeout
                : metadataTimeout == null ? CONNECT_TIMEOUT : shorter(metadataTimeout, CONNECT_TIMEOUT);
        // longer attempts or more patience are set in order to be waited for
        Duration load = options.loadTimeout != null
                ? options.loadTimeout
                : longer(longer(LOAD_TIMEOUT, attempt), options.startupPatience);
        Integer metadataAttempts = options.maxAttempts == null ? Setting.metadataAttempts(options.environment) : null;
        return new LoadPolicy(
                connect,
                attempt,
                load,
                firstOf(options.maxAttempts, metadataAttempts, MAX_ATTEMPTS),
                options.startupPatience,
                options.refreshPolicy.expiredCredentials());
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
