// SPDX-License-Identifier: Apache-2.0

/**
 * Roles with their trust policies, associations of roles with service accounts, and role sessions. {@link
 * io.lanyard.testkit.EksAuth} evaluates them.
 */
@NullMarked
package io.lanyard.testkit.iam;

import org.jspecify.annotations.NullMarked;
