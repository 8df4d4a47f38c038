// SPDX-License-Identifier: Apache-2.0

/**
 * The outage laboratory: plays the same outages for Lanyard and for the AWS SDK's own provider, in real time.
 */
@NullMarked
package io.lanyard.benchmarks.outage;

import org.jspecify.annotations.NullMarked;
