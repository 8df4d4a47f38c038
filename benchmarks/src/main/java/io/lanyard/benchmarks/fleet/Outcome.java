// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/**
 * One policy in one scenario.
 *
 * @param scenario what happened
 * @param policy how credentials were kept
 * @param pods how many there were
 * @param figures what came of it
 */
record Outcome(Scenario scenario, Policy policy, int pods, Figures figures) {}
