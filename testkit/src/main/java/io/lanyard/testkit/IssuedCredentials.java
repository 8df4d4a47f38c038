// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import io.lanyard.testkit.iam.PodIdentitySession;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Fake credentials that a server has issued. AWS does not accept them. Secret and session token contain {@code CANARY}.
 *
 * @param accessKeyId 20 characters, {@code ASIA…}, different each time
 * @param secretAccessKey 40 characters
 * @param sessionToken a few hundred characters and the padding that was set; empty for long-term keys
 * @param accountId the role's account
 * @param expiration when they expire
 * @param roleArn the role that they belong to
 * @param session the session of the pod; null unless EKS Auth issued them
 */
public record IssuedCredentials(
        String accessKeyId,
        String secretAccessKey,
        String sessionToken,
        String accountId,
        Instant expiration,
        String roleArn,
        @Nullable PodIdentitySession session) {

    IssuedCredentials with(@Nullable PodIdentitySession newSession) {
        return new IssuedCredentials(
                accessKeyId, secretAccessKey, sessionToken, accountId, expiration, roleArn, newSession);
    }

    /** Returns all fields except secret and session token. */
    @Override
    public String toString() {
        String of = session == null ? "" : ", " + session.roleSessionName();
        return "IssuedCredentials[" + accessKeyId + ", " + roleArn + of + ", expiration " + expiration + "]";
    }
}
