// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsException;
import io.lanyard.chain.Availability;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a profile after a check. Each check turns the previous state into the next:
 *
 * <ul>
 *   <li>A profile that could be read and is complete becomes effective.
 *   <li>If the files cannot be read, an effective profile that is complete stays so. Without one the source has failed,
 *       which is never taken for absence.
 *   <li>If the profile is missing or incomplete, or has only lost content, a writer may not have finished the file. The
 *       effective profile stays so until a check one second later confirms the finding; for empty files, one minute later.
 * </ul>
 *
 * @param effective the profile to use; null while no check has found one
 * @param failure why the last check failed; null when it did not
 * @param unconfirmed what the last check found, while it awaits confirmation; else null
 * @param unconfirmedSince when that was first found
 * @param checkedAt when the last check began, in nanoseconds
 */
record ProfileState(
        @Nullable ProfileInspection effective,
        @Nullable CredentialsException failure,
        @Nullable ProfileInspection unconfirmed,
        long unconfirmedSince,
        long checkedAt) {

    /** How long a result is used, and how long a doubtful one awaits confirmation. */
    static final long CHECK_NANOS = 1_000_000_000;

    /** A shell empties the target of a redirection before it runs the command, which may take this long. */
    private static final long EMPTY_NANOS = 60 * CHECK_NANOS;

    /** Returns the state after a check that has read the profile. */
    static ProfileState afterReading(@Nullable ProfileState before, ProfileInspection found, long now) {
        ProfileInspection effective = before == null ? null : before.effective;
        if (effective != null && effective.isSameAs(found)) {
            return new ProfileState(effective, null, null, 0, now);
        }
        boolean doubtful = (effective != null && effective.isConfigured())
                ? !found.isConfigured() || found.hasOnlyLostContentOf(effective)
                : found.lacksContent() && (found.exists() || (before != null && !before.isSettled()));
        if (!doubtful) {
            return new ProfileState(found, null, null, 0, now);
        }
        if (before == null || before.unconfirmed == null || !before.unconfirmed.isSameAs(found)) {
            return new ProfileState(effective, null, found, now, now);
        }
        long confirmedAfter = effective != null && found.isEmpty() ? EMPTY_NANOS : CHECK_NANOS;
        return now - before.unconfirmedSince >= confirmedAfter
                ? new ProfileState(found, null, null, 0, now)
                : new ProfileState(effective, null, found, before.unconfirmedSince, now);
    }

    /** Returns the state after a check that has failed. */
    static ProfileState afterFailure(@Nullable ProfileState before, CredentialsException failure, long now) {
        return new ProfileState(before == null ? null : before.effective, failure, null, 0, now);
    }

    /** Returns whether a complete profile is effective. */
    boolean isConfigured() {
        return effective != null && effective.isConfigured();
    }

    /** Returns whether the last check needs no confirmation. */
    boolean isSettled() {
        return failure == null && unconfirmed == null;
    }

    /**
     * Returns the availability of the source.
     *
     * @throws CredentialsException when it is unknown because the files cannot be read
     */
    Availability availability() {
        if (isConfigured()) {
            return Availability.configured();
        }
        if (failure != null) {
            throw failure.forCaller();
        }
        if (unconfirmed != null) {
            return unconfirmed.unconfirmedAvailability();
        }
        return Objects.requireNonNull(effective).availability();
    }

    @Override
    public String toString() {
        return "ProfileState(" + (failure != null ? "unreadable" : unconfirmed != null ? "unconfirmed" : "settled")
                + ")";
    }
}
