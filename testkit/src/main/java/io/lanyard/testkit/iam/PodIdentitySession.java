// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.iam;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The role session of a pod at EKS Auth, with the values that CloudTrail shows and that policies can test.
 *
 * @param associationId {@code a-} and 17 letters and digits
 * @param roleSessionName {@code eks-<cluster>-<pod>-<uuid>}; cluster and pod are truncated, because STS allows 64
 *     characters
 * @param tags {@code eks-cluster-arn}, {@code eks-cluster-name}, {@code kubernetes-namespace},
 *     {@code kubernetes-service-account}, {@code kubernetes-pod-name} and {@code kubernetes-pod-uid}, in that order; empty
 *     if the association disables them; immutable
 * @param policy the association's session policy, null if it has none
 */
public record PodIdentitySession(
        String associationId,
        String roleSessionName,
        Map<String, String> tags,
        @Nullable String policy) {}
