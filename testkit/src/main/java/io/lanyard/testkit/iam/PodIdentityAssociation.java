// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.iam;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which role the pods of a service account get, as {@code aws eks create-pod-identity-association} is told it. Immutable:
 * each option gives a new one.
 *
 * @param namespace of Kubernetes
 * @param serviceAccount its name
 * @param role the role in the cluster's account
 * @param targetRole a role that is assumed from that one, and whose credentials the pod gets then; null for none
 * @param sessionTags whether the sessions carry the six tags
 * @param policy a session policy in JSON, null for none; it wants the session tags disabled. It is kept with the session
 *     and judged by nobody, since these credentials open nothing
 */
public record PodIdentityAssociation(
        String namespace,
        String serviceAccount,
        IamRole role,
        @Nullable IamRole targetRole,
        boolean sessionTags,
        @Nullable String policy) {

    /**
     * An association before it is created.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @param role the role in the cluster's account
     * @param targetRole the role that is assumed from it, null for none
     * @param sessionTags whether the sessions carry the six tags
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
     * The ordinary association: one role, with session tags.
     *
     * @param namespace of Kubernetes
     * @param serviceAccount its name
     * @param role the role in the cluster's account
     * @return the association before it is created
     */
    public static PodIdentityAssociation of(String namespace, String serviceAccount, IamRole role) {
        return new PodIdentityAssociation(namespace, serviceAccount, role, null, true, null);
    }

    /**
     * {@code --target-role-arn}.
     *
     * @param target the role that the credentials stand for; it must trust the other one
     * @return the same with a target role
     */
    public PodIdentityAssociation withTargetRole(IamRole target) {
        return new PodIdentityAssociation(
                namespace, serviceAccount, role, Objects.requireNonNull(target, "target"), sessionTags, policy);
    }

    /**
     * {@code --disable-session-tags}.
     *
     * @return the same without session tags
     */
    public PodIdentityAssociation withoutSessionTags() {
        return new PodIdentityAssociation(namespace, serviceAccount, role, targetRole, false, policy);
    }

    /**
     * {@code --policy}. To create such an association, its session tags must be disabled.
     *
     * @param json the policy document
     * @return the same with a session policy
     * @throws IllegalArgumentException if that is not a JSON object
     */
    public PodIdentityAssociation withPolicy(String json) {
        return new PodIdentityAssociation(
                namespace, serviceAccount, role, targetRole, sessionTags, Objects.requireNonNull(json, "json"));
    }
}
