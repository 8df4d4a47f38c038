// SPDX-License-Identifier: Apache-2.0

/**
 * Runs an application and its agents as in a cluster: at the true addresses, on port 80, each in its own process and
 * network namespace.
 */
@NullMarked
package io.lanyard.it.netns;

import org.jspecify.annotations.NullMarked;
