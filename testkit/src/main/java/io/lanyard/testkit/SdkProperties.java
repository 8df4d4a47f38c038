// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The environment of a pod or task as system properties of the AWS SDK for Java 2.x. A test cannot set variables of its
 * own process, but the SDK also reads each of these variables from a system property.
 *
 * <pre>{@code
 * try (var properties = SdkProperties.set(pod.environment())) {
 *     // credentials providers in this JVM now find the pod's agent and token
 * }
 * }</pre>
 *
 * <p>System properties belong to the JVM: tests that set them must not run at the same time.
 */
public final class SdkProperties implements AutoCloseable {

    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("AWS_CONTAINER_CREDENTIALS_FULL_URI", "aws.containerCredentialsFullUri"),
            Map.entry("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "aws.containerCredentialsPath"),
            Map.entry("AWS_CONTAINER_SERVICE_ENDPOINT", "aws.containerServiceEndpoint"),
            Map.entry("AWS_CONTAINER_AUTHORIZATION_TOKEN", "aws.containerAuthorizationToken"),
            Map.entry("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "aws.containerAuthorizationTokenFile"),
            Map.entry("AWS_REGION", "aws.region"),
            Map.entry("AWS_ROLE_ARN", "aws.roleArn"),
            Map.entry("AWS_ROLE_SESSION_NAME", "aws.roleSessionName"),
            Map.entry("AWS_WEB_IDENTITY_TOKEN_FILE", "aws.webIdentityTokenFile"),
            Map.entry("AWS_ENDPOINT_URL_STS", "aws.endpointUrlSts"),
            Map.entry("AWS_EC2_METADATA_SERVICE_ENDPOINT", "aws.ec2MetadataServiceEndpoint"));

    private final Map<String, @Nullable String> before = new HashMap<>();

    private SdkProperties() {}

    /**
     * Returns the system properties that correspond to an environment.
     *
     * @param environment of a {@link Pod} or a server
     * @return immutable; variables without a property are left out
     */
    public static Map<String, String> of(Map<String, String> environment) {
        Map<String, String> properties = new LinkedHashMap<>();
        environment.forEach((variable, value) -> {
            String name = NAMES.get(variable);
            if (name != null) {
                properties.put(name, value);
            }
        });
        return Collections.unmodifiableMap(properties);
    }

    /**
     * Sets the system properties that correspond to an environment.
     *
     * @param environment of a {@link Pod} or a server
     * @return a handle; closing it restores the previous values
     */
    public static SdkProperties set(Map<String, String> environment) {
        SdkProperties set = new SdkProperties();
        of(environment).forEach((name, value) -> set.before.put(name, System.setProperty(name, value)));
        return set;
    }

    /** Restores the previous values. Further calls have no effect. */
    @Override
    public void close() {
        before.forEach((name, value) -> {
            if (value == null) {
                System.clearProperty(name);
            } else {
                System.setProperty(name, value);
            }
        });
        before.clear();
    }
}
