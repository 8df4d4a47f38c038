// SPDX-License-Identifier: Apache-2.0

/** One GET over one socket, with a deadline over all of it, and the reader of its answer. */
@NullMarked
package io.lanyard.internal.transport;

import org.jspecify.annotations.NullMarked;
