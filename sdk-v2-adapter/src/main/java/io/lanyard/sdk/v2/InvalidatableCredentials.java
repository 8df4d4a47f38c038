// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/**
 * A credentials provider that can be notified that a service has rejected its credentials. Lanyard's providers implement
 * it; a provider that is given to {@link LanyardDefaultCredentialsProvider#source} and implements it is notified too.
 */
public interface InvalidatableCredentials {

    /**
     * Reports that a service has rejected credentials ({@code ExpiredToken}, {@code InvalidToken}). The next resolve
     * should load newer ones, if these are the cached ones. Must neither block nor throw.
     *
     * @param rejected the credentials that were rejected
     */
    void invalidate(AwsCredentialsIdentity rejected);
}
