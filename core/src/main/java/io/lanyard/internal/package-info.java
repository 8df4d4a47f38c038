// SPDX-License-Identifier: Apache-2.0

/** What the cache and the chain share and no application sees: waiting for one outcome, and what comes after it. */
@NullMarked
package io.lanyard.internal;

import org.jspecify.annotations.NullMarked;
