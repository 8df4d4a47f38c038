// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * A pod whose service account is associated with a role.
 *
 * <p>At a parameter of type {@link io.lanyard.testkit.Pod}: which pod it is. At a class: its tests run as that pod. What
 * the webhook would put into the environment stands in the AWS SDK's system properties, from before anything of the
 * class is started until after its last test; so a Spring Boot test needs this one line, whichever provider the
 * application uses. Such classes do not run beside others that use system properties. Each has a cluster of its own, and
 * so an application context of its own in Spring's cache.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.PARAMETER})
@ExtendWith(CredentialsExtension.class)
@SuppressWarnings("exports") // JUnit alone uses the extension
@ResourceLock(Resources.SYSTEM_PROPERTIES)
public @interface PodIdentity {

    /**
     * The Kubernetes namespace.
     *
     * @return its name
     */
    String namespace() default "default";

    /**
     * The service account.
     *
     * @return its name
     */
    String serviceAccount() default "default";

    /**
     * The role that the service account is associated with.
     *
     * @return {@code arn:aws:iam::<12 digits>:role/<name>}
     */
    String role() default "arn:aws:iam::111122223333:role/test";

    /**
     * The region of the pod's cluster. For classes; for a parameter it is that of {@link CredentialsTest#region()}.
     *
     * @return a region of AWS; empty for {@code us-west-2}
     */
    String region() default "";
}
