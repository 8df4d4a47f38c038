// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.iam;

import io.lanyard.testkit.internal.RoleArn;
import io.lanyard.testkit.internal.go.GoJson;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The ARN and the trust policy of an IAM role. The policy can be changed while a cluster runs. The role's permissions are
 * not emulated, because its credentials are fakes.
 *
 * <p>The trust policy is evaluated as in IAM: {@code Allow} and {@code Deny}, principals that are services, roles,
 * accounts or {@code *}, actions with wildcards, and the conditions {@code StringEquals}, {@code StringLike},
 * {@code ArnEquals} and {@code ArnLike} on {@code aws:RequestTag/*}, {@code aws:SourceArn}, {@code aws:SourceAccount},
 * {@code aws:PrincipalArn} and {@code sts:ExternalId}. A document with any other element is rejected.
 *
 * <p>Thread-safe. A change takes effect immediately, without IAM's propagation delay. Nothing here blocks or does I/O.
 */
public final class IamRole {
    private static final String EKS = "pods.eks.amazonaws.com";

    private final String arn;
    private volatile TrustPolicy trust;

    private IamRole(String arn, TrustPolicy trust) {
        this.arn = arn;
        this.trust = trust;
    }

    /**
     * Returns a role with a trust policy.
     *
     * @param arn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @param trustPolicy the policy document, in JSON
     * @return the role
     * @throws IllegalArgumentException if that is not a role ARN, or not a policy that can be emulated
     */
    public static IamRole of(String arn, String trustPolicy) {
        Objects.requireNonNull(RoleArn.accountOf(arn));
        return new IamRole(arn, TrustPolicy.parse(trustPolicy));
    }

    /**
     * Returns a role that EKS Pod Identity may assume, for any cluster.
     *
     * @param arn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @return the role
     * @throws IllegalArgumentException if that is not a role ARN
     */
    public static IamRole trustingEks(String arn) {
        return of(arn, trustPolicy("Service", EKS));
    }

    /**
     * Returns a role that another role may assume, for use as the target role of an association.
     *
     * @param arn {@code arn:aws:iam::<12 digits>:role/<name>}
     * @param trustedRoleArn the ARN of the other role
     * @return the role
     * @throws IllegalArgumentException if that is not a role ARN
     */
    public static IamRole trustingRole(String arn, String trustedRoleArn) {
        Objects.requireNonNull(RoleArn.accountOf(trustedRoleArn));
        return of(arn, trustPolicy("AWS", trustedRoleArn));
    }

    /**
     * Returns the ARN.
     *
     * @return the ARN
     */
    public String arn() {
        return arn;
    }

    /**
     * Replaces the trust policy, as {@code aws iam update-assume-role-policy} does.
     *
     * @param document the policy document, in JSON
     * @throws IllegalArgumentException if that is not a policy that can be emulated; then the old one stays
     */
    public void trustPolicy(String document) {
        trust = TrustPolicy.parse(document);
    }

    /**
     * Returns whether the trust policy lets a caller assume the role with session tags, which needs
     * {@code sts:AssumeRole} and {@code sts:TagSession}.
     *
     * @param caller every text by which a policy may name the caller: a service; or the ARN of a role, its account, and
     *     the ARN of that account's root
     * @param context the condition keys of the request with their values; keys are not case-sensitive
     * @return whether both actions are allowed
     */
    public boolean trusts(Set<String> caller, Map<String, String> context) {
        return trust.trusts(new TrustPolicy.Request(caller, context));
    }

    /** Returns the ARN. */
    @Override
    public String toString() {
        return arn;
    }

    private static String trustPolicy(String kind, String principal) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
                + GoJson.object(kind, principal) + ",\"Action\":[\"sts:AssumeRole\",\"sts:TagSession\"]}]}";
    }
}
