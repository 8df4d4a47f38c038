// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What runs the container, as the variables of the process show it. */
public enum Orchestrator {
    /** Kubernetes. */
    KUBERNETES,
    /** Amazon ECS, Fargate included. */
    ECS,
    /** AWS Lambda. */
    LAMBDA,
    /** None that is known, for example a developer's machine. */
    NONE;

    /**
     * Finds what runs the container.
     *
     * @param variables returns the value of an environment variable, or null
     * @return the orchestrator
     */
    public static Orchestrator of(Function<String, @Nullable String> variables) {
        if (variables.apply("KUBERNETES_SERVICE_HOST") != null) {
            return KUBERNETES;
        }
        if (variables.apply("ECS_CONTAINER_METADATA_URI_V4") != null
                || variables.apply("ECS_CONTAINER_METADATA_URI") != null) {
            return ECS;
        }
        return variables.apply("AWS_LAMBDA_FUNCTION_NAME") != null ? LAMBDA : NONE;
    }
}
