// SPDX-License-Identifier: Apache-2.0
package io.lanyard.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lanyard.cli.AssociationCheck.Decision;
import io.lanyard.cli.AssociationCheck.Verdict;
import io.lanyard.diagnose.Fact;
import io.lanyard.diagnose.Facts;
import io.lanyard.diagnose.Problem;
import java.time.Instant;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AssociationCheckTest {

    private static final Facts POD =
            Facts.none().with(Fact.CLUSTER, "prod").with(Fact.NAMESPACE, "shop").with(Fact.SERVICE_ACCOUNT, "cart");

    private static String association(String namespace, String account, String more) {
        return "{\"clusterName\":\"prod\",\"namespace\":\"" + namespace + "\",\"serviceAccount\":\"" + account
                + "\",\"associationArn\":\"arn:aws:eks:eu-west-1:111122223333:podidentityassociation/prod/a-1\","
                + "\"associationId\":\"a-1\"" + more + "}";
    }

    private static Verdict check(String input) {
        return AssociationCheck.of(input, POD, Optional.empty());
    }

    private static final String ROLE = ",\"roleArn\":\"arn:aws:iam::111122223333:role/cart\"";

    @Test
    void an_association_of_the_pod_matches_and_names_the_role() {
        Verdict verdict = check("{\"association\":" + association("shop", "cart", ROLE) + "}");

        assertThat(verdict.decision()).isEqualTo(Decision.MATCHES);
        assertThat(verdict.lines().get(0)).contains("service account cart in namespace shop of cluster prod");
        assertThat(verdict.lines().get(1)).contains("arn:aws:iam::111122223333:role/cart");
        assertThat(verdict.facts().get(Fact.REGION)).contains("eu-west-1");
        assertThat(verdict.facts().get(Fact.ACCOUNT)).contains("111122223333");
        assertThat(verdict.findings()).isEmpty();
    }

    @Test
    void an_association_of_another_namespace_does_not_match() {
        Verdict verdict = check("{\"association\":" + association("default", "cart", ROLE) + "}");

        assertThat(verdict.decision()).isEqualTo(Decision.NO_MATCH);
        assertThat(verdict.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.problem()).isEqualTo(Problem.NO_ASSOCIATION);
            assertThat(finding.statement()).contains("is for the service account cart in namespace default");
            assertThat(finding.paste()).contains("--namespace shop --service-account cart");
        });
    }

    @Test
    void an_empty_list_has_no_association() {
        assertThat(check("{\"associations\":[]}").lines())
                .singleElement()
                .asString()
                .endsWith("there is none");
    }

    @Test
    void a_list_says_that_it_leaves_the_role_out() {
        Verdict verdict = check(
                "{\"associations\":[" + association("default", "x", "") + "," + association("shop", "cart", "") + "]}");

        assertThat(verdict.decision()).isEqualTo(Decision.MATCHES);
        assertThat(verdict.lines().get(1)).contains("names no role", "describe-pod-identity-association");
    }

    @Test
    void the_nearest_of_several_is_named() {
        Verdict verdict = check("{\"associations\":[" + association("default", "x", "") + ","
                + association("shop", "basket", "") + "]}");

        assertThat(verdict.lines().get(0)).contains("nearest of 2 is for the service account basket in namespace shop");
    }

    @Test
    void a_target_role_and_disabled_tags_are_explained() {
        Verdict verdict = check("{\"association\":"
                + association(
                        "shop",
                        "cart",
                        ROLE + ",\"targetRoleArn\":\"arn:aws:iam::444455556666:role/data\",\"disableSessionTags\":true")
                + "}");

        assertThat(String.join("\n", verdict.lines()))
                .contains("target role arn:aws:iam::444455556666:role/data, valid for 59 min", "Session tags are off");
        assertThat(verdict.findings())
                .extracting(finding -> finding.problem())
                .containsExactly(Problem.CREDENTIALS_UNCHANGED);
    }

    @Test
    void a_pod_that_is_older_than_its_association_is_a_problem() {
        String input = "{\"association\":"
                + association("shop", "cart", ROLE + ",\"createdAt\":\"2026-11-24T10:00:00.123+01:00\"") + "}";

        assertThat(AssociationCheck.of(input, POD, Optional.of(Instant.parse("2026-11-24T08:59:00Z")))
                        .findings())
                .extracting(finding -> finding.problem())
                .containsExactly(Problem.POD_OLDER_THAN_ASSOCIATION);
        assertThat(AssociationCheck.of(input, POD, Optional.of(Instant.parse("2026-11-24T09:01:00Z")))
                        .findings())
                .isEmpty();
    }

    @Test
    void without_names_one_association_is_described_and_several_are_not_judged() {
        String one = association("shop", "cart", ROLE);

        assertThat(AssociationCheck.of(one, Facts.none(), Optional.empty()).decision())
                .isEqualTo(Decision.MATCHES);
        assertThat(AssociationCheck.of("[" + one + "," + one + "]", Facts.none(), Optional.empty())
                        .decision())
                .isEqualTo(Decision.UNDECIDED);
    }

    @Test
    void a_name_without_the_shape_of_one_is_not_repeated() {
        Verdict verdict = check("{\"association\":" + association("$(reboot)", "cart\\u001b", "") + "}");

        assertThat(verdict.toString()).doesNotContain("reboot", "\u001b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[1", "{}", "7", "{\"association\":[]}"})
    void other_input_is_rejected(String input) {
        assertThatThrownBy(() -> check(input)).isInstanceOf(UnreadableInputException.class);
    }

    @Property
    void any_text_is_read_or_rejected(@ForAll String text) {
        for (String input : new String[] {text, "{\"associations\":[" + text + "]}"}) {
            try {
                assertThat(check(input).lines()).isNotEmpty();
            } catch (UnreadableInputException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }
}
