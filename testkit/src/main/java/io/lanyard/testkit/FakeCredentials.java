// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.security.SecureRandom;
import java.time.Instant;
import java.util.Random;

/** Makes up credentials that look real to a program and fake to a person. */
@FunctionalInterface
interface FakeCredentials {
    String BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    IssuedCredentials make(String roleArn, Instant expiration, int padding);

    /** Random ones. The prefixes hold every character that Go escapes in JSON and those of base64. */
    static FakeCredentials random() {
        Random random = new SecureRandom();
        return (roleArn, expiration, padding) -> new IssuedCredentials(
                "ASIA" + draw(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16),
                "CANARY+/=<>&" + draw(random, BASE64, 28),
                "IQoJb3JpZ2luX2VjCANARY+/=<>&" + draw(random, BASE64, 300 + padding),
                accountOf(roleArn),
                expiration,
                roleArn,
                null);
    }

    private static String draw(Random random, String alphabet, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        StringBuilder out = new StringBuilder(length);
        for (byte b : bytes) {
            out.append(alphabet.charAt((b & 0xff) % alphabet.length()));
        }
        return out.toString();
    }

    /** The account in an ARN; throws for what is no role ARN. */
    static String accountOf(String roleArn) {
        String[] parts = roleArn.split(":", 6);
        if (parts.length < 6 || !parts[0].equals("arn") || !parts[4].matches("\\d{12}")) {
            throw new IllegalArgumentException(
                    "a role ARN looks like arn:aws:iam::111122223333:role/Name, not like " + roleArn);
        }
        return parts[4];
    }
}
