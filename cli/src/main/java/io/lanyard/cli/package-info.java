// SPDX-License-Identifier: Apache-2.0

/** The {@code lanyard} command. */
@NullMarked
package io.lanyard.cli;

import org.jspecify.annotations.NullMarked;
