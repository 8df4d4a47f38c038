// SPDX-License-Identifier: Apache-2.0
package io.lanyard;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot of how credentials are kept fresh, without the credentials, so that it can be shown and logged.
 *
 * <p>Immutable and safe for use by any thread.
 *
 * @param state the state of the cached credentials
 * @param expiration when they expire by the local clock; absent when there are none or they do not expire
 * @param advisoryFrom when their refresh is due, jitter included; absent when there are none
 * @param mandatoryFrom when their refresh becomes urgent; absent when there are none or they do not expire
 * @param loading whether a load is in flight
 * @param closed whether the source has been closed
 * @param failuresInARow how many loads have failed since the last that succeeded
 * @param lastFailure the last failure; absent once a load has succeeded
 * @param servingStale whether callers last got stale credentials, because no newer ones could be loaded
 * @param nextLoad when the next load starts without a call; absent while one is in flight, or when only a call starts
 *     one
 * @param refreshes how many loads have brought newer credentials, the first included
 * @param unchanged how many loads have brought the credentials that were cached already
 * @param failures how many loads have failed
 */
public record RefreshStatus(
        RefreshState state,
        Optional<Instant> expiration,
        Optional<Instant> advisoryFrom,
        Optional<Instant> mandatoryFrom,
        boolean loading,
        boolean closed,
        int failuresInARow,
        Optional<CredentialsException> lastFailure,
        boolean servingStale,
        Optional<Instant> nextLoad,
        long refreshes,
        long unchanged,
        long failures) {

    /**
     * Returns the status of a source that has not loaded yet.
     *
     * @param closed whether it has been closed all the same
     * @return an empty status
     */
    public static RefreshStatus untouched(boolean closed) {
        return of(RefreshState.EMPTY, closed, null);
    }

    /**
     * Returns the status of a source that does not refresh.
     *
     * @param lastFailure why the last attempt to get credentials failed; null when it succeeded or there was none
     * @return a status of {@link RefreshState#UNMANAGED}
     */
    public static RefreshStatus unmanaged(@Nullable CredentialsException lastFailure) {
        return of(RefreshState.UNMANAGED, false, lastFailure);
    }

    /**
     * Returns the same status with another last failure.
     *
     * @param failure the failure; empty where there is none
     * @return the status
     */
    public RefreshStatus withLastFailure(Optional<CredentialsException> failure) {
        return new RefreshStatus(
                state,
                expiration,
                advisoryFrom,
                mandatoryFrom,
                loading,
                closed,
                failuresInARow,
                failure,
                servingStale,
                nextLoad,
                refreshes,
                unchanged,
                failures);
    }

    private static RefreshStatus of(RefreshState state, boolean closed, @Nullable CredentialsException lastFailure) {
        return new RefreshStatus(
                state,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false,
                closed,
                0,
                Optional.ofNullable(lastFailure),
                false,
                Optional.empty(),
                0,
                0,
                0);
    }

    /** Names a failure by its category: its message is for the owner of the source to show. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("RefreshStatus(").append(state);
        expiration.ifPresent(moment -> text.append(", expiration=").append(moment));
        nextLoad.ifPresent(moment -> text.append(", nextLoad=").append(moment));
        if (loading) {
            text.append(", loading");
        }
        if (closed) {
            text.append(", closed");
        }
        lastFailure.ifPresent(failure -> text.append(", failuresInARow=")
                .append(failuresInARow)
                .append(", lastFailure=")
                .append(failure.category())
                .append('/')
                .append(failure.kind()));
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
