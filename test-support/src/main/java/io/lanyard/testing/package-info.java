// SPDX-License-Identifier: Apache-2.0
/** Threads, child processes, time limits and architecture rules for the tests of all modules. */
@NullMarked
package io.lanyard.testing;

import org.jspecify.annotations.NullMarked;
