// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal;

/** The ARN of a role, as far as the servers look into it. */
public final class RoleArn {
    private RoleArn() {}

    public static boolean matches(String text) {
        return text.matches("arn:[^:]+:[^:]*:[^:]*:\\d{12}:.+");
    }

    /** The account in an ARN; throws for what is no role ARN. */
    public static String accountOf(String roleArn) {
        if (!matches(roleArn)) {
            throw new IllegalArgumentException(
                    "a role ARN looks like arn:aws:iam::111122223333:role/Name, not like " + roleArn);
        }
        return roleArn.split(":", 6)[4];
    }
}
