// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

/** What the links of the default chain share. */
final class Links {

    private Links() {}

    /** By which a link says that the next one is to be asked. */
    static CredentialsException notConfigured(String reason) {
        return CredentialsException.builder(Category.NOT_CONFIGURED, reason).build();
    }

    /**
     * A profile file that exists and cannot be read. Has no cause and quotes nothing of the file: the SDK's parser quotes
     * lines that may hold secrets.
     */
    static CredentialsException unreadable(String detail, String remedy) {
        return CredentialsException.builder(Category.PROFILE_UNREADABLE, detail)
                .recoverable(true)
                .remedy(remedy)
                .build();
    }

    /** Logs a warning; the logger is looked up only then. */
    static void warn(String message) {
        try {
            System.getLogger("io.lanyard").log(System.Logger.Level.WARNING, message);
        } catch (RuntimeException | Error e) { // credentials do not depend on a log
        }
    }

    /**
     * Throws if this thread was interrupted while a call on it failed: it then says nothing about the source. The AWS SDK
     * throws an unchecked exception and leaves the interrupt flag set; this clears it, as {@link InterruptedException}
     * demands.
     *
     * @param failure what a call on this thread has thrown, which becomes the cause
     */
    static void throwIfInterrupted(RuntimeException failure) throws InterruptedException {
        if (Thread.interrupted()) {
            InterruptedException interrupted = new InterruptedException("interrupted while asking a provider");
            interrupted.initCause(failure);
            throw interrupted;
        }
    }

    /** Whether a module of the SDK is on the class path. Loads nothing of it. */
    static boolean hasModule(String className) {
        ClassLoader loader = Links.class.getClassLoader();
        String resource = className.replace('.', '/') + ".class";
        return (loader == null ? ClassLoader.getSystemResource(resource) : loader.getResource(resource)) != null;
    }

    /** The SDK's older type for the same; nearly every identity is one already. */
    static AwsCredentials asAwsCredentials(AwsCredentialsIdentity identity) {
        if (identity instanceof AwsCredentials credentials) {
            return credentials;
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
