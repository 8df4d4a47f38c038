// SPDX-License-Identifier: Apache-2.0

/** The hot-path benchmark: nanoseconds and bytes of a call with valid credentials. */
@NullMarked
package io.lanyard.benchmarks.hot;

import org.jspecify.annotations.NullMarked;
