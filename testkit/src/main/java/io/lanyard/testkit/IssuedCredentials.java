// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.time.Instant;

/**
 * Credentials that an agent made up. They open nothing; secret and session token contain the word {@code CANARY}.
 *
 * @param accessKeyId 20 characters, {@code ASIA…}, never the same twice
 * @param secretAccessKey 40 characters
 * @param sessionToken a few hundred characters and the padding asked for
 * @param accountId the account of the role
 * @param expiration the end of their life
 * @param roleArn the role they stand for
 */
public record IssuedCredentials(
        String accessKeyId,
        String secretAccessKey,
        String sessionToken,
        String accountId,
        Instant expiration,
        String roleArn) {

    /** Everything but the secret and the session token. */
    @Override
    public String toString() {
        return "IssuedCredentials[" + accessKeyId + ", " + roleArn + ", expiration " + expiration + "]";
    }
}
