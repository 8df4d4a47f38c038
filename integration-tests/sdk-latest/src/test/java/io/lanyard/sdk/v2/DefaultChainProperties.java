// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * Our chain beside the SDK's in the same set-ups: the same identity, or a difference that is meant, and then both what
 * ours does and that the SDK does the other thing.
 */
class DefaultChainProperties {

    private static @Nullable World shared;

    @BeforeContainer
    static void start() {
        shared = new World();
    }

    @AfterContainer
    static void stop() {
        world().close();
    }

    private static World world() {
        return Objects.requireNonNull(shared);
    }

    @Property
    void chain_resolves_the_identity_of_the_sdks_chain_or_differs_by_a_rule(@ForAll("setUps") SetUp setUp) {
        Rule rule = Comparison.of(setUp, world()).rule();

        // or the set-ups that matter are not among those that are made
        Statistics.label("rule").collect(rule).coverage(coverage -> {
            coverage.check(Rule.NO_DOWNGRADE).count(times -> times > 0);
            coverage.check(Rule.CONTAINER_EXCLUDES_NODE).count(times -> times > 0);
        });
    }

    @Provide
    static Arbitrary<SetUp> setUps() {
        return Combinators.combine(
                        often(SetUp.Keys.NONE, keys(), 9),
                        often(SetUp.Keys.NONE, keys(), 9),
                        often(SetUp.WebIdentity.NONE, webIdentity(), 2),
                        often(SetUp.Profiles.NONE, profiles(), 1),
                        often(ContainerKind.UNSET, Arbitraries.of(ContainerKind.class), 1),
                        metadata(),
                        Arbitraries.frequency(Tuple.of(2, false), Tuple.of(1, true)))
                .as(SetUp::new);
    }

    /** So many times nothing for each time of something. */
    private static <T> Arbitrary<T> often(T nothing, Arbitrary<T> something, int times) {
        return Arbitraries.frequencyOf(Tuple.of(times, Arbitraries.just(nothing)), Tuple.of(2, something));
    }

    private static Arbitrary<SetUp.Keys> keys() {
        Arbitrary<Value> needed = mostlySet();
        Arbitrary<Value> optional = Arbitraries.of(Value.class);
        return Combinators.combine(needed, needed, optional, optional).as(SetUp.Keys::new);
    }

    private static Arbitrary<Value> mostlySet() {
        return Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.of(Value.class)), Tuple.of(3, Arbitraries.just(Value.SET)));
    }

    private static Arbitrary<SetUp.WebIdentity> webIdentity() {
        Arbitrary<Boolean> mostly = Arbitraries.frequency(Tuple.of(3, true), Tuple.of(1, false));
        return Combinators.combine(mostlySet(), mostlySet(), Arbitraries.of(false, true), mostly, mostly)
                .as(SetUp.WebIdentity::new);
    }

    private static Arbitrary<SetUp.Profiles> profiles() {
        Arbitrary<ProfileKind> kind = Arbitraries.of(ProfileKind.class);
        return Combinators.combine(
                        kind.injectNull(0.1),
                        kind.injectNull(0.3),
                        Arbitraries.frequency(
                                Tuple.of(6, SetUp.Profiles.Name.UNSET),
                                Tuple.of(2, SetUp.Profiles.Name.WORK),
                                Tuple.of(1, SetUp.Profiles.Name.WORK_BY_PROPERTY),
                                Tuple.of(1, SetUp.Profiles.Name.EMPTY),
                                Tuple.of(1, SetUp.Profiles.Name.OF_NOBODY)),
                        Arbitraries.of(SetUp.Profiles.Place.class),
                        Arbitraries.of(false, true),
                        Arbitraries.frequency(Tuple.of(15, false), Tuple.of(1, true)))
                .as(SetUp.Profiles::new);
    }

    private static Arbitrary<SetUp.Metadata> metadata() {
        List<String> spellings = Arrays.asList("true", "True", "TRUE", " true ", "false", "False", "yes", "1", "");
        return Combinators.combine(
                        Arbitraries.frequency(
                                Tuple.of(1, SetUp.Metadata.Service.OFF),
                                Tuple.of(1, SetUp.Metadata.Service.WITHOUT_ROLE),
                                Tuple.of(4, SetUp.Metadata.Service.ANSWERS)),
                        Arbitraries.of(spellings).injectNull(0.6),
                        Arbitraries.of(false, true))
                .as(SetUp.Metadata::new);
    }
}
