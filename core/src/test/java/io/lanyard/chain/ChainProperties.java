// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.testsupport.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Random chains and events, checked against D2 to D5 and against a model of a few lines. */
class ChainProperties {

    private static final Logger LOG = Logger.getLogger("io.lanyard");

    @BeforeContainer
    static void keepTheSelectionsOutOfTheLog() {
        LOG.setLevel(Level.OFF);
    }

    @AfterContainer
    static void logAgain() {
        LOG.setLevel(null);
    }

    /** The availability of a source. */
    enum Presence {
        PRESENT,
        ABSENT,
        INCOMPLETE,
        EXCLUDED,
        /** The availability throws. */
        UNKNOWN
    }

    /** What a call of a source returns. */
    enum Answer {
        VALUE,
        TRANSIENT,
        PERMANENT,
        NOT_CONFIGURED,
        /** Throws an error where a future is due. */
        BROKEN
    }

    /** The state of a source, and how long it takes to answer. */
    record Condition(Presence presence, Answer answer, int delayMillis) {

        Condition with(Answer other) {
            return new Condition(presence, other, delayMillis);
        }

        boolean isSkipped() {
            return presence == Presence.ABSENT
                    || presence == Presence.INCOMPLETE
                    || presence == Presence.EXCLUDED
                    || (presence == Presence.PRESENT && answer == Answer.NOT_CONFIGURED);
        }

        boolean isAvailable() {
            return presence == Presence.PRESENT && answer == Answer.VALUE;
        }
    }

    /** A source as a chain begins, and what its failure does. */
    record Source(Condition condition, OnFailure onFailure) {}

    /** One source changes; then several callers call at once. */
    record Step(int source, Condition condition, int callers) {}

    /** The outcome of a call, and the number of the source that provided the value or stopped the chain. */
    record Outcome(String what, int source) {
        static final Outcome EXHAUSTED = new Outcome("exhausted", -1);

        static Outcome value(int source) {
            return new Outcome("value", source);
        }

        static Outcome failure(int source) {
            return new Outcome("failure", source);
        }
    }

    @Property(tries = 6_000)
    void every_call_has_the_outcome_of_the_model(
            @ForAll("sources") List<Source> sources, @ForAll boolean reuse, @ForAll("steps") List<Step> steps) {
        World world = new World(sources, reuse);
        Model model = new Model(world, reuse);
        assertThat(world.call(1)).isEqualTo(model.call());
        for (Step step : steps) {
            world.change(step);
            assertThat(world.call(step.callers)).isEqualTo(model.call());
        }
    }

    /** D2, of chains that stop. */
    @Property(tries = 3_000)
    void no_later_source_replaces_a_configured_source_that_fails(
            @ForAll("sources") List<Source> sources, @ForAll("steps") List<Step> steps) {
        World world = new World(stopping(sources), true);
        Outcome provided = world.call(1);
        for (Step step : steps) {
            world.change(step);
            Outcome now = world.call(step.callers);
            if (now.what.equals("value") && !now.equals(provided)) {
                assertThat(world.conditions.subList(0, now.source)).allMatch(Condition::isSkipped);
                provided = now;
            }
        }
    }

    /** D3. */
    @Property(tries = 3_000)
    void a_later_source_changes_nothing_where_an_earlier_one_answers_or_stops(
            @ForAll("sources") List<Source> sources, @ForAll("source") Source later) {
        Outcome without = new World(sources, true).call(1);
        List<Source> more = new ArrayList<>(sources);
        more.add(later);
        Outcome with = new World(more, true).call(1);
        if (without.equals(Outcome.EXHAUSTED)) {
            assertThat(with.source).isIn(-1, sources.size());
        } else {
            assertThat(with).isEqualTo(without);
        }
    }

