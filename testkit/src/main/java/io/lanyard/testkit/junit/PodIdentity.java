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
 * Configures a pod whose service account is associated with a role.
 *
 * <p>On a parameter of type {@link io.lanyard.testkit.Pod}, it configures that pod. On a class, its tests run as that pod:
 * the AWS SDK's system properties have the values of the webhook's variables from before the class starts until after its
 * last test. So a Spring Boot test needs only this annotation, whichever provider the application uses. Such classes do
 * not run in parallel with others that use system properties. Each has its own cluster, and therefore its own application
 * context in Spring's cache.
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
     * Sets the Kubernetes namespace.
     *
     * @return its name
     */
    String namespace() default "default";

    /**
     * Sets the service account.
     *
     * @return its name
     */
    String serviceAccount() default "default";

    /**
     * Sets the role that is associated with the service account.
     *
     * @return {@code arn:aws:iam::<12 digits>:role/<name>}
     */
    String role() default "arn:aws:iam::111122223333:role/test";

    /**
     * Sets the region of the pod's cluster, on classes only. A parameter's region is {@link CredentialsTest#region()}.
     *
     * @return an AWS region; empty for {@code us-west-2}
     */
    String region() default "";
}
