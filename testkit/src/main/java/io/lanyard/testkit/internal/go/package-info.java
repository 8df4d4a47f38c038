// SPDX-License-Identifier: Apache-2.0

/** How Go's libraries read and write: JSON, paths and tokens, with the texts of their errors. */
@NullMarked
package io.lanyard.testkit.internal.go;

import org.jspecify.annotations.NullMarked;
