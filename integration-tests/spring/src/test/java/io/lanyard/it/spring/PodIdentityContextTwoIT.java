// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testkit.junit.PodIdentity;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;

/** One of two equal classes: without the testkit Spring would reuse the context, and so the pod, of the first. */
@SpringJUnitConfig(PodIdentityContext.class)
@PodIdentity(namespace = "shop", serviceAccount = "orders")
class PodIdentityContextTwoIT {

    @Test
    void the_context_is_that_of_its_own_pod(@Autowired PodIdentityContext context) {
        assertThat(context.agent()).isEqualTo(System.getProperty("aws.containerCredentialsFullUri"));
    }
}
