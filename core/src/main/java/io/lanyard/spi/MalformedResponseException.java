// SPDX-License-Identifier: Apache-2.0
package io.lanyard.spi;

import java.io.IOException;

/** The agent's answer is not HTTP as this protocol uses it, or has no credentials. The message does not quote it. */
public final class MalformedResponseException extends IOException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message what is wrong with the answer, without quoting it
     */
    public MalformedResponseException(String message) {
        super(message);
    }
}
