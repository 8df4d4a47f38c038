// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal;

import io.lanyard.CredentialsException;
import io.lanyard.internal.text.ForeignText;

/** Describes failures, Lanyard's and others', on one line. */
public final class FailureText {

    private FailureText() {}

    /**
     * Describes a failure on one line: for one of Lanyard's, or one that is caused by one of Lanyard's, what happened
     * without the remedy; for any other its cleaned message, or the name of its class where it has none.
     *
     * @param failure any failure
     * @return its text, fit for a log line
     */
    public static String of(Throwable failure) {
        return CredentialsException.in(failure)
                .map(ours -> ForeignText.summary(ours.summary()))
                .orElseGet(() -> ForeignText.message(failure));
    }
}
