// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/**
 * Credentials that EKS Auth has issued.
 *
 * @param id tells them apart
 * @param end when they end, by a clock that is right
 */
record Issued(long id, long end) {}
