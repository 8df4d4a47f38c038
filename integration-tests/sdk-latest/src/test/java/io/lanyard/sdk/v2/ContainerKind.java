// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import java.util.HashMap;
import java.util.Map;

/** What may be set for container credentials, and what the agent does with it. */
enum ContainerKind {
    UNSET,
    POD,
    POD_BY_PROPERTIES,
    POD_WITHOUT_ASSOCIATION,
    POD_WITHOUT_TOKEN_FILE,
    TASK,
    TASK_UNKNOWN_TO_THE_AGENT,
    UNREACHABLE,
    FORBIDDEN_HOST,
    EMPTY_URI,
    BLANK_URIS,
    /** The one case in which a blank variable makes a difference: the SDK takes it for the URI, and we for none. */
    POD_BEHIND_A_BLANK_RELATIVE_URI;

    private static final String FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    private static final String RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    private static final String TOKEN_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";

    Map<String, String> variables(World world) {
        Map<String, String> pod = new HashMap<>(world.eks.environmentFor(world.podToken));
        switch (this) {
            case UNSET, POD_BY_PROPERTIES -> {
                return Map.of();
            }
            case POD -> {}
            case POD_WITHOUT_ASSOCIATION -> {
                return world.eks.environmentFor(world.strangersToken);
            }
            case POD_WITHOUT_TOKEN_FILE -> pod.put(TOKEN_FILE, "/nowhere/token");
            case TASK -> {
                return world.ecs.environmentFor(world.task);
            }
            case TASK_UNKNOWN_TO_THE_AGENT -> {
                pod.clear();
                pod.putAll(world.ecs.environmentFor(world.task));
                pod.put(RELATIVE, "/v2/credentials/unknown");
            }
            case UNREACHABLE -> pod.put(FULL, world.closedUri() + "/v1/credentials");
            case FORBIDDEN_HOST -> pod.put(FULL, "http://203.0.113.1/v1/credentials");
            case EMPTY_URI -> pod.put(FULL, "");
            case BLANK_URIS -> {
                pod.put(FULL, " ");
                pod.put(RELATIVE, "");
                pod.put("AWS_CONTAINER_SERVICE_ENDPOINT", world.closedUri());
            }
            case POD_BEHIND_A_BLANK_RELATIVE_URI -> {
                pod.put(RELATIVE, " ");
                pod.put("AWS_CONTAINER_SERVICE_ENDPOINT", world.closedUri());
            }
        }
        return pod;
    }

    Map<String, String> properties(World world) {
        return this != POD_BY_PROPERTIES
                ? Map.of()
                : Map.of(
                        "aws.containerCredentialsFullUri",
                        world.eks.credentialsUri().toString(),
                        "aws.containerAuthorizationTokenFile",
                        world.podToken.path().toString());
    }

    Standing standingForUs() {
        return switch (this) {
            case UNSET, EMPTY_URI, BLANK_URIS -> Standing.ABSENT;
            case POD, POD_BY_PROPERTIES, POD_BEHIND_A_BLANK_RELATIVE_URI -> Standing.answers(World.POD_ROLE);
            case TASK -> Standing.answers(World.TASK_ROLE);
            case POD_WITHOUT_ASSOCIATION,
                    POD_WITHOUT_TOKEN_FILE,
                    TASK_UNKNOWN_TO_THE_AGENT,
                    UNREACHABLE,
                    FORBIDDEN_HOST -> Standing.FAILS;
        };
    }

    Standing standingForSdk() {
        return this == POD_BEHIND_A_BLANK_RELATIVE_URI ? Standing.FAILS : standingForUs();
    }
}
