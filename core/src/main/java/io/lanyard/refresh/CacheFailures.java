// SPDX-License-Identifier: Apache-2.0
package io.lanyard.refresh;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.internal.FailureText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Creates the failures that the cache finds itself, apart from those of its loader. Loaded with the first failure. */
final class CacheFailures {

    private CacheFailures() {}

    /**
     * Creates the failure for a value that has expired and is not served.
     *
     * @param cause why there is no newer one, or null when the source itself returned one that had expired
     */
    static CredentialsException expired(long end, @Nullable CredentialsException cause) {
        String when = "the credentials expired at " + Instant.ofEpochMilli(end);
        CredentialsException.Builder failure = CredentialsException.builder(
                        Category.EXPIRED,
                        cause == null ? when : when + ", and no newer ones could be loaded: " + FailureText.of(cause))
                .recoverable(true)
                .cause(cause);
        if (cause != null) {
            failure.endpoint(cause.endpoint().orElse(null))
                    .remedy(cause.remedy().orElse(null))
                    .finding(cause.finding().orElse(null));
        }
        return failure.build();
    }

    static CredentialsException lost(String name) {
        return transientFailure(
                "the load of " + name + " was lost to an error of the JVM, such as OutOfMemoryError", null);
    }

    static CredentialsException waitsForItself(String circle) {
        return transientFailure(
                "the source waits for itself: " + circle + "; a loader must not use the credentials that it loads",
                null);
    }

    static CredentialsException transientFailure(String reason, @Nullable Throwable cause) {
        return unreachable(reason, cause, false);
    }

    /** A failure on this machine, which is retried soon. */
    static CredentialsException local(String reason, @Nullable Throwable cause) {
        return unreachable(reason, cause, true);
    }

    private static CredentialsException unreachable(String reason, @Nullable Throwable cause, boolean local) {
        return CredentialsException.builder(Category.UNREACHABLE, reason)
                .recoverable(true)
                .local(local)
                .cause(cause)
                .build();
    }
}
