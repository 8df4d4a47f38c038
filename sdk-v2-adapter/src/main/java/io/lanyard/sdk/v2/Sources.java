// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.CredentialsSource;
import io.lanyard.diagnose.Problem;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** Helpers that the sources of the default chain share. */
final class Sources {

    private Sources() {}

    /** Returns the failure of a source that is not configured: the chain continues with the next source. */
    static CredentialsException notConfigured(String reason) {
        return CredentialsException.builder(Category.NOT_CONFIGURED, reason).build();
    }

    /** Returns a failure that Lanyard itself has found, as opposed to one that a provider reports. */
    static CredentialsException failed(String detail, Problem problem, boolean recoverable) {
        return CredentialsException.builder(Category.SOURCE_FAILED, detail)
                .recoverable(recoverable)
                .finding(problem.id())
                .remedy(problem.remedy())
                .build();
    }

    /**
     * Returns the failure of a profile file that exists and cannot be read. It has no cause and quotes nothing of the file:
     * the SDK's parser quotes lines that may contain secrets.
     */
    static CredentialsException unreadable(String detail, String remedy) {
        return CredentialsException.builder(Category.PROFILE_UNREADABLE, detail)
                .recoverable(true)
                .finding("profile-file-unreadable")
                .remedy(remedy)
                .build();
    }

    /** Returns a source's credentials as a provider of the SDK does. */
    static AwsCredentials resolve(CredentialsSource<AwsCredentialsIdentity> source) {
        try {
            return asAwsCredentials(source.resolve());
        } catch (RuntimeException e) {
            throw SdkFailures.toSdk(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw AbortedException.create("Interrupted while waiting for credentials", e);
        }
    }

    /** Returns a source's credentials as a provider of the SDK does, without blocking and without throwing. */
    static CompletableFuture<AwsCredentialsIdentity> resolveAsync(CredentialsSource<AwsCredentialsIdentity> source) {
        CompletableFuture<AwsCredentialsIdentity> resolved = source.resolveAsync();
        if (resolved.isDone() && !resolved.isCompletedExceptionally()) {
            return resolved;
        }
        return resolved.exceptionally(failure -> {
            throw SdkFailures.toSdk(unwrapped(failure));
        });
    }

    /** Returns the failure of a stage without the wrapper that dependent stages add. */
    static Throwable unwrapped(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    /**
     * Throws if this thread is interrupted: the failure of a call on it then says nothing about the source. The AWS SDK
     * throws an unchecked exception and leaves the interrupt status set; this clears it, as {@link InterruptedException}
     * requires.
     *
     * @param failure the failure of a call on this thread, which becomes the cause
     */
    static void throwIfInterrupted(RuntimeException failure) throws InterruptedException {
        if (Thread.interrupted()) {
            InterruptedException interrupted = new InterruptedException("interrupted while calling a provider");
            interrupted.initCause(failure);
            throw interrupted;
        }
    }

    /** Returns whether a module of the SDK is on the class path. Loads no class of it. */
    static boolean hasModule(String className) {
        ClassLoader loader = Sources.class.getClassLoader();
        String resource = className.replace('.', '/') + ".class";
        return (loader == null ? ClassLoader.getSystemResource(resource) : loader.getResource(resource)) != null;
    }

    /**
     * Returns the credentials as one of the SDK's own two types, which can be compared by content. Nearly all are of one of
     * them already.
     */
    static AwsCredentials asAwsCredentials(AwsCredentialsIdentity identity) {
        if (identity instanceof AwsSessionCredentials || identity instanceof AwsBasicCredentials) {
            return (AwsCredentials) identity;
        }
        if (identity instanceof AwsSessionCredentialsIdentity session) {
            return AwsSessionCredentials.builder()
                    .accessKeyId(session.accessKeyId())
                    .secretAccessKey(session.secretAccessKey())
                    .sessionToken(session.sessionToken())
                    .expirationTime(session.expirationTime().orElse(null))
                    .accountId(session.accountId().orElse(null))
                    .providerName(session.providerName().orElse(null))
                    .build();
        }
        return AwsBasicCredentials.builder()
                .accessKeyId(identity.accessKeyId())
                .secretAccessKey(identity.secretAccessKey())
                .accountId(identity.accountId().orElse(null))
                .providerName(identity.providerName().orElse(null))
                .build();
    }
}
