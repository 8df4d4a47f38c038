// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal.http;

/** How an answer reaches the client, or what happens in its place. */
public enum Delivery {
    WHOLE(true),
    DRIP(true),
    HALF_BODY(true),
    RESET_IN_BODY(true),
    HANG_AFTER_HEADERS(true),
    OVERSIZE(false),
    HANG(false),
    RESET(false),
    CLOSE(false),
    GARBAGE(false);

    private final boolean sendsAnswer;

    Delivery(boolean sendsAnswer) {
        this.sendsAnswer = sendsAnswer;
    }

    /** Whether any of the answer that was asked for is sent. */
    public boolean sendsAnswer() {
        return sendsAnswer;
    }
}
