// SPDX-License-Identifier: Apache-2.0

/**
 * Roles with their trust policies, the associations that give a role to the pods of a service account, and the sessions
 * that EKS Auth opens for them: the terms on which {@link io.lanyard.testkit.EksAuth} gives credentials.
 */
@NullMarked
package io.lanyard.testkit.iam;

import org.jspecify.annotations.NullMarked;
