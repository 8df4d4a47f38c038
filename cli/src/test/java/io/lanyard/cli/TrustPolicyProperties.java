// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lanyard.cli.TrustPolicyCheck.Decision;
import io.lanyard.cli.TrustPolicyCheck.Verdict;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.testkit.iam.IamRole;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Random policies, judged by this check and by the testkit's emulator of IAM. */
class TrustPolicyProperties {

    private static final String CLUSTER = "arn:aws:eks:eu-west-1:111122223333:cluster/prod";
    private static final Facts POD = Facts.none()
            .with(Fact.CLUSTER, "prod")
            .with(Fact.NAMESPACE, "shop")
            .with(Fact.SERVICE_ACCOUNT, "cart")
            .with(Fact.POD, "cart-1")
            .with(Fact.REGION, "eu-west-1")
            .with(Fact.ACCOUNT, "111122223333");

    private static final Map<String, String> CONTEXT = Map.of(
            "aws:RequestTag/eks-cluster-arn", CLUSTER,
            "aws:RequestTag/eks-cluster-name", "prod",
            "aws:RequestTag/kubernetes-namespace", "shop",
            "aws:RequestTag/kubernetes-service-account", "cart",
            "aws:RequestTag/kubernetes-pod-name", "cart-1",
            "aws:SourceArn", CLUSTER,
            "aws:SourceAccount", "111122223333");

    @Property
    void the_check_and_the_emulator_judge_alike(@ForAll("policies") String policy) {
        Verdict verdict = TrustPolicyCheck.of(policy, POD);

        assertThat(verdict.decision()).isEqualTo(emulated(policy) ? Decision.TRUSTED : Decision.NOT_TRUSTED);
    }

    @Property
    void the_policy_to_write_is_trusted_by_both(@ForAll("policies") String policy) {
        Verdict verdict = TrustPolicyCheck.of(policy, POD);
        if (verdict.decision() == Decision.NOT_TRUSTED) {
            assertThat(TrustPolicyCheck.of(verdict.policy(), POD).decision()).isEqualTo(Decision.TRUSTED);
            assertThat(emulated(verdict.policy())).isTrue();
            assertThat(verdict.reasons()).isNotEmpty();
        }
    }

    @Property
    void a_verdict_with_fewer_names_is_the_same_or_open(@ForAll("policies") String policy, @ForAll("facts") Facts few) {
        Decision all = TrustPolicyCheck.of(policy, POD).decision();

        assertThat(TrustPolicyCheck.of(policy, few).decision()).isIn(all, Decision.UNDECIDED);
    }

    @Property
    void hostile_text_is_judged_or_rejected(@ForAll("hostile") String text) {
        try {
            assertThat(TrustPolicyCheck.of(text, POD).sentence()).doesNotContain("\n");
        } catch (UnreadableInputException e) {
            assertThat(e.getMessage()).matches("[a-zA-Z0-9 ,.()]+");
        }
    }

    private static boolean emulated(String policy) {
        return IamRole.of("arn:aws:iam::111122223333:role/cart", policy)
                .trusts(Set.of(PodIdentityRequest.PRINCIPAL), CONTEXT);
    }

    @Provide
    Arbitrary<Facts> facts() {
        return Arbitraries.subsetOf(
                        Fact.CLUSTER, Fact.NAMESPACE, Fact.SERVICE_ACCOUNT, Fact.POD, Fact.REGION, Fact.ACCOUNT)
                .map(names -> {
                    Facts few = Facts.none();
                    for (Fact fact : names) {
                        few = few.with(fact, POD.get(fact).orElseThrow());
                    }
                    return few;
                });
    }

    @Provide
    Arbitrary<String> policies() {
        return statements().list().ofMinSize(1).ofMaxSize(3).map(statements -> {
            ObjectNode policy = JsonInput.mapper().createObjectNode();
            ArrayNode list = policy.putArray("Statement");
            statements.forEach(list::add);
            return policy.toString();
        });
    }

