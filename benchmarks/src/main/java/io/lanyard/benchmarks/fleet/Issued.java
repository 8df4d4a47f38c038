// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/**
 * Credentials that EKS Auth has issued.
 *
 * @param id a unique number
 * @param expiration the true time of their expiration
 */
record Issued(long id, long expiration) {}
