// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.CredentialsException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;

/** Failures as callers of the AWS SDK expect them: the SDK's exceptions, one for each caller. */
final class SdkFailures {

    private SdkFailures() {}

    /**
     * Makes an exception of one caller's own: of the same type where it is a service's, such as STS's, so that callers
     * can catch it by status and code, and else a {@link SdkClientException}. It has the caller's frames and the shared
     * failure as its cause.
     */
    static RuntimeException forCaller(Throwable shared) {
        if (shared instanceof AwsServiceException failure) {
            return copy(failure);
        }
        if (shared instanceof SdkException) {
            return SdkClientException.create(shared.getMessage(), shared);
        }
        // a copy of a failure of ours has the shared one as its cause: one of the two is enough
        Throwable cause = shared instanceof CredentialsException copy
                        && copy.getCause() instanceof CredentialsException original
                        && String.valueOf(copy.getMessage()).equals(original.getMessage())
                ? original
                : shared;
        return SdkClientException.create("Failed to load credentials. " + shared.getMessage(), cause);
    }

    private static RuntimeException copy(AwsServiceException failure) {
        try {
            return failure.toBuilder().cause(failure).build();
        } catch (RuntimeException e) { // a builder of a service's own that does not copy
            return SdkClientException.create(failure.getMessage(), failure);
        }
    }
}
