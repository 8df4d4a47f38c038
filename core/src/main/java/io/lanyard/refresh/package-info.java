// SPDX-License-Identifier: Apache-2.0

/**
 * Caches a value that expires, and refreshes it. Knows nothing of containers.
 */
@NullMarked
package io.lanyard.refresh;

import org.jspecify.annotations.NullMarked;
