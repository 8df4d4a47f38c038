// SPDX-License-Identifier: Apache-2.0

/** Shared by the benchmarks: options, statistics, tables and charts. */
@NullMarked
package io.lanyard.benchmarks.report;

import org.jspecify.annotations.NullMarked;
