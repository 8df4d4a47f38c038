// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.testkit.IssuedCredentials;
import java.util.List;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;

/**
 * Whose credentials a chain gave, or that it failed.
 *
 * @param who the access key id; the role where a service of the test has made the credentials up
 * @param sessionToken whether there is one
 * @param account the account, or the word none
 */
record Outcome(String who, boolean sessionToken, String account) {

    static final Outcome FAILED = new Outcome("failed", false, "none");

    static Outcome of(AwsCredentials credentials) {
        return new Outcome(
                credentials.accessKeyId(),
                credentials instanceof AwsSessionCredentials,
                credentials.accountId().orElse("none"));
    }

    boolean isFailure() {
        return equals(FAILED);
    }

    /** The role in place of an access key id that differs at every request. */
    Outcome named(List<IssuedCredentials> issued) {
        return issued.stream()
                .filter(credentials -> credentials.accessKeyId().equals(who))
                .findFirst()
                .map(credentials -> new Outcome(credentials.roleArn(), sessionToken, account))
                .orElse(this);
    }

    /** For the way from one process to another. */
    String line() {
        return String.join(" ", who, Boolean.toString(sessionToken), account);
    }

    static Outcome parse(String line) {
        String[] words = line.split(" ", 3);
        return new Outcome(words[0], Boolean.parseBoolean(words[1]), words[2]);
    }
}
