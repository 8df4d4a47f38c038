// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.testing.Child;
import io.lanyard.testkit.IssuedCredentials;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What each of the chains gave in a set-up, held against each other and against what the set-up lets expect. */
record Comparison(SetUp setUp, Map<Contestant, Outcome> outcomes) {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** Asks them all in a process of its own that really has those variables. */
    static Comparison inProcessOfItsOwn(SetUp setUp, World world) throws IOException, InterruptedException {
        SetUp.Settings settings = setUp.in(world);
        List<String> command = new ArrayList<>(List.of(Child.java()));
        command.addAll(
                List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-cp", System.getProperty("java.class.path")));
        settings.properties().forEach((name, value) -> command.add("-D" + name + "=" + value));
        command.add(ContestMain.class.getName());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        String path = System.getenv("PATH");
        builder.environment().clear();
        builder.environment().put("PATH", path == null ? "" : path);
        builder.environment().putAll(settings.variables());
        Child.Ended ended = Child.run(builder, LIMIT);
        assertThat(ended.status()).as(ended.output()).isZero();
        Map<Contestant, Outcome> outcomes = new EnumMap<>(Contestant.class);
        for (String line : ended.output().lines().toList()) {
            String[] named = line.split("=", 2);
            outcomes.put(Contestant.valueOf(named[0]), Outcome.parse(named[1]));
        }
        return of(setUp, world, outcomes);
    }

    /** Asks them all in this process. */
    static Comparison of(SetUp setUp, World world) {
        SetUp.Settings settings = setUp.in(world);
        Map<Contestant, Outcome> outcomes = new EnumMap<>(Contestant.class);
        try (ProcessSettings process = new ProcessSettings(settings.variables(), settings.properties())) {
            for (Contestant contestant : Contestant.values()) {
                outcomes.put(contestant, contestant.outcome(process));
            }
        }
        return of(setUp, world, outcomes);
    }

    private static Comparison of(SetUp setUp, World world, Map<Contestant, Outcome> outcomes) {
        List<IssuedCredentials> issued = world.issued();
        Map<Contestant, Outcome> named = new EnumMap<>(Contestant.class);
        outcomes.forEach((contestant, outcome) -> named.put(contestant, outcome.named(issued)));
        return new Comparison(setUp, named);
    }

    private Outcome of(Contestant contestant) {
        return Objects.requireNonNull(outcomes.get(contestant));
    }

    /** The rule by which ours and the SDK's differ; fails when they differ by none. */
    Rule rule() {
        Outcome sdk = of(Contestant.SDK);
        Outcome ours = of(Contestant.OURS);
        Outcome continuing = of(Contestant.OURS_THAT_CONTINUES);

        assertThat(sdk.who()).as("the SDK in " + setUp).isEqualTo(first(setUp.standingsForSdk()));
        assertThat(continuing.who()).as("ours, with CONTINUE, in " + setUp).isEqualTo(first(setUp.standingsForUs()));
        assertThat(ours.who()).as("ours in " + setUp).isEqualTo(firstThatIsThere(setUp.standingsForUs()));

        if (continuing.who().equals(sdk.who())) {
            assertThat(continuing).as("ours, with CONTINUE, in " + setUp).isEqualTo(withAccount(sdk));
        }
        if (ours.who().equals(sdk.who())) {
            assertThat(ours).as("ours in " + setUp).isEqualTo(withAccount(sdk));
            return Rule.NO_DIFFERENCE;
        }
        return difference(ours, continuing, sdk);
    }

    /**
     * The account is in the answer of the EKS agent, and in the role of the ECS agent's. The SDK's provider drops it; ours
     * does not (A1).
     */
    private static Outcome withAccount(Outcome sdk) {
        String account = switch (sdk.who()) {
            case World.POD_ROLE -> "333344445555";
            case World.TASK_ROLE -> "444455556666";
            default -> null;
        };
        if (account == null) {
            return sdk;
        }
        assertThat(sdk.account()).isEqualTo("none");
        return new Outcome(sdk.who(), sdk.sessionToken(), account);
    }

    /** Both what ours does and that the SDK does the other thing. */
    private Rule difference(Outcome ours, Outcome continuing, Outcome sdk) {
        if (setUp.container() == ContainerKind.POD_BEHIND_A_BLANK_RELATIVE_URI
                && !continuing.who().equals(sdk.who())) {
            // by itself, or as the base of a role
            assertThat(continuing.who()).isIn(World.POD_ROLE, World.PROFILE_ROLE);
            assertThat(sdk.who()).isIn(World.NODE_ROLE, Outcome.FAILED.who());
            return Rule.BLANK_IS_UNSET;
        }
        if (!continuing.who().equals(sdk.who())) {
            assertThat(continuing).isEqualTo(Outcome.FAILED);
            assertThat(ours).isEqualTo(Outcome.FAILED);
            assertThat(sdk.who()).isEqualTo(World.NODE_ROLE);
            assertThat(setUp.container().standingForUs()).isEqualTo(Standing.FAILS);
            return Rule.CONTAINER_EXCLUDES_NODE;
        }
        assertThat(ours).isEqualTo(Outcome.FAILED);
        assertThat(sdk.isFailure()).isFalse();
        return Rule.NO_DOWNGRADE;
    }

    private static String first(List<Standing> standings) {
        return standings.stream()
                .map(Standing::who)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(Outcome.FAILED.who());
    }

    /** For what is there and fails is not passed over. */
    private static String firstThatIsThere(List<Standing> standings) {
        @Nullable
        String who = standings.stream()
                .filter(Standing::isThere)
                .findFirst()
                .orElse(Standing.FAILS)
                .who();
        return who == null ? Outcome.FAILED.who() : who;
    }
}
