// SPDX-License-Identifier: Apache-2.0
package io.lanyard.internal;

import io.lanyard.CredentialsException;
import io.lanyard.internal.text.ForeignText;

/** Describes failures on one line. */
public final class FailureText {

    private FailureText() {}

    /**
     * Describes a failure on one line: the summary of the failure of Lanyard that it is or is caused by, or else its
     * cleaned message, or the name of its class where it has none.
     *
     * @param failure any failure
     * @return its text, fit for a log line
     */
    public static String of(Throwable failure) {
        return CredentialsException.in(failure)
                .map(known -> ForeignText.summary(known.summary()))
                .orElseGet(() -> ForeignText.message(failure));
    }
}
