// SPDX-License-Identifier: Apache-2.0

/** The cold-start benchmark: the time until the first credentials in a new JVM. */
@NullMarked
package io.lanyard.benchmarks.cold;

import org.jspecify.annotations.NullMarked;
