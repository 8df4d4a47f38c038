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
 * Gives the tests of a class, or one test, the servers of the testkit as parameters: {@link
 * io.lanyard.testkit.EksCluster}, its {@link io.lanyard.testkit.EksAuth} and {@link
 * io.lanyard.testkit.EksPodIdentityAgent}, a {@link io.lanyard.testkit.Pod} of it (see {@link PodIdentity}), {@link
 * io.lanyard.testkit.EcsCredentialsAgent}, {@link io.lanyard.testkit.StsService}, {@link
 * io.lanyard.testkit.InstanceMetadataService}, and a {@link io.lanyard.testkit.TestClock}, on which all of them then
 * run.
 *
 * <p>Each test has servers of its own, started when they are asked for and closed after the test, so that tests may run
 * in parallel. What a constructor or a {@code @BeforeAll} method asks for belongs to the class and is shared by its
 * tests. Before each test but the first, unless another test of the class is running, these servers are restored to what
 * they were before the first: records, faults, answers and settings of one test are not seen by the next.
 *
 * <p>When a test fails, the failure also shows what the servers saw: a {@link io.lanyard.testkit.Timeline}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(CredentialsExtension.class)
@SuppressWarnings("exports") // JUnit alone uses the extension
public @interface CredentialsTest {

    /**
     * The region of the cluster and of STS.
     *
     * @return a region of AWS; empty for {@code us-west-2}
     */
    String region() default "";
}
