// SPDX-License-Identifier: Apache-2.0

/**
 * The fleet simulation: a cluster's pods, its node agents and the regional service behind them, over virtual time.
 *
 * <p>What is simulated is the world. Lanyard itself is the real one: each pod has a {@link
 * io.lanyard.container.ContainerCredentialsSource} whose clock, scheduler, transport and environment are the pod's.
 */
@NullMarked
package io.lanyard.benchmarks.fleet;

import org.jspecify.annotations.NullMarked;
