// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.footprint;

import io.lanyard.sdk.v2.LanyardContainerCredentialsProvider;
import io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/** A kind of provider that is measured. */
enum ProviderKind {
    LANYARD_PROVIDER("Lanyard", "provider"),
    SDK_PROVIDER("AWS SDK", "provider"),
    SDK_ASYNC("AWS SDK async", "provider"),
    LANYARD_CHAIN("Lanyard", "chain"),
    SDK_CHAIN("AWS SDK", "chain");

    private final String contestant;
    private final String type;

    ProviderKind(String contestant, String type) {
        this.contestant = contestant;
        this.type = type;
    }

    String contestant() {
        return contestant;
    }

    String type() {
        return type;
    }

    AwsCredentialsProvider provider() {
        return switch (this) {
            case LANYARD_PROVIDER -> LanyardContainerCredentialsProvider.create();
            case SDK_PROVIDER -> ContainerCredentialsProvider.create();
            case SDK_ASYNC ->
                ContainerCredentialsProvider.builder()
                        .asyncCredentialUpdateEnabled(true)
                        .build();
            case LANYARD_CHAIN -> LanyardDefaultCredentialsProvider.create();
            case SDK_CHAIN -> DefaultCredentialsProvider.builder().build();
        };
    }
}
