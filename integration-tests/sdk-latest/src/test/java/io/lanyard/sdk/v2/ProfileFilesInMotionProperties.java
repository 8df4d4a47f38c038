// SPDX-License-Identifier: Apache-2.0
package io.lanyard.sdk.v2;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.chain.OnFailure;
import io.lanyard.sdk.v2.SetUp.Metadata;
import io.lanyard.sdk.v2.SetUp.Profiles;
import java.time.Duration;
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
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/**
 * The profile file is torn, emptied, removed, broken and restored while the process runs, and callers are interrupted:
 * our chain never uses a later source than the SDK's chain, never leaves a profile that it has used, and uses the right
 * one at the first resolve after the file is whole.
 *
 * <p>The file is never torn, empty or absent for a whole second; if it is, the profile counts as withdrawn.
 */
class ProfileFilesInMotionProperties {

    private static @Nullable World shared;

    enum State {
        WHOLE,
        WITH_ANOTHER_PROFILE,
        MALFORMED,
        TORN,
        EMPTY,
        REMOVED;

        boolean isWhole() {
            return this == WHOLE || this == WITH_ANOTHER_PROFILE;
        }

        boolean hasLost() {
            return this == TORN || this == EMPTY || this == REMOVED;
        }
    }

    /**
     * What the file becomes, and what calls find it so.
     *
     * @param cut how many characters a torn file lacks
     * @param interrupted whether a caller that is interrupted comes first
     */
    record Step(State state, int cut, boolean interrupted) {}

    record Course(ProfileKind kind, ContainerKind container, boolean node, boolean continues, List<Step> steps) {
        SetUp setUp() {
            return SetUp.NOTHING
                    .with(Profiles.ofDefault(kind))
                    .with(container)
                    .with(new Metadata(node ? Metadata.Service.ANSWERS : Metadata.Service.OFF, null, false));
        }

        String who() {
            return Objects.requireNonNull(setUp().standingOfProfileForUs().who());
        }
    }

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
    void no_state_of_the_file_selects_a_later_source(@ForAll("courses") Course course) {
        World world = world();
        SetUp.Settings settings = course.setUp().in(world);
        String whole = world.readFile("credentials");
        ShiftedClock clock = new ShiftedClock();
        try (ProcessSettings process = new ProcessSettings(settings.variables(), settings.properties());
                LanyardDefaultCredentialsProvider ours = Contestant.ours(process)
                        .clock(clock)
                        .onFailure(course.continues ? OnFailure.CONTINUE : OnFailure.STOP)
                        .build();
                DefaultCredentialsProvider sdk =
                        DefaultCredentialsProvider.builder().build()) {
            boolean known = false;
            State before = State.WHOLE;
            for (Step step : course.steps) {
                if (!before.hasLost() || !step.state.hasLost()) {
                    clock.pass(Duration.ofSeconds(1));
                }
                before = step.state;
                put(step, whole);
                if (step.interrupted) {
                    interrupted(ours, known ? course.who() : null);
                }
                String who = who(ours);
                int sdks = rank(who(sdk));
                if (known || step.state.isWhole()) {
                    assertThat(who).as("ours at " + step).isEqualTo(course.who());
                    known = true;
                } else {
                    // no credentials are better than those of a later source
                    assertThat(who.equals(Outcome.FAILED.who()) || rank(who) <= sdks)
                            .as("ours at " + step + ": " + who)
                            .isTrue();
                    known = who.equals(course.who());
                }
                if (!known && step.state == State.REMOVED && rank(who) < Integer.MAX_VALUE) {
                    return; // a source that turns up ahead is for the next process
                }
                var unused = ours.explain(); // waits for a look that is running
                if (known) {
                    assertThat(who(ours)).as("ours after " + step).isEqualTo(course.who());
                }
            }
            Statistics.label("profile used").collect(known);
        }
    }

    private static void put(Step step, String whole) {
        switch (step.state) {
            case WHOLE -> world().writeFile("credentials", whole);
            case WITH_ANOTHER_PROFILE -> world().writeFile("credentials", whole + "[another]\nregion = r" + step.cut);
            case MALFORMED -> world().writeFile("credentials", whole + "[oops");
            case TORN ->
                world().writeFile(
                                "credentials", whole.substring(0, whole.length() - Math.min(step.cut, whole.length())));
            case EMPTY -> world().writeFile("credentials", "");
            case REMOVED -> world().deleteFile("credentials");
        }
    }

    private static void interrupted(AwsCredentialsProvider ours, @Nullable String expected) {
        Thread.currentThread().interrupt();
        String who = who(ours);
        assertThat(Thread.interrupted()).as("the caller is still interrupted").isTrue();
        if (expected != null) {
            assertThat(who).as("ours for an interrupted caller").isIn(expected, Outcome.FAILED.who());
        }
    }

    private static String who(AwsCredentialsProvider provider) {
        Outcome outcome;
        try {
            outcome = Outcome.of(provider.resolveCredentials());
        } catch (RuntimeException e) {
            outcome = Outcome.FAILED;
        }
        return outcome.named(world().issued()).who();
    }

    /** The place of the source in the chain; a failure is behind all. */
    private static int rank(String who) {
        return switch (who) {
            case World.POD_ROLE, World.TASK_ROLE -> 1;
            case World.NODE_ROLE -> 2;
            case "failed" -> Integer.MAX_VALUE;
            default -> 0;
        };
    }

    @Provide
    static Arbitrary<Course> courses() {
        Arbitrary<Step> step = Combinators.combine(
                        Arbitraries.frequency(
                                Tuple.of(3, State.WHOLE),
                                Tuple.of(1, State.WITH_ANOTHER_PROFILE),
                                Tuple.of(2, State.MALFORMED),
                                Tuple.of(4, State.TORN),
                                Tuple.of(1, State.EMPTY),
                                Tuple.of(1, State.REMOVED)),
                        Arbitraries.integers().between(1, 120),
                        Arbitraries.frequency(Tuple.of(2, false), Tuple.of(1, true)))
                .as(Step::new);
        return Combinators.combine(
                        Arbitraries.of(
                                ProfileKind.KEYS,
                                ProfileKind.KEYS_AND_TOKEN,
                                ProfileKind.ROLE,
                                ProfileKind.PROCESS,
                                ProfileKind.WEB_IDENTITY,
                                ProfileKind.ROLE_OF_THE_CONTAINER),
                        Arbitraries.of(
                                ContainerKind.UNSET, ContainerKind.POD, ContainerKind.TASK, ContainerKind.UNREACHABLE),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false),
                        step.list().ofMinSize(1).ofMaxSize(6))
                .as(Course::new)
                .filter(course -> course.setUp().standingOfProfileForUs().who() != null);
    }
}
