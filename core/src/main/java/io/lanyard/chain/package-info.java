// SPDX-License-Identifier: Apache-2.0

/**
 * Sources in an order, of which the first that is configured provides the credentials. Knows nothing of HTTP, of
 * containers, or of any SDK.
 */
@NullMarked
package io.lanyard.chain;

import org.jspecify.annotations.NullMarked;
