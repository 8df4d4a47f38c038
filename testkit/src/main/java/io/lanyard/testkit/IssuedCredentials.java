// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.iam.PodIdentitySession;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Credentials that a server made up. They open nothing; secret and session token contain the word {@code CANARY}.
 *
 * @param accessKeyId 20 characters, {@code ASIA…}, never the same twice
 * @param secretAccessKey 40 characters
 * @param sessionToken a few hundred characters and the padding asked for; empty for long-term keys
 * @param accountId the account of the role
 * @param expiration the end of their life
 * @param roleArn the role they stand for
 * @param session of the pod they were issued to; null unless EKS Auth issued them
 */
public record IssuedCredentials(
        String accessKeyId,
        String secretAccessKey,
        String sessionToken,
        String accountId,
        Instant expiration,
        String roleArn,
        @Nullable PodIdentitySession session) {

    IssuedCredentials with(@Nullable PodIdentitySession opened) {
        return new IssuedCredentials(
                accessKeyId, secretAccessKey, sessionToken, accountId, expiration, roleArn, opened);
    }

    /** Everything but the secret and the session token. */
    @Override
    public String toString() {
        String of = session == null ? "" : ", " + session.roleSessionName();
        return "IssuedCredentials[" + accessKeyId + ", " + roleArn + of + ", expiration " + expiration + "]";
    }
}
