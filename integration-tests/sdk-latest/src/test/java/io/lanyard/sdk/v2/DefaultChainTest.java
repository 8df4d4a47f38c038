// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static io.lanyard.sdk.v2.SetUp.NOTHING;
import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.sdk.v2.SetUp.Keys;
import io.lanyard.sdk.v2.SetUp.Metadata;
import io.lanyard.sdk.v2.SetUp.Profiles;
import io.lanyard.sdk.v2.SetUp.WebIdentity;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Set-ups by name: each source and each rule, and what the property once found. */
class DefaultChainTest {

    private static final World WORLD = new World();
    private static final Metadata NODE = new Metadata(Metadata.Service.ANSWERS, null, false);

    @AfterAll
    static void stop() {
        WORLD.close();
    }

    static Stream<Arguments> everySourceAndEveryRule() {
        SetUp irsa = NOTHING.with(WebIdentity.COMPLETE).with(ContainerKind.POD).with(NODE);
        return Stream.of(
                set("nothing", NOTHING, Rule.NO_DIFFERENCE),
                set(
                        "properties before variables",
                        NOTHING.withProperties(Keys.COMPLETE).with(Keys.COMPLETE),
                        Rule.NO_DIFFERENCE),
                set("variables before a web identity", irsa.with(Keys.COMPLETE), Rule.NO_DIFFERENCE),
                set(
                        "half of the variables, and a web identity",
                        irsa.with(new Keys(Value.SET, Value.BLANK, Value.SET, Value.SET)),
                        Rule.NO_DIFFERENCE),
                set("a web identity before a pod", irsa, Rule.NO_DIFFERENCE),
                set(
                        "a profile before a task",
                        NOTHING.with(Profiles.ofDefault(ProfileKind.ROLE)).with(ContainerKind.TASK),
                        Rule.NO_DIFFERENCE),
                set("a task before the node", NOTHING.with(ContainerKind.TASK).with(NODE), Rule.NO_DIFFERENCE),
                set("the node", NOTHING.with(NODE), Rule.NO_DIFFERENCE),
                set(
                        "a node that may not be asked",
                        NOTHING.with(new Metadata(Metadata.Service.ANSWERS, "True", false)),
                        Rule.NO_DIFFERENCE),
                set("a web identity while STS throttles", irsa.throttled(), Rule.NO_DOWNGRADE),
                set(
                        "a process that fails, and a pod",
                        NOTHING.with(Profiles.ofDefault(ProfileKind.PROCESS_THAT_FAILS))
                                .with(ContainerKind.POD),
                        Rule.NO_DOWNGRADE),
                set(
                        "an agent that fails, and the node",
                        NOTHING.with(ContainerKind.UNREACHABLE).with(NODE),
                        Rule.CONTAINER_EXCLUDES_NODE),
                set(
                        "a blank relative URI before a full one",
                        NOTHING.with(ContainerKind.POD_BEHIND_A_BLANK_RELATIVE_URI)
                                .with(NODE),
                        Rule.BLANK_IS_UNSET));
    }

    private static Arguments set(String name, SetUp setUp, Rule rule) {
        return Arguments.of(name, setUp, rule);
    }

    /** The door by which the property sets the SDK's variables is not how a process gets its own. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("everySourceAndEveryRule")
    void a_process_with_real_variables_finds_the_same(String name, SetUp setUp, Rule rule) throws Exception {
        assertThat(Comparison.inProcessOfItsOwn(setUp, WORLD).rule()).as(name).isEqualTo(rule);
    }

    @ParameterizedTest
    @EnumSource(ProfileKind.class)
    void an_incomplete_profile_is_skipped_as_the_sdk_does(ProfileKind kind) {
        SetUp setUp = NOTHING.with(Profiles.ofDefault(kind)).with(ContainerKind.POD);

        Rule rule = Comparison.of(setUp, WORLD).rule();

        assertThat(rule)
                .isEqualTo(
                        setUp.standingOfProfileForUs().equals(Standing.FAILS) ? Rule.NO_DOWNGRADE : Rule.NO_DIFFERENCE);
    }

    @ParameterizedTest
    @EnumSource(ContainerKind.class)
    void containers_of_every_kind_precede_the_node(ContainerKind kind) {
        SetUp setUp = NOTHING.with(kind).with(NODE);

        Rule rule = Comparison.of(setUp, WORLD).rule();

        assertThat(rule)
                .isEqualTo(
                        kind == ContainerKind.POD_BEHIND_A_BLANK_RELATIVE_URI
                                ? Rule.BLANK_IS_UNSET
                                : kind.standingForUs().equals(Standing.FAILS)
                                        ? Rule.CONTAINER_EXCLUDES_NODE
                                        : Rule.NO_DIFFERENCE);
    }

    @Test
    void unreadable_file_stops_the_chain_while_the_sdks_uses_the_container() {
        Profiles malformed =
                new Profiles(ProfileKind.KEYS, null, Profiles.Name.UNSET, Profiles.Place.HOME, false, true);

        Comparison beforePod = Comparison.of(NOTHING.with(malformed).with(ContainerKind.POD), WORLD);
        Comparison beforeNode = Comparison.of(NOTHING.with(malformed).with(NODE), WORLD);

        assertThat(beforePod.rule()).isEqualTo(Rule.NO_DOWNGRADE);
        assertThat(beforePod.outcomes()).containsEntry(Contestant.OURS, Outcome.FAILED);
        assertThat(beforePod.outcomes().get(Contestant.SDK))
                .extracting(Outcome::who)
                .isEqualTo(World.POD_ROLE);
        assertThat(beforeNode.rule()).isEqualTo(Rule.NO_DIFFERENCE);
        assertThat(beforeNode.outcomes().values()).containsOnly(Outcome.FAILED);
    }

    @ParameterizedTest
    @EnumSource(
            value = ProfileKind.class,
            names = {"ROLE_OF_THE_CONTAINER", "ROLE_OF_A_PROFILE_OF_THE_CONTAINER", "ROLE_OF_THE_ENVIRONMENT"})
    void a_role_whose_credential_source_is_not_configured_is_absent(ProfileKind kind) {
        SetUp setUp = NOTHING.with(Profiles.ofDefault(kind)).with(NODE);

        Comparison comparison = Comparison.of(setUp, WORLD);

        assertThat(comparison.rule()).isEqualTo(Rule.NO_DIFFERENCE);
        assertThat(comparison.outcomes().values()).extracting(Outcome::who).containsOnly(World.NODE_ROLE);
    }

    @Test
    void a_role_of_the_node_is_absent_where_instance_metadata_is_disabled() {
        SetUp setUp = NOTHING.with(Profiles.ofDefault(ProfileKind.ROLE_OF_THE_NODE))
                .with(ContainerKind.POD)
                .with(new Metadata(Metadata.Service.ANSWERS, "true", false));

        Comparison comparison = Comparison.of(setUp, WORLD);

        assertThat(comparison.rule()).isEqualTo(Rule.NO_DIFFERENCE);
        assertThat(comparison.outcomes().values()).extracting(Outcome::who).containsOnly(World.POD_ROLE);
    }
}
