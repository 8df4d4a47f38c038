// SPDX-License-Identifier: Apache-2.0

/**
 * Lanyard for the AWS SDK for Java 2.x. {@link io.lanyard.sdk.v2.LanyardDefaultCredentialsProvider} is the default chain,
 * {@link io.lanyard.sdk.v2.LanyardContainerCredentialsProvider} the container's credentials alone; every client builder
 * accepts either. {@link io.lanyard.sdk.v2.ExpiredTokenInterceptor} reports rejected credentials.
 */
@NullMarked
package io.lanyard.sdk.v2;

import org.jspecify.annotations.NullMarked;
