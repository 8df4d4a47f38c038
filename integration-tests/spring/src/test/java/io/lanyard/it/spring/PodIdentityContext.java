// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.spring;

import java.util.Objects;
import org.springframework.context.annotation.Configuration;

/** An application that finds its agent when it starts. */
@Configuration(proxyBeanMethods = false)
class PodIdentityContext {

    private final String agent = Objects.requireNonNull(System.getProperty("aws.containerCredentialsFullUri"));

    String agent() {
        return agent;
    }
}
