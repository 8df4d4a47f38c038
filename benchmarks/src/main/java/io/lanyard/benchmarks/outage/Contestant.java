// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.sdk.v2.LanyardContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;

/** Who is compared. Each as a user gets it who sets nothing, but for the SDK's one switch. */
enum Contestant {
    LANYARD("Lanyard"),
    SDK("AWS SDK"),
    SDK_ASYNC("AWS SDK async");

    private final String title;

    Contestant(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    AwsCredentialsProvider provider() {
        return switch (this) {
            case LANYARD -> LanyardContainerCredentialsProvider.create();
            case SDK -> ContainerCredentialsProvider.create();
            case SDK_ASYNC ->
                ContainerCredentialsProvider.builder()
                        .asyncCredentialUpdateEnabled(true)
                        .build();
        };
    }
}
