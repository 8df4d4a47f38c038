// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import java.time.Instant;
import java.util.Optional;

/**
 * The identity of credentials, without secrets.
 *
 * @param accessKeyId their access key id
 * @param accountId the AWS account, where it is known
 * @param arn the role, user or role session, where it is known
 * @param expiration when they expire; absent when they do not, or it is not known
 */
public record Identity(
        String accessKeyId, Optional<String> accountId, Optional<String> arn, Optional<Instant> expiration) {

    /** Returns the identity as text, for example {@code ASIA..., account 111122223333, until 2026-11-23T10:00:00Z}. */
    @Override
    public String toString() {
        return accessKeyId
                + accountId.map(account -> ", account " + account).orElse("")
                + arn.map(name -> ", " + name).orElse("")
                + expiration.map(end -> ", until " + end).orElse("");
    }
}
