// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Provides the servers of the testkit as parameters of a test, or of all tests of a class: {@link
 * io.lanyard.testkit.EksCluster}, its {@link io.lanyard.testkit.EksAuth} and {@link
 * io.lanyard.testkit.EksPodIdentityAgent}, a {@link io.lanyard.testkit.Pod} of it (see {@link PodIdentity}), {@link
 * io.lanyard.testkit.EcsCredentialsAgent}, {@link io.lanyard.testkit.StsService}, {@link
 * io.lanyard.testkit.InstanceMetadataService}, and a {@link io.lanyard.testkit.TestClock}, on which all of them then
 * run.
 *
 * <p>Each test has its own servers, which start when a parameter needs them and close after the test, so that tests may
 * run in parallel. Servers that are parameters of a constructor or a {@code @BeforeAll} method belong to the class and are
 * shared by its tests. Before each further test, unless another test of the class is running, they are restored to their
 * state before the first test, so that no test sees records, faults, answers and settings of another.
 *
 * <p>The failure of a test also shows the {@link io.lanyard.testkit.Timeline} of its servers.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(CredentialsExtension.class)
@SuppressWarnings("exports") // JUnit alone uses the extension
public @interface CredentialsTest {

    /**
     * Sets the region of the cluster and of STS.
     *
     * @return an AWS region; empty for {@code us-west-2}
     */
    String region() default "";
}
