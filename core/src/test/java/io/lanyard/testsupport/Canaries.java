// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Secrets that are easy to find again.
 *
 * <p>Each holds the word that the scan of logs, reports and exceptions looks for, and a number of its own, so that a
 * hit tells which one got out. The first is made of characters that Go escapes in JSON and that base64 has.
 */
public final class Canaries {

    /** The word in every planted secret. In two parts, so that a source file that gets quoted somewhere is no hit. */
    public static final String WORD = "CAN" + "ARY";

    private static final AtomicInteger COUNT = new AtomicInteger();

    private Canaries() {}

    /** A secret access key. */
    public static String secret() {
        return WORD + "+/=<>&secret" + COUNT.incrementAndGet();
    }

    /** A session token. */
    public static String sessionToken() {
        return "IQoJb3JpZ2luX2Vj" + WORD + "+/=<>&session" + COUNT.incrementAndGet();
    }

    /** A token for the Authorization header, in the shape of a JWT. */
    public static String token() {
        return "eyJhbGciOiJub25lIn0.eyJleHAiOjB9" + WORD + ".signature" + COUNT.incrementAndGet();
    }
}
