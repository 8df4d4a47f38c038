// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.sdk.v2.LanyardContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;

/** A provider that is measured, with its default settings unless the name says otherwise. */
enum Contestant {
    /** Lanyard's container provider. */
    LANYARD("Lanyard"),
    /** The AWS SDK's container provider. */
    SDK("AWS SDK"),
    /** The same with {@code asyncCredentialUpdateEnabled(true)}. */
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
