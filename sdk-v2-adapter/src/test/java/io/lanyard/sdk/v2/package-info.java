// SPDX-License-Identifier: Apache-2.0

/** What the provider promises to the AWS SDK. */
@org.jspecify.annotations.NullMarked
package io.lanyard.sdk.v2;
