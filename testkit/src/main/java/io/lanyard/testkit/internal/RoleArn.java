// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.internal;

/** Parses the ARN of a role. */
public final class RoleArn {
    private RoleArn() {}

    public static boolean matches(String text) {
        return text.matches("arn:[^:]+:[^:]*:[^:]*:\\d{12}:.+");
    }

    /** Returns the account in an ARN; throws an exception if the text is not a role ARN. */
    public static String accountOf(String roleArn) {
        if (!matches(roleArn)) {
            throw new IllegalArgumentException(
                    "not an ARN with an account ID: " + roleArn + "; expected arn:aws:iam::<12 digits>:role/<name>");
        }
        return roleArn.split(":", 6)[4];
    }
}
