// SPDX-License-Identifier: Apache-2.0

/** Sends one GET over one socket, with one deadline for all of it, and reads its answer. */
@NullMarked
package io.lanyard.internal.transport;

import org.jspecify.annotations.NullMarked;
