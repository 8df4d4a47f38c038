// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import static org.assertj.core.api.Assertions.assertThat;

import io.lanyard.CredentialsException;
import io.lanyard.testsupport.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** D4, with threads: two callers that are the first of a chain, again and again. */
class FirstUseRaceTest {

    private static final int RACES = 10_000;
    private static final int CALLERS = 2;
    private static final Logger LOG = Logger.getLogger("io.lanyard");
    private final CredentialsException failure = ScriptedSource.failure("one failure");

    private final ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
    private final CyclicBarrier start = new CyclicBarrier(CALLERS);

    @BeforeEach
    void keepTheSelectionsOutOfTheLog() {
        LOG.setLevel(Level.OFF);
    }

    @AfterEach
    void logAgain() {
        LOG.setLevel(null);
        callers.shutdownNow();
    }

    /** Returns a source that fails the first call and succeeds afterwards. */
    private ScriptedSource failingOnce() {
        ScriptedSource source = new ScriptedSource(SourceName.WEB_IDENTITY, "earlier");
        return source.answers(() -> source.calls.get() == 1
                ? CompletableFuture.failedFuture(failure)
                : CompletableFuture.completedFuture(source.key));
    }

    private static ChainBuilder<Key> chain(ScriptedSource earlier, ScriptedSource later) {
        return CredentialsChain.<Key>builder(Key::identity)
                .add(earlier.name, earlier)
                .add(later.name, later);
    }

    /** Returns the outcomes of callers that start at the same time. */
    private List<String> race(Callable<String> caller) throws Exception {
        List<Future<String>> seen = new ArrayList<>();
        for (int i = 0; i < CALLERS; i++) {
            seen.add(callers.submit(() -> {
                start.await(10, TimeUnit.SECONDS);
                return caller.call();
            }));
        }
        List<String> outcomes = new ArrayList<>();
        for (Future<String> one : seen) {
            outcomes.add(one.get(10, TimeUnit.SECONDS));
        }
        return outcomes;
    }

    private Callable<String> waiting(CredentialsChain<Key> chain) {
        return () -> {
            try {
                return chain.resolve().id();
            } catch (CredentialsException e) {
                return failure.equals(e.getCause()) ? "failure" : "another: " + e;
            }
        };
    }

    private Callable<String> following(CredentialsChain<Key> chain) {
        return () -> {
            try {
                return chain.resolveAsync().get(10, TimeUnit.SECONDS).id();
            } catch (ExecutionException e) {
                return e.getCause() != null && failure.equals(e.getCause().getCause()) ? "failure" : "another: " + e;
            }
        };
    }

    /** Runs half of the races with threads that wait, and half with futures. */
    private List<String> race(CredentialsChain<Key> chain, int number) throws Exception {
        return race(number % 2 == 0 ? waiting(chain) : following(chain));
    }

    @Test
    void one_failure_of_the_earlier_source_gives_no_caller_the_later_one() throws Exception {
        int shared = 0;
        for (int i = 0; i < RACES; i++) {
            ScriptedSource earlier = failingOnce();
            ScriptedSource later = new ScriptedSource(SourceName.INSTANCE_METADATA, "later");
            CredentialsChain<Key> chain = chain(earlier, later).build();
            List<String> seen = race(chain, i);
            assertThat(seen).contains("failure").isSubsetOf("failure", "earlier");
            assertThat(later.calls).hasValue(0);
            assertThat(chain.resolve().id()).isEqualTo("earlier");
            shared += seen.contains("earlier") ? 0 : 1;
        }
        assertThat(shared).as("races in which both shared the failure").isPositive();
    }

    @Test
    void with_continue_the_source_used_after_a_failure_is_not_kept() throws Exception {
        for (int i = 0; i < RACES; i++) {
            CredentialsChain<Key> chain = chain(
                            failingOnce(), new ScriptedSource(SourceName.INSTANCE_METADATA, "later"))
                    .onFailure(OnFailure.CONTINUE)
                    .build();
            assertThat(race(chain, i)).contains("later").isSubsetOf("later", "earlier");
            assertThat(chain.resolve().id()).isEqualTo("earlier");
        }
    }

    /** Otherwise a caller that read the chain before the selection completed would start another. */
    @Test
    void a_source_that_appears_between_two_first_callers_is_selected_by_neither() throws Exception {
        for (int i = 0; i < RACES; i++) {
            ScriptedSource earlier = new ScriptedSource(SourceName.WEB_IDENTITY, "earlier");
            earlier.withAvailability(() ->
                    earlier.availabilityCalls.get() == 1 ? Availability.notConfigured("") : Availability.configured());
            CredentialsChain<Key> chain = chain(earlier, new ScriptedSource(SourceName.INSTANCE_METADATA, "later"))
                    .scheduler(new VirtualTime()) // on the first caller's thread, so that it is over soon
                    .build();
            assertThat(race(chain, i)).containsExactly("later", "later");
            assertThat(earlier.calls).hasValue(0);
        }
    }
}
