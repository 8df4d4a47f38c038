// SPDX-License-Identifier: Apache-2.0

/** The footprint: what providers keep of the heap, of threads, and of the disk. */
@NullMarked
package io.lanyard.benchmarks.footprint;

import org.jspecify.annotations.NullMarked;
