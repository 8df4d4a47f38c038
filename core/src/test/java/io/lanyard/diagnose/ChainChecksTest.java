// SPDX-License-Identifier: Apache-2.0
package io.lanyard.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.chain.ChainReport;
import io.lanyard.chain.Identity;
import io.lanyard.chain.SourceName;
import io.lanyard.chain.SourceReport;
import io.lanyard.chain.SourceState;
import io.lanyard.report.SettingSeen;
import io.lanyard.report.SourceDescription;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ChainChecksTest {

    private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
    private static final Identity KEYS =
            new Identity("AKIAEXAMPLE", Optional.empty(), Optional.empty(), Optional.empty());
    private static final Identity SESSION = new Identity(
            "ASIAEXAMPLE", Optional.of("111122223333"), Optional.empty(), Optional.of(NOW.plusSeconds(7200)));

    private final List<SourceReport> sources = new ArrayList<>();
    private Orchestrator orchestrator = Orchestrator.KUBERNETES;
    private Optional<CredentialsException> failure = Optional.empty();
    private boolean probed;

    private void source(SourceName name, SourceState state) {
        source(name, state, null, null);
    }

    private void source(SourceName name, SourceState state, @Nullable Identity inUse, @Nullable String failed) {
        SettingSeen setting = new SettingSeen("AWS_SOMETHING", state != SourceState.NOT_CONFIGURED);
        sources.add(new SourceReport(
                name,
                state,
                state == SourceState.INCOMPLETE ? "AWS_SOMETHING is set and AWS_OTHER is not" : "",
                SourceDescription.of(List.of(setting)),
                Optional.ofNullable(inUse),
                Optional.empty(),
                Optional.ofNullable(failed),
                Optional.empty()));
    }

    private List<Check> checks() {
        return ChainChecks.of(new ChainReport(sources, probed), failure, orchestrator, Facts.none(), NOW);
    }

    private List<Problem> problems() {
        return checks().stream()
                .flatMap(check -> check.findings().stream())
                .map(Finding::problem)
                .toList();
    }

    @Test
    void container_credentials_in_use_have_no_finding() {
        source(SourceName.ENVIRONMENT, SourceState.NOT_CONFIGURED);
        source(SourceName.CONTAINER, SourceState.IN_USE, SESSION, null);

        assertThat(problems()).isEmpty();
        assertThat(checks()).extracting(Check::status).containsOnly(Check.Status.OK);
        assertThat(checks().get(2).detail()).startsWith("in 2 h 0 min");
    }

    @Test
    void keys_that_shadow_the_container_are_found_with_the_setting_that_holds_them() {
        source(SourceName.ENVIRONMENT, SourceState.IN_USE, KEYS, null);
        source(SourceName.CONTAINER, SourceState.SHADOWED);

        assertThat(problems()).containsExactly(Problem.KEYS_SHADOW_CONTAINER);
        assertThat(checks().get(0).findings().get(0).statement()).contains("AWS_SOMETHING");
    }

    @Test
    void temporary_keys_in_the_environment_expire_and_stay() {
        source(SourceName.ENVIRONMENT, SourceState.IN_USE, SESSION, null);

        assertThat(problems()).containsExactly(Problem.FIXED_CREDENTIALS_EXPIRE);
    }

    @Test
    void irsa_before_pod_identity_is_found() {
        source(SourceName.WEB_IDENTITY, SourceState.IN_USE, SESSION, null);
        source(SourceName.CONTAINER, SourceState.SHADOWED);

        assertThat(problems()).containsExactly(Problem.WEB_IDENTITY_SHADOWS_CONTAINER);
    }

    @Test
    void the_role_of_the_node_is_found_in_a_pod_and_not_on_a_machine() {
        source(SourceName.CONTAINER, SourceState.NOT_CONFIGURED);
        source(SourceName.INSTANCE_METADATA, SourceState.IN_USE, SESSION, null);

        assertThat(problems()).containsExactly(Problem.NODE_ROLE_IN_POD);

        orchestrator = Orchestrator.NONE;
        assertThat(problems()).isEmpty();
    }

    @Test
    void an_incomplete_source_is_named_with_what_it_lacks() {
        source(SourceName.WEB_IDENTITY, SourceState.INCOMPLETE);
        source(SourceName.CONTAINER, SourceState.IN_USE, SESSION, null);

        assertThat(problems()).containsExactly(Problem.WEB_IDENTITY_INCOMPLETE);
        assertThat(checks().get(1).findings().get(0).statement())
                .isEqualTo(
                        "The source web-identity is incomplete and is skipped: AWS_SOMETHING is set and AWS_OTHER is not");
    }

    @Test
    void an_incomplete_source_of_each_kind_has_its_problem() {
        source(SourceName.ENVIRONMENT, SourceState.INCOMPLETE);
        source(SourceName.PROFILE, SourceState.INCOMPLETE);
        source(SourceName.CONTAINER, SourceState.INCOMPLETE);
        source(SourceName.INSTANCE_METADATA, SourceState.IN_USE, KEYS, null);
        orchestrator = Orchestrator.NONE;

        assertThat(problems())
                .containsExactly(Problem.KEY_PAIR_INCOMPLETE, Problem.PROFILE_INCOMPLETE, Problem.TOKEN_WITHOUT_URI);
    }

    @Test
    void a_shadowed_source_that_fails_a_probe_is_found() {
        probed = true;
        source(SourceName.WEB_IDENTITY, SourceState.IN_USE, SESSION, null);
        source(SourceName.CONTAINER, SourceState.SHADOWED, null, "UNREACHABLE: refused");

        assertThat(problems()).contains(Problem.SHADOWED_SOURCE_WOULD_FAIL);
    }

    @Test
    void a_source_that_fails_stops_the_chain() {
        source(SourceName.CONTAINER, SourceState.FAILED, null, "UNREACHABLE: refused");
        failure = Optional.of(
                CredentialsException.builder(Category.UNREACHABLE, "refused").build());

        assertThat(problems()).containsExactly(Problem.SOURCE_STOPS_THE_CHAIN);
        assertThat(checks().get(0).detail()).isEqualTo("none: UNREACHABLE: refused");
    }

    @Test
    void the_role_that_a_probe_found_is_shown() {
        probed = true;
        String arn = "arn:aws:sts::111122223333:assumed-role/Cart/eks-1";
        Identity named = new Identity("ASIAEXAMPLE", Optional.of("111122223333"), Optional.of(arn), Optional.empty());
        sources.add(new SourceReport(
                SourceName.CONTAINER,
                SourceState.IN_USE,
                "",
                SourceDescription.EMPTY,
                Optional.of(SESSION),
                Optional.of(named),
                Optional.empty(),
                Optional.empty()));

        assertThat(checks().get(0).detail()).isEqualTo("container: " + arn);
    }

    @Test
    void a_source_in_use_that_fails_now_is_a_problem() {
        source(SourceName.CONTAINER, SourceState.IN_USE, SESSION, "EXPIRED: no newer ones");
        failure = Optional.of(
                CredentialsException.builder(Category.EXPIRED, "no newer ones").build());

        assertThat(checks().get(0).status()).isEqualTo(Check.Status.PROBLEM);
        assertThat(problems()).containsExactly(Problem.SOURCE_STOPS_THE_CHAIN);
    }

    @Test
    void a_chain_without_sources_is_a_problem() {
        source(SourceName.CONTAINER, SourceState.NOT_CONFIGURED);
        failure = Optional.of(CredentialsException.builder(Category.CHAIN_EXHAUSTED, "no source\n  container: ...")
                .build());

        assertThat(problems()).containsExactly(Problem.NO_SOURCE_CONFIGURED);
        assertThat(checks().get(0).detail()).doesNotContain("\n");
    }
}
