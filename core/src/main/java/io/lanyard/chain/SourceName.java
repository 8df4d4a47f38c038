// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import org.jspecify.annotations.Nullable;

/**
 * The name of a source in a chain.
 *
 * <p>The constants name the sources of the AWS SDK's default chain.
 *
 * @param name how reports and messages call it
 */
public record SourceName(String name) {

    /** The system properties {@code aws.accessKeyId}, {@code aws.secretAccessKey}. */
    public static final SourceName SYSTEM_PROPERTIES = new SourceName("system-properties");
    /** The variables {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}. */
    public static final SourceName ENVIRONMENT = new SourceName("environment");
    /** A role assumed with a web identity token: IAM roles for service accounts (IRSA). */
    public static final SourceName WEB_IDENTITY = new SourceName("web-identity");
    /** A profile of the shared config and credentials files. */
    public static final SourceName PROFILE = new SourceName("profile");
    /** An agent on the node: EKS Pod Identity, ECS. */
    public static final SourceName CONTAINER = new SourceName("container");
    /** The node's own role, from the instance metadata service. */
    public static final SourceName INSTANCE_METADATA = new SourceName("instance-metadata");

    /**
     * Creates a name.
     *
     * @param name how reports and messages call it
     * @throws IllegalArgumentException when the name is blank
     */
    public SourceName {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a source must not be blank");
        }
    }

    /** Compares the names. Written by hand, because the method that a record generates is slow in a fresh JVM. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SourceName that && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** Returns the name. */
    @Override
    public String toString() {
        return name;
    }
}
