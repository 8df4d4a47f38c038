// SPDX-License-Identifier: Apache-2.0

/**
 * Lanyard for the AWS SDK for Java 2.x: {@link io.lanyard.sdk.v2.LanyardContainerCredentialsProvider} is accepted by
 * every client builder.
 */
@NullMarked
package io.lanyard.sdk.v2;

import org.jspecify.annotations.NullMarked;
