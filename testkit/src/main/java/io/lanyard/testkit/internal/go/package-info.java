// SPDX-License-Identifier: Apache-2.0

/** Text formats of Go's libraries: JSON, paths, times and tokens, with the messages of their errors. */
@NullMarked
package io.lanyard.testkit.internal.go;

import org.jspecify.annotations.NullMarked;
