// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import org.jspecify.annotations.Nullable;

/**
 * The name of a place in a chain.
 *
 * <p>The constants are the places of the AWS SDK's default chain.
 *
 * @param name how reports and messages call it
 */
public record Slot(String name) {

    /** The system properties {@code aws.accessKeyId}, {@code aws.secretAccessKey}. */
    public static final Slot SYSTEM_PROPERTIES = new Slot("system-properties");
    /** The variables {@code AWS_ACCESS_KEY_ID}, {@code AWS_SECRET_ACCESS_KEY}. */
    public static final Slot ENVIRONMENT = new Slot("environment");
    /** A role assumed with a web identity token: IAM roles for service accounts (IRSA). */
    public static final Slot WEB_IDENTITY = new Slot("web-identity");
    /** A profile of the shared config and credentials files. */
    public static final Slot PROFILE = new Slot("profile");
    /** An agent on the node: EKS Pod Identity, ECS. */
    public static final Slot CONTAINER = new Slot("container");
    /** The node's own role, from the instance metadata service. */
    public static final Slot INSTANCE_METADATA = new Slot("instance-metadata");

    /**
     * A slot of one's own.
     *
     * @param name how reports and messages call it
     * @throws IllegalArgumentException when the name is blank
     */
    public Slot {
        if (name.isBlank()) {
            throw new IllegalArgumentException("the name of a source must not be blank");
        }
    }

    /** Whether it has the same name. By hand, for what a record brings is dear in a fresh JVM. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Slot slot && name.equals(slot.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}
