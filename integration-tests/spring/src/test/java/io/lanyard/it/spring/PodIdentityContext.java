// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.spring;

import java.util.Objects;

/** Reads the agent's URI when the context starts. Not annotated, so that no component scan finds it. */
class PodIdentityContext {

    private final String agent = Objects.requireNonNull(System.getProperty("aws.containerCredentialsFullUri"));

    String agent() {
        return agent;
    }
}
