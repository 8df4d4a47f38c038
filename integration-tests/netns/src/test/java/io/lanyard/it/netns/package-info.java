// SPDX-License-Identifier: Apache-2.0

/**
 * An application and its agents as in a cluster: at the true addresses, on port 80, each in a process and a network
 * namespace of its own.
 */
@NullMarked
package io.lanyard.it.netns;

import org.jspecify.annotations.NullMarked;