    /** D4: any failures, in any order, with any number of callers. */
    @Property(tries = 3_000)
    void after_all_failures_the_chain_returns_what_it_would_have_returned_without_them(
            @ForAll("sources") List<Source> sources, @ForAll("steps") List<Step> failures) {
        List<Source> well = new ArrayList<>();
        for (Source source : sources) {
            boolean fails = source.condition.answer != Answer.NOT_CONFIGURED;
            well.add(new Source(source.condition.with(fails ? Answer.VALUE : Answer.NOT_CONFIGURED), source.onFailure));
        }
        World world = new World(well, true);
        List<Condition> healthy = List.copyOf(world.conditions);
        for (Step failure : failures) {
            int source = failure.source % well.size();
            if (healthy.get(source).answer == Answer.VALUE && failure.condition.answer != Answer.NOT_CONFIGURED) {
                world.change(new Step(source, healthy.get(source).with(failure.condition.answer), 1));
                world.call(failure.callers);
            }
        }
        world.conditions.clear();
        world.conditions.addAll(healthy);
        assertThat(world.call(2)).isEqualTo(new World(well, true).call(1));
    }

    /** D5: sources come and go, and none fails. */
    @Property(tries = 3_000)
    void the_chain_moves_on_when_its_source_is_withdrawn_and_never_before(
            @ForAll("sources") List<Source> sources,
            @ForAll("steps") List<Step> steps,
            @ForAll @IntRange(min = 1, max = 3) int callers) {
        List<Source> calm = new ArrayList<>();
        for (Source source : sources) {
            calm.add(new Source(calm(source.condition), source.onFailure));
        }
        World world = new World(calm, true);
        Outcome inUse = world.call(callers);
        for (Step step : steps) {
            world.change(new Step(step.source, calm(step.condition), 1));
            if (inUse.source < 0 || !world.conditions.get(inUse.source).isAvailable()) {
                inUse = world.firstAvailable();
            }
            assertThat(world.call(step.callers)).isEqualTo(inUse);
        }
    }

    /** Available, or skipped also when it is called. */
    private static Condition calm(Condition condition) {
        boolean available = condition.presence == Presence.PRESENT && condition.answer == Answer.VALUE;
        return available
                ? condition
                : new Condition(
                        condition.presence == Presence.UNKNOWN ? Presence.PRESENT : condition.presence,
                        Answer.NOT_CONFIGURED,
                        condition.delayMillis);
    }

    private static List<Source> stopping(List<Source> sources) {
        return sources.stream()
                .map(source -> new Source(source.condition, OnFailure.STOP))
                .toList();
    }

    /** The rules of a selection. */
    private static final class Model {
        private final World world;
        private final boolean reuse;
        private int kept = -1;

        Model(World world, boolean reuse) {
            this.world = world;
            this.reuse = reuse;
        }

        Outcome call() {
            if (kept >= 0) {
                Answer answer = world.conditions.get(kept).answer;
                if (answer == Answer.VALUE) {
                    return Outcome.value(kept);
                }
                if (answer != Answer.NOT_CONFIGURED && world.sources.get(kept).onFailure == OnFailure.STOP) {
                    return Outcome.failure(kept);
                }
                kept = -1;
            }
            boolean failed = false;
            for (int i = 0; i < world.sources.size(); i++) {
                Condition condition = world.conditions.get(i);
                if (condition.isSkipped()) {
                    continue;
                }
                if (condition.isAvailable()) {
                    kept = reuse && !failed ? i : -1;
                    return Outcome.value(i);
                }
                if (world.sources.get(i).onFailure == OnFailure.STOP) {
                    return Outcome.failure(i);
                }
                failed = true;
            }
            return Outcome.EXHAUSTED;
        }
    }

    private static final class World {
        private final VirtualTime time = new VirtualTime();
        private final List<Source> sources;
        private final List<Condition> conditions = new ArrayList<>();
        private final CredentialsChain<Key> chain;

        World(List<Source> sources, boolean reuse) {
            this.sources = sources;
            time.runTasksAfter(() -> Duration.ofMillis(1));
            ChainBuilder<Key> builder =
                    CredentialsChain.<Key>builder(Key::identity).scheduler(time).reuseSource(reuse);
            for (int i = 0; i < sources.size(); i++) {
                int number = i;
                conditions.add(sources.get(i).condition);
                SourceName name = new SourceName(Integer.toString(number));
                ScriptedSource scripted = new ScriptedSource(name, name.name());
                scripted.withAvailability(() -> availability(number)).answers(() -> answer(number, scripted.key));
                builder.add(name, scripted).onFailure(name, sources.get(i).onFailure);
            }
            this.chain = builder.build();
        }

        void change(Step step) {
            conditions.set(step.source % conditions.size(), step.condition);
        }

