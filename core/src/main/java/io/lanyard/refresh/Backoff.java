// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.FailureKind;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides how long to back off after a failed load.
 *
 * <p>Implementations are safe for use by any thread, do not block, and decide by their arguments alone. The cache
 * takes what they say as it is.
 */
@FunctionalInterface
public interface Backoff {

    /**
     * Returns the pause before the next load.
     *
     * @param kind what failed
     * @param failures how many loads have failed in a row, at least 1
     * @param left how long the value cached is still valid, zero when it has expired, null when it does not expire
     * @param random a random number from 0 (inclusive) to 1 (exclusive), so that many processes spread
     * @return the pause, not negative
     */
    Duration pause(FailureKind kind, int failures, @Nullable Duration left, double random);

    /**
     * Returns the default back-off.
     *
     * <ul>
     *   <li>A local failure: 1 to 4.5 s, so that the value is fresh within 5 s of the source's return.
     *   <li>Any other: from 5 s doubling up to 50 s, each shortened by up to a half at random. With one attempt of 8 s
     *       (the time the EKS agent needs to give a reason) the value is fresh within 60 s of the source's return.
     *   <li>Neither ever more than half of the validity left, so that several loads always fit into it, and not less
     *       than 250 ms.
     *   <li>A value that does not expire is not urgent: from 5 s doubling up to 10 min.
     * </ul>
     *
     * @return the default
     */
    static Backoff standard() {
        return StandardBackoff.INSTANCE;
    }

    /**
     * Returns a back-off with a fixed pause.
     *
     * @param pause the pause, not negative
     * @return a back-off that ignores its arguments
     */
    static Backoff fixed(Duration pause) {
        Objects.requireNonNull(pause, "pause");
        if (pause.isNegative()) {
            throw new IllegalArgumentException("pause must not be negative but is " + pause);
        }
        return (kind, failures, left, random) -> pause;
    }
}
