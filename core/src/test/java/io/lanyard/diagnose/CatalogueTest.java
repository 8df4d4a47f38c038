// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CatalogueTest {

    @Test
    void facts_fill_the_gaps_and_what_is_not_known_is_named_in_capitals() {
        Facts facts = Facts.none().with(Fact.NAMESPACE, "shop").with(Fact.SERVICE_ACCOUNT, "cart");

        Finding finding = Problem.NO_CONTAINER_SETTINGS_IN_POD.with(facts);

        assertThat(finding.paste()).contains("--cluster-name CLUSTER --namespace shop --service-account cart");
    }

    @Test
    void a_value_that_does_not_have_the_shape_of_its_fact_is_left_out() {
        assertThat(Facts.none().with(Fact.NAMESPACE, "shop; rm -rf /").get(Fact.NAMESPACE))
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void an_entry_has_one_sentence_a_remedy_and_no_unknown_gap(Problem problem) {
        Finding finding = problem.with(Facts.none());

        assertThat(finding.statement()).doesNotEndWith(".").doesNotContain("\n").isNotBlank();
        assertThat(finding.remedy()).doesNotContain("\n").isNotBlank();
        assertThat(finding.statement() + finding.remedy() + finding.paste()).doesNotContainPattern("\\{[a-z-]+}");
        assertThat(problem.id()).matches("[a-z0-9-]{4,60}");
    }
}
