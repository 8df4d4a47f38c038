// SPDX-License-Identifier: Apache-2.0
package io.lanyard.it.netns;

import io.lanyard.sdk.v2.LanyardContainerCredentialsProvider;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;

/** The credentials provider of the application. */
enum Provider {
    /** Lanyard with its defaults. */
    LANYARD,
    /** Lanyard with a startup patience of 30 s. */
    PATIENT_LANYARD,
    /** The AWS SDK's container provider. */
    AWS_SDK;

    AwsCredentialsProvider create() {
        return switch (this) {
            case LANYARD -> LanyardContainerCredentialsProvider.create();
            case PATIENT_LANYARD ->
                LanyardContainerCredentialsProvider.builder()
                        .container(options -> options.startupPatience(Duration.ofSeconds(30)))
                        .build();
            case AWS_SDK -> ContainerCredentialsProvider.create();
        };
    }
}
