// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.benchmarks.report.Units;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * A requirement that Lanyard must meet in a scenario.
 *
 * @param text the description
 * @param check returns why it is not met; empty if it is met
 */
record Requirement(String text, BiFunction<Outcome, Figures, String> check) {

    static Requirement noFailedCall() {
        return new Requirement(
                "no failed call", (outcome, figures) -> count(figures.failures(), 0, figures.firstFailure()));
    }

    static Requirement noFailedCallWhileValid() {
        return new Requirement(
                "no failed call while credentials are valid",
                (outcome, figures) -> count(figures.failuresWhileValid(), 0, figures.firstFailure()));
    }

    /** A generous limit, because the machine may pause for other work. */
    static Requirement noCallWaitsWhileValid() {
        return slowestWhileValid(Duration.ofSeconds(1));
    }

    static Requirement slowestWhileValid(Duration limit) {
        return new Requirement(
                "no call over " + limit.toMillis() + " ms while credentials are valid",
                (outcome, figures) -> figures.slowestWhileValidMicros() <= limit.toNanos() / 1_000
                        ? ""
                        : "slowest " + Units.time(figures.slowestWhileValidMicros()));
    }

    static Requirement slowest(Duration limit) {
        return new Requirement(
                "no call over " + limit.toMillis() + " ms",
                (outcome, figures) -> figures.slowestMicros() <= limit.toNanos() / 1_000
                        ? ""
                        : "slowest " + Units.time(figures.slowestMicros()));
    }

    static Requirement requests(int limit) {
        return new Requirement(
                limit == 1 ? "one request" : "at most " + limit + " requests",
                (outcome, figures) -> count(outcome.requests(), limit, "") + (outcome.requests() == 0 ? "none" : ""));
    }

    static Requirement noSocketLeft() {
        return new Requirement("no socket leaked", (outcome, figures) -> count(outcome.socketsGrown(), 0, ""));
    }

    static Requirement freshWithin(Duration limit) {
        return new Requirement(
                "new credentials within " + limit.toSeconds() + " s",
                (outcome, figures) -> figures.freshMillis() >= 0 && figures.freshMillis() <= limit.toMillis()
                        ? ""
                        : figures.freshMillis() < 0 ? "none" : "after " + figures.freshMillis() + " ms");
    }

    /** Returns why the outcome does not meet it; empty if it does. */
    String unmet(Outcome outcome) {
        Figures figures = outcome.figures();
        return figures == null ? outcome.error() : check.apply(outcome, figures);
    }

    private static String count(long actual, long limit, String detail) {
        return actual <= limit ? "" : actual + (detail.isEmpty() ? "" : ", first " + detail);
    }
}
