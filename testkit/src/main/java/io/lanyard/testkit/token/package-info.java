// SPDX-License-Identifier: Apache-2.0

/** Service-account tokens: the issuer of an API server, and the file that kubelet projects into a pod. */
@NullMarked
package io.lanyard.testkit.token;

import org.jspecify.annotations.NullMarked;
