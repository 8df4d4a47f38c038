// SPDX-License-Identifier: Apache-2.0

/** What the benchmarks have in common: their options, and how figures become text and pictures. */
@NullMarked
package io.lanyard.benchmarks.report;

import org.jspecify.annotations.NullMarked;
