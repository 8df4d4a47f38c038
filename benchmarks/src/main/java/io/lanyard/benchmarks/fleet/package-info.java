// SPDX-License-Identifier: Apache-2.0

/**
 * The fleet simulation: the pods of a cluster, the agents of its nodes and the regional service, in virtual time.
 *
 * <p>Lanyard itself is not simulated: each pod has a real {@link io.lanyard.container.ContainerCredentialsSource}, whose
 * clock, scheduler, transport and environment are those of the pod.
 */
@NullMarked
package io.lanyard.benchmarks.fleet;

import org.jspecify.annotations.NullMarked;