        /** All callers call at once, and must get the same outcome. */
        Outcome call(int callers) {
            List<CompletableFuture<Key>> answers = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                answers.add(chain.resolveAsync());
                time.advance(Duration.ofMillis(1));
            }
            time.advance(Duration.ofSeconds(1));
            Outcome outcome = outcome(answers.get(0));
            for (CompletableFuture<Key> answer : answers) {
                assertThat(outcome(answer)).as("of callers at once").isEqualTo(outcome);
            }
            return outcome;
        }

        Outcome firstAvailable() {
            for (int i = 0; i < conditions.size(); i++) {
                if (conditions.get(i).isAvailable()) {
                    return Outcome.value(i);
                }
            }
            return Outcome.EXHAUSTED;
        }

        private static Outcome outcome(CompletableFuture<Key> answer) {
            assertThat(answer).as("no caller waits forever").isDone();
            try {
                return Outcome.value(Integer.parseInt(answer.join().id()));
            } catch (CompletionException e) {
                boolean exhausted = e.getCause() instanceof CredentialsException known
                        && known.category() == Category.CHAIN_EXHAUSTED;
                return exhausted ? Outcome.EXHAUSTED : Outcome.failure(number(String.valueOf(e.getCause())));
            }
        }

        /** The only digits in what the sources below throw. */
        private static int number(String failure) {
            return Integer.parseInt(failure.replaceAll("\\D+", ""));
        }

        private Availability availability(int number) {
            return switch (conditions.get(number).presence) {
                case PRESENT -> Availability.configured();
                case ABSENT -> Availability.notConfigured("");
                case INCOMPLETE -> Availability.incomplete("half of it is missing", "add it");
                case EXCLUDED -> Availability.excluded("not here");
                case UNKNOWN -> throw new IllegalStateException("cannot tell of " + number);
            };
        }

        private CompletableFuture<Key> answer(int number, Key key) {
            Condition condition = conditions.get(number);
            CompletableFuture<Key> answer = switch (condition.answer) {
                case VALUE -> CompletableFuture.completedFuture(key);
                case TRANSIENT -> CompletableFuture.failedFuture(ScriptedSource.failure("away is " + number));
                case PERMANENT ->
                    CompletableFuture.failedFuture(ScriptedSource.permanentFailure("refused by " + number));
                case NOT_CONFIGURED ->
                    CompletableFuture.failedFuture(
                            CredentialsException.builder(Category.NOT_CONFIGURED, "nothing at " + number)
                                    .build());
                case BROKEN -> throw new NoClassDefFoundError("broken is " + number);
            };
            if (condition.delayMillis == 0) {
                return answer;
            }
            CompletableFuture<Boolean> late = new CompletableFuture<>();
            time.schedule(this, world -> late.complete(true), Duration.ofMillis(condition.delayMillis));
            return late.thenCompose(now -> answer);
        }
    }

    @Provide
    Arbitrary<Condition> condition() {
        Arbitrary<Presence> presence = Arbitraries.frequency(
                Tuple.of(6, Presence.PRESENT),
                Tuple.of(3, Presence.ABSENT),
                Tuple.of(1, Presence.INCOMPLETE),
                Tuple.of(1, Presence.EXCLUDED),
                Tuple.of(1, Presence.UNKNOWN));
        Arbitrary<Answer> answer = Arbitraries.frequency(
                Tuple.of(5, Answer.VALUE),
                Tuple.of(2, Answer.TRANSIENT),
                Tuple.of(1, Answer.PERMANENT),
                Tuple.of(3, Answer.NOT_CONFIGURED),
                Tuple.of(1, Answer.BROKEN));
        return Combinators.combine(presence, answer, Arbitraries.of(0, 0, 1, 2, 5, 20))
                .as(Condition::new);
    }

    @Provide
    Arbitrary<Source> source() {
        return Combinators.combine(condition(), Arbitraries.of(OnFailure.class)).as(Source::new);
    }

    @Provide
    Arbitrary<List<Source>> sources() {
        return source().list().ofMinSize(1).ofMaxSize(6);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 5),
                        condition(),
                        Arbitraries.integers().between(1, 3))
                .as(Step::new)
                .list()
                .ofMaxSize(12);
    }
}
