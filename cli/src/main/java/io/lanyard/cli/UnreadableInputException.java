// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

/** What was given is not what the option takes. The message is a part of a sentence and holds no foreign text. */
final class UnreadableInputException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnreadableInputException(String message) {
        super(message);
    }
}
