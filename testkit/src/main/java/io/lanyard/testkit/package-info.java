// SPDX-License-Identifier: Apache-2.0

/**
 * The servers of the container-credentials protocol, and of the sources around it in a chain, in the test's own process,
 * to the byte and with faults on request.
 *
 * <p>{@link io.lanyard.testkit.EksPodIdentityAgent} and {@link io.lanyard.testkit.EcsCredentialsAgent} answer as the
 * real agents were captured answering, {@link io.lanyard.testkit.PresetAgent} as the smaller servers do; {@link
 * io.lanyard.testkit.EksCluster} is all that a pod of EKS Pod Identity meets, from the webhook to EKS Auth; {@link
 * io.lanyard.testkit.StsService} and {@link io.lanyard.testkit.InstanceMetadataService} stand for IRSA and the node;
 * {@link io.lanyard.testkit.Fault} bends an answer or breaks it off. Every secret they hand out is a fake that
 * contains the word {@code CANARY}, so that a scan of logs and heaps finds a leak.
 *
 * <p>The package {@link io.lanyard.testkit.token} has the tokens that pods show and the file in which kubelet keeps
 * them, {@link io.lanyard.testkit.iam} the roles that pods get and what associates them, and
 * {@link io.lanyard.testkit.junit} all of it as parameters of a test.
 *
 * <p>The testkit shares no code with the rest of Lanyard: what would read wrongly and write wrongly in the same way
 * would prove nothing.
 */
@NullMarked
package io.lanyard.testkit;

import org.jspecify.annotations.NullMarked;
