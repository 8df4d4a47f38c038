// SPDX-License-Identifier: Apache-2.0

/** The default chain beside the AWS SDK's own. */
@org.jspecify.annotations.NullMarked
package io.lanyard.sdk.v2;
