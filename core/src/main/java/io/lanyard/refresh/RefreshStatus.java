// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import java.time.Instant;
import java.util.Optional;

/**
 * What a cache looks like at a moment; without the value, so that it can be shown and logged.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param state where the value stands in its life
 * @param end the value's stated end by the local clock; absent when there is none or it does not end
 * @param advisoryFrom when its refresh is due, jitter included; absent when there is no value
 * @param mandatoryFrom when its refresh becomes urgent; absent when there is no value or it does not end
 * @param loading whether a load is running
 * @param closed whether the cache has been closed
 * @param failuresInARow how many loads have failed since the last that succeeded
 * @param lastFailure the last failure; absent once a load has succeeded
 * @param lastFailureKind its kind
 * @param servingExpired whether callers last got the value past its expiration, because no newer one could be loaded
 * @param nextTry when the next load starts without a call; absent while a load is running, or when only a call
 *     starts one
 * @param refreshes how many loads have given a new value, the first included
 * @param unchanged how many loads have given the value that was held already
 * @param failures how many loads have failed
 */
public record RefreshStatus(
        RefreshState state,
        Optional<Instant> end,
        Optional<Instant> advisoryFrom,
        Optional<Instant> mandatoryFrom,
        boolean loading,
        boolean closed,
        int failuresInARow,
        Optional<Throwable> lastFailure,
        Optional<FailureKind> lastFailureKind,
        boolean servingExpired,
        Optional<Instant> nextTry,
        long refreshes,
        long unchanged,
        long failures) {

    /**
     * Returns the status of a cache that has not loaded yet.
     *
     * @param closed whether it has been closed all the same
     * @return an empty status
     */
    public static RefreshStatus untouched(boolean closed) {
        return new RefreshStatus(
                RefreshState.EMPTY,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                closed,
                0,
                Optional.empty(),
                Optional.empty(),
                false,
                Optional.empty(),
                0,
                0,
                0);
    }

    /** Names a failure by its class: what a message says is its owner's to show. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("RefreshStatus(").append(state);
        end.ifPresent(moment -> text.append(", end=").append(moment));
        nextTry.ifPresent(moment -> text.append(", nextTry=").append(moment));
        if (loading) {
            text.append(", loading");
        }
        if (closed) {
            text.append(", closed");
        }
        lastFailure.ifPresent(failure -> text.append(", failuresInARow=")
                .append(failuresInARow)
                .append(", lastFailure=")
                .append(failure.getClass().getSimpleName())
                .append('/')
                .append(lastFailureKind.map(Enum::name).orElse("?")));
        return text.append(", refreshes=")
                .append(refreshes)
                .append(", unchanged=")
                .append(unchanged)
                .append(", failures=")
                .append(failures)
                .append(')')
                .toString();
    }
}
