// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The request by which EKS Auth assumes the role of an association: its principal and its condition keys. A value that is
 * not known, for example because no cluster was given, is present and null.
 */
final class PodIdentityRequest {

    static final String PRINCIPAL = "pods.eks.amazonaws.com";
    static final String ASSUME_ROLE = "sts:AssumeRole";
    static final String TAG_SESSION = "sts:TagSession";

    private static final String REQUEST_TAG = "aws:requesttag/";
    private static final List<String> TAGS = List.of(
            "eks-cluster-arn",
            "eks-cluster-name",
            "kubernetes-namespace",
            "kubernetes-service-account",
            "kubernetes-pod-name",
            "kubernetes-pod-uid");
    /** Keys that a request of EKS never has. */
    private static final Set<String> NEVER = Set.of("sts:externalid", "sts:sourceidentity");

    private final Facts facts;
    private final boolean tags;

    PodIdentityRequest(Facts facts, boolean tags) {
        this.facts = facts;
        this.tags = tags;
    }

    /**
     * The values of a condition key.
     *
     * @param values empty when the request does not have the key; an element is null when it is not known
     * @param seen whether it is known that the request has the key, or has it not
     */
    record Values(List<@Nullable String> values, boolean seen) {
        static final Values ABSENT = new Values(List.of(), true);
        static final Values UNSEEN = new Values(List.of(), false);

        static Values one(@Nullable String value) {
            return new Values(Collections.singletonList(value), true);
        }
    }

    Values values(String key) {
        String name = key.toLowerCase(Locale.ROOT);
        if (name.startsWith(REQUEST_TAG)) {
            String tag = name.substring(REQUEST_TAG.length());
            return tags && TAGS.contains(tag) ? Values.one(tag(tag)) : Values.ABSENT;
        }
        return switch (name) {
            case "aws:sourcearn" -> Values.one(clusterArn());
            case "aws:sourceaccount" -> Values.one(value(Fact.ACCOUNT));
            case "aws:tagkeys", "sts:transitivetagkeys" -> tags ? new Values(List.copyOf(TAGS), true) : Values.ABSENT;
            case "aws:principalservicename" -> Values.one(PRINCIPAL);
            default -> NEVER.contains(name) ? Values.ABSENT : Values.UNSEEN;
        };
    }

    private @Nullable String tag(String tag) {
        return switch (tag) {
            case "eks-cluster-arn" -> clusterArn();
            case "eks-cluster-name" -> value(Fact.CLUSTER);
            case "kubernetes-namespace" -> value(Fact.NAMESPACE);
            case "kubernetes-service-account" -> value(Fact.SERVICE_ACCOUNT);
            case "kubernetes-pod-name" -> value(Fact.POD);
            default -> null;
        };
    }

    /** The whole ARN of the cluster, or null when a part of it is not known. */
    private @Nullable String clusterArn() {
        List<@Nullable String> parts = clusterArnParts();
        return parts.contains(null) ? null : String.join(":", parts.toArray(new String[0]));
    }

    /** The parts of the ARN of the cluster, as far as they are known. */
    List<@Nullable String> clusterArnParts() {
        String region = value(Fact.REGION);
        String cluster = value(Fact.CLUSTER);
        return Arrays.asList(
                "arn",
                region == null ? null : partition(region),
                "eks",
                region,
                value(Fact.ACCOUNT),
                cluster == null ? null : "cluster/" + cluster);
    }

    /** Whether the value of a key is the ARN of the cluster. */
    static boolean isClusterArn(String key) {
        String name = key.toLowerCase(Locale.ROOT);
        return name.equals("aws:sourcearn") || name.equals(REQUEST_TAG + "eks-cluster-arn");
    }

    private static String partition(String region) {
        return region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
    }

    private @Nullable String value(Fact fact) {
        return facts.get(fact).orElse(null);
    }
}
