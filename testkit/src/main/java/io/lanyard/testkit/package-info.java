// SPDX-License-Identifier: Apache-2.0

/**
 * Emulated servers of the container-credentials protocol, and of other sources in a credentials chain. They run in the
 * test's own process, answer like the real servers byte for byte, and fail on demand.
 *
 * <p>{@link io.lanyard.testkit.EksPodIdentityAgent} and {@link io.lanyard.testkit.EcsCredentialsAgent} give the captured
 * answers of the real agents, and {@link io.lanyard.testkit.PresetAgent} those of smaller servers. {@link
 * io.lanyard.testkit.EksCluster} has all parts of EKS Pod Identity, from the webhook to EKS Auth. {@link
 * io.lanyard.testkit.StsService} and {@link io.lanyard.testkit.InstanceMetadataService} serve IRSA and the node. {@link
 * io.lanyard.testkit.Fault} delays, changes or breaks an answer. All secrets are fakes that contain {@code CANARY}, so
 * that a scan of logs and heaps finds a leak.
 *
 * <p>{@link io.lanyard.testkit.token} has the tokens of pods and kubelet's token file, {@link io.lanyard.testkit.iam} the
 * roles and associations of pods, and {@link io.lanyard.testkit.junit} the annotations for JUnit.
 *
 * <p>The testkit shares no code with the rest of Lanyard. If both used the same parser, a test could not find its errors.
 */
@NullMarked
package io.lanyard.testkit;

import org.jspecify.annotations.NullMarked;
