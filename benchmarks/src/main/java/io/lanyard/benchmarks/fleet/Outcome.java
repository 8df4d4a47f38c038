// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

/**
 * The result of one policy in one scenario.
 *
 * @param scenario the scenario
 * @param policy the policy
 * @param pods the number of pods
 * @param figures the measurements
 */
record Outcome(Scenario scenario, Policy policy, int pods, Figures figures) {}
