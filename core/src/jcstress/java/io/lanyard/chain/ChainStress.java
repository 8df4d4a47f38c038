// SPDX-License-Identifier: Apache-2.0
package io.lanyard.chain;

import io.lanyard.Category;
import io.lanyard.CredentialsException;
import io.lanyard.spi.Scheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** What threads may see of one chain while it selects a source. */
public final class ChainStress {

    private ChainStress() {}

    /** A source that provides its number; at first it may be absent or fail, and later it may be withdrawn. */
    private static final class Source implements ChainSource<Integer> {
        private final int number;
        private final AtomicInteger absences;
        private final AtomicInteger failures;
        private final AtomicInteger closings = new AtomicInteger();
        private volatile boolean withdrawn;

        Source(int number, int absences, int failures) {
            this.number = number;
            this.absences = new AtomicInteger(absences);
            this.failures = new AtomicInteger(failures);
        }

        @Override
        public Availability availability() {
            return absences.getAndDecrement() > 0 ? Availability.notConfigured("") : Availability.configured();
        }

        @Override
        public Integer resolve() {
            return resolveAsync().join();
        }

        @Override
        public CompletableFuture<Integer> resolveAsync() {
            if (withdrawn) {
                return CompletableFuture.failedFuture(failure(Category.NOT_CONFIGURED));
            }
            return failures.getAndDecrement() > 0
                    ? CompletableFuture.failedFuture(failure(Category.UNREACHABLE))
                    : CompletableFuture.completedFuture(number);
        }

        private static CredentialsException failure(Category category) {
            return CredentialsException.builder(category, "scripted").build();
        }

        @Override
        public Integer probe() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            closings.incrementAndGet();
        }
    }

    /** A chain of two sources whose selection runs on the first caller's thread. */
    private abstract static class World implements Scheduler {
        private static final Logger LOG = Logger.getLogger("io.lanyard");

        static {
            LOG.setLevel(Level.OFF); // millions of selections would be logged
        }

        final Source earlier;
        final CredentialsChain<Integer> chain;

        World(int absences, int failures) {
            earlier = new Source(1, absences, failures);
            chain = CredentialsChain.<Integer>builder(number -> new Identity(
                            number.toString(), Optional.empty(), Optional.empty(), Optional.empty()))
                    .scheduler(this)
                    .add(SourceName.WEB_IDENTITY, earlier)
                    .add(SourceName.INSTANCE_METADATA, new Source(2, 0, 0))
                    .build();
        }

        /** Returns the number of the source that answers, -1 for a failure, and 0 while the selection runs. */
        final int read() {
            CompletableFuture<Integer> answer = chain.resolveAsync();
            return answer.isCompletedExceptionally() ? -1 : answer.getNow(0);
        }

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public <O> Timer schedule(O owner, Consumer<? super O> task, Duration delay) {
            return () -> {};
        }
    }

    /** A caller gets the failure of the earlier source, or that source, and never the later one. */
    @JCStressTest
    @Outcome(id = {"-1, 1, 1", "1, -1, 1"}, expect = Expect.ACCEPTABLE, desc = "one got the failure, the other came after it")
    @Outcome(id = {"-1, -1, 1", "-1, 0, 1", "0, -1, 1"}, expect = Expect.ACCEPTABLE, desc = "both got it; 0: still waits")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the later source, or a failure that lasts")
    @State
    public static class FirstUseWithOneFailure extends World {
        public FirstUseWithOneFailure() {
            super(0, 1);
        }

        @Actor
        public void one(III_Result result) {
            result.r1 = read();
        }

        @Actor
        public void two(III_Result result) {
            result.r2 = read();
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r3 = read();
        }
    }

    /** All callers share a selection, also one that read the chain before it completed. */
    @JCStressTest
    @Outcome(id = {"2, 2, 2", "0, 2, 2", "2, 0, 2"}, expect = Expect.ACCEPTABLE, desc = "one selection; 0: still waits")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a source that appeared meanwhile took over")
    @State
    public static class FirstUseWhileASourceAppears extends World {
        public FirstUseWhileASourceAppears() {
            super(1, 0);
        }

        @Actor
        public void one(III_Result result) {
            result.r1 = read();
        }

        @Actor
        public void two(III_Result result) {
            result.r2 = read();
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r3 = read();
        }
    }

    /** Both leave the source that was withdrawn, and neither fails. */
    @JCStressTest
    @Outcome(id = {"2, 2, 2", "0, 2, 2", "2, 0, 2"}, expect = Expect.ACCEPTABLE, desc = "both moved on; 0: still waits")
    @Outcome(expect = Expect.FORBIDDEN, desc = "the withdrawn source, or a failure")
    @State
    public static class Withdrawal extends World {
        public Withdrawal() {
            super(0, 0);
            read();
            earlier.withdrawn = true;
        }

        @Actor
        public void one(III_Result result) {
            result.r1 = read();
        }

        @Actor
        public void two(III_Result result) {
            result.r2 = read();
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r3 = read();
        }
    }

    /** Closing fails no caller, and the chain can be closed again after the next call. */
    @JCStressTest
    @Outcome(id = "1, 1, 2", expect = Expect.ACCEPTABLE, desc = "credentials, and two closings")
    @Outcome(id = "1, 1, 3", expect = Expect.ACCEPTABLE, desc = "closed during the selection, and again after it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "another source, a failure, or a chain that stays open")
    @State
    public static class CloseAgainstUse extends World {
        public CloseAgainstUse() {
            super(0, 0);
        }

        @Actor
        public void user(III_Result result) {
            result.r1 = read();
        }

        @Actor
        public void closer() {
            chain.close();
        }

        @Arbiter
        public void afterwards(III_Result result) {
            result.r2 = read();
            chain.close();
            result.r3 = earlier.closings.get();
        }
    }
}
