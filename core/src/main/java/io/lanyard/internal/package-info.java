// SPDX-License-Identifier: Apache-2.0

/** What the cache and the chain share: waiting for a load, the events after it, the log. Not for applications. */
@NullMarked
package io.lanyard.internal;

import org.jspecify.annotations.NullMarked;
