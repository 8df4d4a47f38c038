// SPDX-License-Identifier: Apache-2.0

/**
 * Keeps a value that ends and has to be loaded anew. Knows nothing of containers.
 */
@NullMarked
package io.lanyard.refresh;

import org.jspecify.annotations.NullMarked;
