// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.iam;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The role for the pods of a service account, with the options of {@code aws eks create-pod-identity-association}.
 * Immutable: each option returns a new association.
 *
 * @param namespace the Kubernetes namespace
 * @param serviceAccount the service account
 * @param role the role in the cluster's account
 * @param targetRole a role that is assumed from that one, and whose credentials the pod then receives; null for none
 * @param sessionTags whether sessions have the six tags
 * @param policy a session policy in JSON, null for none; it requires disabled session tags. It is recorded with the
 *     session but has no effect, because the credentials are fakes
 */
public record PodIdentityAssociation(
        String namespace,
        String serviceAccount,
        IamRole role,
        @Nullable IamRole targetRole,
        boolean sessionTags,
        @Nullable String policy) {

    /**
     * Creates an association with all options.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @param role the role in the cluster's account
     * @param targetRole the role that is assumed from it, null for none
     * @param sessionTags whether sessions have the six tags
     * @param policy a session policy, null for none
     * @throws IllegalArgumentException if the policy is not a JSON object
     */
    public PodIdentityAssociation {
        Objects.requireNonNull(namespace, "namespace");
        Objects.requireNonNull(serviceAccount, "serviceAccount");
        Objects.requireNonNull(role, "role");
        if (policy != null) {
            TrustPolicy.document(policy);
        }
    }

    /**
     * Returns an association of one role, with session tags.
     *
     * @param namespace the Kubernetes namespace
     * @param serviceAccount the service account
     * @param role the role in the cluster's account
     * @return the association
     */
    public static PodIdentityAssociation of(String namespace, String serviceAccount, IamRole role) {
        return new PodIdentityAssociation(namespace, serviceAccount, role, null, true, null);
    }

    /**
     * Sets {@code --target-role-arn}.
     *
     * @param target the role of the credentials; it must trust the association's role
     * @return a new association with a target role
     */
    public PodIdentityAssociation withTargetRole(IamRole target) {
        return new PodIdentityAssociation(
                namespace, serviceAccount, role, Objects.requireNonNull(target, "target"), sessionTags, policy);
    }

    /**
     * Sets {@code --disable-session-tags}.
     *
     * @return a new association without session tags
     */
    public PodIdentityAssociation withoutSessionTags() {
        return new PodIdentityAssociation(namespace, serviceAccount, role, targetRole, false, policy);
    }

    /**
     * Sets {@code --policy}. Such an association can only be created without session tags.
     *
     * @param json the policy document
     * @return a new association with a session policy
     * @throws IllegalArgumentException if that is not a JSON object
     */
    public PodIdentityAssociation withPolicy(String json) {
        return new PodIdentityAssociation(
                namespace, serviceAccount, role, targetRole, sessionTags, Objects.requireNonNull(json, "json"));
    }
}
