// SPDX-License-Identifier: Apache-2.0
package io.lanyard.container;

import io.lanyard.CredentialsException;
import io.lanyard.spi.RandomSource;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides for one load which failures are retried, and after which pause.
 *
 * <ul>
 *   <li>Start-up (F9): while patience is left, a failure that passes by itself at a start-up (a refused connection, a
 *       missing token file, a new association, a restarted agent, 429 and 5xx) is retried after 250 to 500 ms at first
 *       and 500 ms to 1 s later, however many attempts that makes. The last pause ends with the patience.
 *   <li>Otherwise (F3): I/O errors, unusable answers, expired credentials, 429 and 5xx are retried until the attempts
 *       are used up, after zero to 100, 200, 400 ... 2000 ms. Attempts that failed for another reason while patience
 *       was left are not counted, unless the failure is one of a start-up too.
 *   <li>Throttling (429) makes each pause 1 to 2 s: when a whole fleet starts, faster retries multiply the load.
 *   <li>{@code Retry-After} makes a pause longer and never shorter.
 *   <li>No pause goes beyond the load timeout: the load fails instead.
 * </ul>
 */
final class RetrySchedule {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration SHORTEST_THROTTLED_PAUSE = Duration.ofSeconds(1);
    private static final Duration FIRST_PATIENT_PAUSE = Duration.ofMillis(250);
    private static final Duration PATIENT_PAUSE = Duration.ofMillis(500);

    /** The codes of failures that pass by themselves: an association that is new, an ECS agent that was restarted. */
    private static final Set<String> CODES_AT_START =
            Set.of("ResourceNotFoundException", "CredentialsUninitialized", "InvalidIdInRequest");

    private final int maxAttempts;
    private final RandomSource random;
    private int failures;
    private int ordinaryFailures;
    private int patientPauses;

    RetrySchedule(int maxAttempts, RandomSource random) {
        this.maxAttempts = maxAttempts;
        this.random = random;
    }

    /**
     * Returns how long to wait before the next attempt.
     *
     * @param failure the failure of the last attempt
     * @param retryAfter the pause that the agent asks for, or null
     * @param patience what is left of the start-up patience
     * @param left what is left of the load timeout
     * @return the pause, or null when there is no next attempt
     */
    @Nullable
    Duration pauseAfter(CredentialsException failure, @Nullable Duration retryAfter, Duration patience, Duration left) {
        failures++;
        boolean atStart = passesAtStart(failure);
        boolean throttled = failure.status().orElse(0) == 429;
        Duration pause;
        if (atStart && !patience.isZero()) {
            pause = LoadPolicy.shorter(throttled ? throttledPause() : patientPause(), patience);
        } else {
            ordinaryFailures++;
            if (!isRetried(failure) || (atStart ? failures : ordinaryFailures) >= maxAttempts) {
                return null;
            }
            pause = throttled ? throttledPause() : ordinaryPause();
        }
        if (retryAfter != null && retryAfter.compareTo(pause) > 0) {
            pause = retryAfter;
        }
        return pause.compareTo(left) < 0 ? pause : null;
    }

    private Duration patientPause() {
        Duration shortest = patientPauses++ == 0 ? FIRST_PATIENT_PAUSE : PATIENT_PAUSE;
        return random(shortest, shortest.multipliedBy(2));
    }

    private Duration throttledPause() {
        return random(SHORTEST_THROTTLED_PAUSE, LONGEST_PAUSE);
    }

    private Duration ordinaryPause() {
        Duration doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(ordinaryFailures - 1, 10));
        return random(Duration.ZERO, LoadPolicy.shorter(doubled, LONGEST_PAUSE));
    }

    private Duration random(Duration from, Duration to) {
        return from.plusMillis((long) (random.nextDouble() * (to.toMillis() - from.toMillis() + 1)));
    }

    private static boolean isRetried(CredentialsException failure) {
        return switch (failure.category()) {
            case UNREACHABLE, INVALID_RESPONSE, EXPIRED -> true;
            case HTTP_STATUS -> isTransientStatus(failure);
            default -> false;
        };
    }

    private static boolean passesAtStart(CredentialsException failure) {
        return switch (failure.category()) {
            case UNREACHABLE -> failure.getCause() instanceof ConnectException;
            // a file that exists and cannot be read stays unreadable
            case TOKEN_FILE_UNREADABLE -> TokenSource.isNotThereYet(failure);
            case HTTP_STATUS ->
                isTransientStatus(failure)
                        || failure.serviceCode().map(CODES_AT_START::contains).orElse(false)
                        || String.valueOf(failure.getMessage()).contains("token is not valid yet");
            default -> false;
        };
    }

    /** An agent may answer 500 when STS rejects the role, which is permanent. */
    private static boolean isTransientStatus(CredentialsException failure) {
        return failure.recoverable()
                && AttemptFailures.isRetryable(failure.status().orElse(0));
    }

    /** Returns the pause that a {@code Retry-After} header asks for, or null when it has neither seconds nor a date. */
    static @Nullable Duration retryAfter(String header, Instant now) {
        if (header.length() <= 9 && !header.isEmpty() && header.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return Duration.ofSeconds(Integer.parseInt(header));
        }
        Instant at = Timestamps.parseHttp(header);
        return at == null ? null : Duration.between(now, at);
    }
}
