// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.internal.RoleArn;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Random;

/** Generates credentials that programs accept and people recognize as fake. */
@FunctionalInterface
interface FakeCredentials {
    String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    String BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    IssuedCredentials make(String roleArn, Instant expiration, int padding);

    /** Returns a source of long-term keys, which have no session token. */
    default FakeCredentials longTerm() {
        return (roleArn, expiration, padding) -> {
            IssuedCredentials made = make(roleArn, expiration, padding);
            return new IssuedCredentials(
                    made.accessKeyId(), made.secretAccessKey(), "", made.accountId(), expiration, roleArn, null);
        };
    }

    /** Returns a source of random credentials, with every character that Go escapes in JSON and those of base64. */
    static FakeCredentials random() {
        Random random = new SecureRandom();
        return (roleArn, expiration, padding) -> new IssuedCredentials(
                "ASIA" + draw(random, BASE32, 16),
                "CANARY+/=<>&" + draw(random, BASE64, 28),
                "IQoJb3JpZ2luX2VjCANARY+/=<>&" + draw(random, BASE64, 300 + padding),
                RoleArn.accountOf(roleArn),
                expiration,
                roleArn,
                null);
    }

    static String draw(Random random, String alphabet, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        StringBuilder out = new StringBuilder(length);
        for (byte b : bytes) {
            out.append(alphabet.charAt((b & 0xff) % alphabet.length()));
        }
        return out.toString();
    }
}
