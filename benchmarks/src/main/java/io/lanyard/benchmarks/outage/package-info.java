// SPDX-License-Identifier: Apache-2.0

/**
 * The outage laboratory: the same outages for Lanyard and for the AWS SDK's own provider, side by side and in real time.
 */
@NullMarked
package io.lanyard.benchmarks.outage;

import org.jspecify.annotations.NullMarked;
