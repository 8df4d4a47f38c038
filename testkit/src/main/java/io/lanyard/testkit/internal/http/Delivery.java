// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.http;

/** How an answer reaches the client, or what happens instead. */
public enum Delivery {
    /** Sends the whole answer at once. */
    WHOLE(true),
    /** Sends the whole answer with a pause after each byte. */
    DRIP(true),
    /** Sends the head and half of the body, then closes the connection. */
    HALF_BODY(true),
    /** Sends the head and half of the body, then resets the connection. */
    RESET_IN_BODY(true),
    /** Sends the head, then nothing. */
    HANG_AFTER_HEADERS(true),
    /** Sends a body of a given or infinite length that is not JSON. */
    OVERSIZE(false),
    /** Sends nothing and leaves the connection open. */
    HANG(false),
    /** Resets the connection. */
    RESET(false),
    /** Closes the connection. */
    CLOSE(false),
    /** Sends bytes that are not HTTP, then closes the connection. */
    GARBAGE(false);

    private final boolean sendsAnswer;

    Delivery(boolean sendsAnswer) {
        this.sendsAnswer = sendsAnswer;
    }

    /** Returns whether the client receives any part of the server's answer. */
    public boolean sendsAnswer() {
        return sendsAnswer;
    }
}
