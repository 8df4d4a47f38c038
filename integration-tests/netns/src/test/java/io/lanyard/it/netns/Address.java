// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.netns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Map;

/** An address at which an agent listens on port 80. */
enum Address {
    EKS_IPV4("169.254.170.23"),
    EKS_IPV6("fd00:ec2::23"),
    ECS("169.254.170.2");

    private final String text;

    Address(String text) {
        this.text = text;
    }

    InetAddress inet() throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    /**
     * Returns the variables that the Pod Identity webhook sets in a pod, or ECS in a task.
     *
     * @param tokenFile used for EKS
     * @param relativeUri used for ECS
     */
    Map<String, String> environment(Path tokenFile, String relativeUri) {
        return this == ECS
                ? Map.of("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", relativeUri)
                : Map.of(
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                        "http://" + (this == EKS_IPV6 ? "[" + text + "]" : text) + "/v1/credentials",
                        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                        tokenFile.toString(),
                        "AWS_STS_REGIONAL_ENDPOINTS",
                        "regional",
                        "AWS_DEFAULT_REGION",
                        "eu-central-1",
                        "AWS_REGION",
                        "eu-central-1");
    }

    @Override
    public String toString() {
        return text;
    }
}
