// SPDX-License-Identifier: Apache-2.0

/** The hot path: what a call costs that finds valid credentials, in nanoseconds and bytes. */
@NullMarked
package io.lanyard.benchmarks.hot;

import org.jspecify.annotations.NullMarked;
