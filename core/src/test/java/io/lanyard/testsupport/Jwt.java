// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testsupport;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Tokens with claims; nobody signed them. */
public final class Jwt {

    /** The signature of them all. */
    public static final String SIGNATURE = "c2lnbmF0dXJl" + Canaries.WORD;

    private Jwt() {}

    /** A token whose middle part has the given text. */
    public static String of(String claims) {
        return part("{\"alg\":\"RS256\"}") + "." + part(claims) + "." + SIGNATURE;
    }

    private static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
