// SPDX-License-Identifier: Apache-2.0

/** The footprint benchmark: heap, threads and jar sizes. */
@NullMarked
package io.lanyard.benchmarks.footprint;

import org.jspecify.annotations.NullMarked;
