// SPDX-License-Identifier: Apache-2.0
package io.lanyard.testkit.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Evaluates trust policies, written with single quotes. */
class TrustPolicyTest {
    private static final String EKS = "'Principal': {'Service': 'pods.eks.amazonaws.com'}";
    private static final String BOTH = "'Action': ['sts:AssumeRole', 'sts:TagSession']";
    private static final String SHOP = "{'StringEquals': {'aws:RequestTag/kubernetes-namespace': 'shop'}}";
    private static final TrustPolicy.Request REQUEST = new TrustPolicy.Request(
            Set.of("pods.eks.amazonaws.com"),
            Map.of(
                    "aws:RequestTag/kubernetes-namespace", "shop",
                    "aws:SourceArn", "arn:aws:eks:eu-west-1:111122223333:cluster/a.b"));

    private static TrustPolicy policy(String... statements) {
        return TrustPolicy.parse(
                json("{'Version': '2012-10-17', 'Statement': [{" + String.join("}, {", statements) + "}]}"));
    }

    private static String json(String quoted) {
        return quoted.replace('\'', '"');
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'Effect': 'Allow', " + EKS + ", " + BOTH,
                "'Sid': 'Pods', 'Effect': 'Allow', 'Principal': {'Service': ['ec2.amazonaws.com', 'pods.eks.amazonaws.com']}, "
                        + BOTH,
                "'Effect': 'Allow', 'Principal': '*', " + BOTH,
                "'Effect': 'Allow', " + EKS + ", 'Action': 'STS:*'",
                "'Effect': 'Allow', " + EKS + ", 'Action': ['sts:assumerole', 'sts:Tag?ession']",
                "'Effect': 'Allow', " + EKS + ", " + BOTH + ", 'Condition': " + SHOP,
                "'Effect': 'Allow', " + EKS + ", " + BOTH
                        + ", 'Condition': {'StringLike': {'AWS:requesttag/kubernetes-namespace': ['till', 'sh*']}}",
                "'Effect': 'Allow', " + EKS + ", " + BOTH
                        + ", 'Condition': {'ArnLike': {'aws:SourceArn': 'arn:aws:eks:*:111122223333:cluster/?.b'}}",
            })
    void these_statements_trust_eks(String statement) {
        assertThat(policy(statement).trusts(REQUEST)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'Effect': 'Allow', " + EKS + ", 'Action': 'sts:AssumeRole'",
                "'Effect': 'Allow', " + EKS + ", 'Action': 'sts:TagSession'",
                "'Effect': 'Allow', " + EKS,
                "'Effect': 'Allow', 'Principal': {'Service': 'ec2.amazonaws.com'}, " + BOTH,
                "'Effect': 'Allow', " + BOTH,
                "'Effect': 'Deny', " + EKS + ", " + BOTH,
                "'Effect': 'Allow', " + EKS + ", " + BOTH
                        + ", 'Condition': {'StringEquals': {'aws:RequestTag/kubernetes-namespace': 'sh*'}}",
                "'Effect': 'Allow', " + EKS + ", " + BOTH
                        + ", 'Condition': {'StringLike': {'aws:RequestTag/kubernetes-namespace': 'SHOP'}}",
                "'Effect': 'Allow', " + EKS + ", " + BOTH
                        + ", 'Condition': {'StringLike': {'aws:RequestTag/kubernetes-pod-name': '*'}}",
                "'Effect': 'Allow', " + EKS + ", " + BOTH
                        + ", 'Condition': {'StringEquals': {'aws:RequestTag/kubernetes-namespace': 'shop',"
                        + " 'aws:SourceAccount': '1'}}",
                "'Effect': 'Allow', " + EKS + ", " + BOTH
                        + ", 'Condition': {'ArnEquals': {'aws:SourceArn': 'arn:aws:eks:*:cluster/a?b.'}}",
            })
    void these_statements_do_not(String statement) {
        assertThat(policy(statement).trusts(REQUEST)).isFalse();
    }

    @Test
    void a_deny_overrides_statements_that_allow() {
        String assume = "'Effect': 'Allow', " + EKS + ", 'Action': 'sts:AssumeRole'";
        String tag = "'Effect': 'Allow', " + EKS + ", 'Action': 'sts:TagSession'";
        String deny = "'Effect': 'Deny', 'Principal': '*', 'Action': 'sts:TagSession', 'Condition': ";
        assertThat(policy(assume, tag).trusts(REQUEST)).isTrue();
        assertThat(policy(assume, tag, deny + SHOP).trusts(REQUEST)).isFalse();
        assertThat(policy(assume, tag, deny + SHOP.replace("'shop'", "'till'")).trusts(REQUEST))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{}",
                "{'Statement': 'Allow'}",
                "{'Statement': {'Effect': 'allow', 'Principal': '*', 'Action': '*'}}",
                "{'Statement': {'Effect': 'Allow', 'NotPrincipal': '*', 'Action': '*'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': '*', 'Condition': 'x'}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': '*', 'Condition':"
                        + " {'StringNotEquals': {'aws:SourceArn': 'x'}}}}",
                "{'Statement': {'Effect': 'Allow', 'Principal': '*', 'Action': '*', 'Condition':"
                        + " {'StringEquals': {'aws:SourceIp': 'x'}}}}",
            })
    void policies_that_cannot_be_emulated_are_rejected(String document) {
        IamRole role = IamRole.trustingEks("arn:aws:iam::111122223333:role/App");
        assertThatThrownBy(() -> role.trustPolicy(json(document))).isInstanceOf(IllegalArgumentException.class);
        assertThat(role.trusts(REQUEST.names(), REQUEST.context())).isTrue();
        assertThat(role).hasToString("arn:aws:iam::111122223333:role/App");
    }
}
