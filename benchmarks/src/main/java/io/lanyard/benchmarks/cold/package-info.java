// SPDX-License-Identifier: Apache-2.0

/** The cold start: what the first credentials cost a JVM that has just been started. */
@NullMarked
package io.lanyard.benchmarks.cold;

import org.jspecify.annotations.NullMarked;
