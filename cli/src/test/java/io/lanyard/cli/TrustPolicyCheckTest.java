// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.cli.TrustPolicyCheck.Decision;
import io.lanyard.cli.TrustPolicyCheck.Verdict;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Problem;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustPolicyCheckTest {

    private static final Facts POD = Facts.none()
            .with(Fact.CLUSTER, "prod")
            .with(Fact.NAMESPACE, "shop")
            .with(Fact.SERVICE_ACCOUNT, "cart")
            .with(Fact.REGION, "eu-west-1")
            .with(Fact.ACCOUNT, "111122223333");

    private static final String GOOD = statement("Allow", "sts:AssumeRole\",\"sts:TagSession", "");

    private static String statement(String effect, String action, String condition) {
        return "{\"Effect\":\"" + effect + "\",\"Principal\":{\"Service\":\"pods.eks.amazonaws.com\"},\"Action\":[\""
                + action + "\"]" + (condition.isEmpty() ? "" : ",\"Condition\":" + condition) + "}";
    }

    private static String policy(String... statements) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
    }

    private static Decision judge(String policy) {
        return TrustPolicyCheck.of(policy, POD).decision();
    }

    @Test
    void the_policy_of_the_eks_guide_is_trusted() {
        Verdict verdict = TrustPolicyCheck.of(policy(GOOD), POD);

        assertThat(verdict.decision()).isEqualTo(Decision.TRUSTED);
        assertThat(verdict.sentence())
                .isEqualTo(
                        "EKS Pod Identity may assume the role for the service account cart in namespace shop of cluster"
                                + " prod");
        assertThat(verdict.findings()).isEmpty();
    }

    @Test
    void a_policy_without_tag_session_is_not_trusted_and_gets_it() {
        Verdict verdict = TrustPolicyCheck.of(policy(statement("Allow", "sts:AssumeRole", "")), POD);

        assertThat(verdict.decision()).isEqualTo(Decision.NOT_TRUSTED);
        assertThat(verdict.reasons()).containsExactly("statement 1 lacks the action sts:TagSession");
        assertThat(verdict.statement()).hasValue(1);
        assertThat(verdict.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.problem()).isEqualTo(Problem.ROLE_TRUST_POLICY);
            assertThat(finding.paste()).contains("sts:TagSession");
        });
        assertThat(judge(verdict.policy())).isEqualTo(Decision.TRUSTED);
    }

    @Test
    void a_policy_of_irsa_keeps_its_statement_and_gets_another() {
        Verdict verdict = TrustPolicyCheck.of(
                policy("{\"Effect\":\"Allow\",\"Principal\":{\"Federated\":\"arn:aws:iam::1:oidc-provider/x\"},"
                        + "\"Action\":\"sts:AssumeRoleWithWebIdentity\"}"),
                POD);

        assertThat(verdict.sentence())
                .contains("no statement allows the principal pods.eks.amazonaws.com; statement 1 is for a federated");
        assertThat(verdict.policy()).contains("oidc-provider/x", "pods.eks.amazonaws.com");
        assertThat(judge(verdict.policy())).isEqualTo(Decision.TRUSTED);
    }

    @Test
    void another_service_is_named() {
        assertThat(TrustPolicyCheck.of(policy(GOOD.replace("pods.eks", "eks")), POD)
                        .sentence())
                .endsWith("statement 1 is for eks.amazonaws.com");
    }

    @Test
    void a_deny_statement_is_named_and_left_out() {
        Verdict verdict = TrustPolicyCheck.of(
                policy(
                        GOOD,
                        statement("Deny", "sts:Tag*", "").replace("{\"Effect\"", "{\"Sid\":\"NoTags\",\"Effect\"")),
                POD);

        assertThat(verdict.reasons())
                .containsExactly("statement 2 (Sid NoTags) denies sts:TagSession to pods.eks.amazonaws.com");
        assertThat(verdict.statement()).hasValue(2);
        assertThat(verdict.policy()).doesNotContain("Deny");
    }

    @Test
    void a_condition_that_is_not_met_gets_the_value_of_the_pod() {
        Verdict verdict = TrustPolicyCheck.of(
                policy(statement(
                        "Allow",
                        "sts:*",
                        "{\"StringEquals\":{\"aws:RequestTag/kubernetes-namespace\":[\"billing\"]}}")),
                POD);

        assertThat(verdict.sentence())
                .endsWith("statement 1 has a condition that is not met: StringEquals"
                        + " aws:RequestTag/kubernetes-namespace billing, and EKS sends shop");
        assertThat(verdict.policy()).contains("billing", "shop");
        assertThat(judge(verdict.policy())).isEqualTo(Decision.TRUSTED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "StringEquals | aws:RequestTag/eks-cluster-name | prod | TRUSTED",
                "StringEquals | aws:requesttag/EKS-cluster-name | prod | TRUSTED",
                "StringEquals | aws:RequestTag/eks-cluster-name | Prod | NOT_TRUSTED",
                "StringEqualsIgnoreCase | aws:RequestTag/eks-cluster-name | Prod | TRUSTED",
                "StringEquals | aws:RequestTag/eks-cluster-name | pro* | NOT_TRUSTED",
                "StringLike | aws:RequestTag/eks-cluster-name | pr?d | TRUSTED",
                "StringNotEquals | aws:RequestTag/kubernetes-namespace | shop | NOT_TRUSTED",
                "StringNotLike | aws:RequestTag/kubernetes-namespace | kube-* | TRUSTED",
                "StringEquals | aws:RequestTag/team | a | NOT_TRUSTED",
                "StringEqualsIfExists | aws:RequestTag/team | a | TRUSTED",
                "StringNotEquals | aws:RequestTag/team | a | TRUSTED",
                "ForAllValues:StringEquals | aws:RequestTag/team | a | TRUSTED",
                "ForAnyValue:StringEquals | aws:RequestTag/team | a | NOT_TRUSTED",
                "ForAllValues:StringLike | aws:TagKeys | kubernetes-* | NOT_TRUSTED",
                "ForAnyValue:StringLike | aws:TagKeys | kubernetes-* | TRUSTED",
                "Null | aws:RequestTag/kubernetes-namespace | false | TRUSTED",
                "Null | aws:RequestTag/kubernetes-namespace | true | NOT_TRUSTED",
                "ArnEquals | aws:SourceArn | arn:aws:eks:eu-west-1:111122223333:cluster/prod | TRUSTED",
                "ArnLike | aws:SourceArn | arn:aws:eks:*:111122223333:cluster/* | TRUSTED",
                "ArnLike | aws:SourceArn | arn:aws:eks:*:*:cluster/dev | NOT_TRUSTED",
                "ArnLike | aws:SourceArn | arn:aws:eks:*cluster/prod | UNDECIDED",
                "StringEquals | aws:SourceAccount | 111122223333 | TRUSTED",
                "StringEquals | aws:SourceAccount | 999999999999 | NOT_TRUSTED",
                "StringEquals | sts:ExternalId | x | NOT_TRUSTED",
                "StringEquals | aws:SourceOrgID | o-1 | UNDECIDED",
                "StringEquals | aws:RequestTag/kubernetes-namespace | ${aws:PrincipalTag/team} | UNDECIDED",
                "DateLessThan | aws:CurrentTime | 2030-01-01T00:00:00Z | UNDECIDED",
                "StringLike | aws:RequestTag/kubernetes-pod-uid | * | TRUSTED",
                "StringLike | aws:RequestTag/kubernetes-pod-name | cart-* | UNDECIDED"
            })
    void a_condition_is_judged_as_iam_does(String operator, String key, String value, Decision decision) {
        assertThat(judge(policy(statement(
                        "Allow",
                        "sts:AssumeRole\",\"sts:TagSession",
                        "{\"" + operator + "\":{\"" + key + "\":\"" + value + "\"}}"))))
                .isEqualTo(decision);
    }

    @Test
    void a_value_that_is_not_given_leaves_the_verdict_open_only_where_it_matters() {
        String condition = "{\"StringEquals\":{\"aws:RequestTag/eks-cluster-name\":\"prod\"}}";
        Facts unknown = Facts.none().with(Fact.NAMESPACE, "shop");
        String conditional = policy(statement("Allow", "sts:*", condition));

        Verdict open = TrustPolicyCheck.of(conditional, unknown);

        assertThat(open.decision()).isEqualTo(Decision.UNDECIDED);
        assertThat(open.sentence()).contains("depends on aws:RequestTag/eks-cluster-name (give --cluster)");
        assertThat(TrustPolicyCheck.of(policy(GOOD), unknown).decision()).isEqualTo(Decision.TRUSTED);
        assertThat(TrustPolicyCheck.of(policy(GOOD, statement("Allow", "sts:*", condition)), unknown)
                        .decision())
                .isEqualTo(Decision.TRUSTED);
    }

    @Test
    void the_cluster_in_an_arn_decides_without_account_and_region() {
        assertThat(TrustPolicyCheck.of(
                                policy(statement(
                                        "Allow",
                                        "sts:*",
                                        "{\"ArnLike\":{\"aws:SourceArn\":\"arn:aws:eks:*:*:cluster/dev\"}}")),
                                Facts.none().with(Fact.CLUSTER, "prod"))
                        .decision())
                .isEqualTo(Decision.NOT_TRUSTED);
    }

    @Test
    void conditions_on_tags_are_not_met_where_session_tags_are_off() {
        String policy = policy(
                statement("Allow", "sts:*", "{\"StringEquals\":{\"aws:RequestTag/kubernetes-namespace\":\"shop\"}}"));

        assertThat(TrustPolicyCheck.of(policy, POD, false).decision()).isEqualTo(Decision.NOT_TRUSTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\"}",
                "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":\"STS:assumerole*\"},"
                        + "{\"Effect\":\"Allow\",\"Principal\":{\"Service\":[\"ec2.amazonaws.com\",\"pods.eks.amazonaws.com\"]},"
                        + "\"Action\":\"sts:TagSession\"}",
                "{\"Effect\":\"Allow\",\"NotPrincipal\":{\"AWS\":\"arn:aws:iam::1:root\"},\"NotAction\":\"s3:*\"}"
            })
    void wildcards_and_inverse_elements_are_understood(String statements) {
        assertThat(judge(policy(statements))).isEqualTo(Decision.TRUSTED);
    }

    @Test
    void a_deny_for_all_others_does_not_hit_eks() {
        assertThat(
                        judge(
                                policy(
                                        GOOD,
                                        "{\"Effect\":\"Deny\",\"NotPrincipal\":{\"Service\":\"pods.eks.amazonaws.com\"},\"Action\":\"*\"}")))
                .isEqualTo(Decision.TRUSTED);
    }

    @Test
    void the_output_of_get_role_gives_the_name_and_the_account_of_the_role() {
        String output = "{\"Role\":{\"RoleName\":\"cart\",\"Arn\":\"arn:aws:iam::444455556666:role/apps/cart\","
                + "\"AssumeRolePolicyDocument\":" + policy(statement("Allow", "sts:AssumeRole", "")) + "}}";

        Verdict verdict = TrustPolicyCheck.of(output, Facts.none());

        assertThat(verdict.facts().get(Fact.ACCOUNT)).contains("444455556666");
        assertThat(verdict.findings().get(0).remedy()).contains("--role-name cart ");
    }

    @Test
    void url_encoding_and_json_strings_are_undone() {
        String encoded = URLEncoder.encode(policy(GOOD), StandardCharsets.UTF_8);

        assertThat(judge(encoded)).isEqualTo(Decision.TRUSTED);
        assertThat(judge("\"" + encoded + "\"\n")).isEqualTo(Decision.TRUSTED);
        assertThat(judge("{\"AssumeRolePolicyDocument\":\"" + encoded + "\"}")).isEqualTo(Decision.TRUSTED);
        assertThat(judge("\"" + policy(GOOD).replace("\"", "\\\"") + "\"")).isEqualTo(Decision.TRUSTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{\"Statement\":[]}",
                "{\"Statement\":[1]}",
                "{\"Statement\":[{\"Effect\":\"Maybe\"}]}",
                "{\"Statement\":{\"Effect\":\"Allow\",\"Resource\":\"*\"}}",
                "not json",
                "{\"Statement\":[]} {}",
                "%7B%",
                "\"\\\"\\\\\\\"x\\\\\\\"\\\"\""
            })
    void what_is_no_trust_policy_is_rejected(String input) {
        assertThatThrownBy(() -> TrustPolicyCheck.of(input, POD)).isInstanceOf(UnreadableInputException.class);
    }

    @Test
    void foreign_text_is_shown_only_in_the_shape_of_a_name() {
        Verdict verdict = TrustPolicyCheck.of(
                policy(statement(
                        "Allow",
                        "sts:*",
                        "{\"StringEquals\":{\"aws:RequestTag/kubernetes-namespace\":\"$(reboot)\\u001b[31m\"}}")),
                POD);

        assertThat(verdict.sentence()).doesNotContain("reboot").contains("(not shown)");
        assertThat(verdict.policy()).doesNotContain("\u001b");
    }
}