    private static Arbitrary<ObjectNode> statements() {
        Arbitrary<String> effect = Arbitraries.frequency(Tuple.of(4, "Allow"), Tuple.of(1, "Deny"));
        Arbitrary<List<String>> services = Arbitraries.of("pods.eks.amazonaws.com", "ec2.amazonaws.com", "*")
                .list()
                .ofMinSize(1)
                .ofMaxSize(2);
        Arbitrary<List<String>> actions = Arbitraries.of(
                        "sts:AssumeRole",
                        "sts:TagSession",
                        "sts:*",
                        "*",
                        "STS:assume*",
                        "sts:Tag????ion",
                        "s3:GetObject")
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
        return Combinators.combine(
                        effect, services, actions, conditions().list().ofMaxSize(2))
                .as((allow, principals, names, conditions) -> {
                    ObjectNode statement = JsonInput.mapper().createObjectNode();
                    statement.put("Effect", allow);
                    ArrayNode service = statement.putObject("Principal").putArray("Service");
                    principals.forEach(service::add);
                    if (names.size() == 1) {
                        statement.put("Action", names.get(0));
                    } else {
                        names.forEach(statement.putArray("Action")::add);
                    }
                    conditions.forEach(condition -> {
                        ArrayNode values = statement
                                .withObject("/Condition/" + condition.operator)
                                .putArray(condition.key);
                        condition.values.forEach(values::add);
                    });
                    return statement;
                });
    }

    private record Condition(String operator, String key, List<String> values) {}

    private static Arbitrary<Condition> conditions() {
        Arbitrary<Condition> strings = Combinators.combine(
                        Arbitraries.of("StringEquals", "StringLike"),
                        Arbitraries.of(CONTEXT.keySet().stream().sorted().toList()),
                        Arbitraries.of(
                                        "prod",
                                        "shop",
                                        "cart",
                                        "cart-?",
                                        "*",
                                        "s*p",
                                        "111122223333",
                                        "other",
                                        CLUSTER,
                                        "arn:*")
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(3))
                .as(Condition::new);
        Arbitrary<Condition> absent = Combinators.combine(
                        Arbitraries.of("StringEquals", "StringLike"),
                        Arbitraries.of("aws:RequestTag/team", "sts:ExternalId"),
                        Arbitraries.of("a", "*").list().ofSize(1))
                .as(Condition::new);
        Arbitrary<Condition> arns = Combinators.combine(
                        Arbitraries.of("ArnEquals", "ArnLike"),
                        Arbitraries.of("aws:SourceArn", "aws:RequestTag/eks-cluster-arn", "aws:sourcearn"),
                        Arbitraries.of(
                                        CLUSTER,
                                        "arn:aws:eks:*:111122223333:cluster/*",
                                        "arn:aws:eks:eu-west-1:*:cluster/dev",
                                        "arn:aws:ec2:*:*:*",
                                        "arn:*:eks:*:*:*")
                                .list()
                                .ofMinSize(1)
                                .ofMaxSize(2))
                .as(Condition::new);
        return Arbitraries.oneOf(strings, strings, arns, absent);
    }

    @Provide
    Arbitrary<String> hostile() {
        Arbitrary<String> piece = Arbitraries.oneOf(
                Arbitraries.of(
                        "{",
                        "}",
                        "[",
                        "]",
                        ",",
                        ":",
                        "\"",
                        "\"Statement\":",
                        "\"Effect\":\"Allow\"",
                        "\"Effect\":\"Deny\"",
                        "\"Condition\":",
                        "\"Action\":",
                        "\"Principal\":",
                        "\"Service\":\"pods.eks.amazonaws.com\"",
                        "null",
                        "1",
                        "\"sts:AssumeRole\"",
                        "%7B",
                        "\\u0000",
                        "{\"Statement\":[{\"Effect\":\"Allow\"}]}"),
                Arbitraries.strings().ofMaxLength(5));
        return piece.list().ofMaxSize(20).map(pieces -> String.join("", pieces));
    }
}
