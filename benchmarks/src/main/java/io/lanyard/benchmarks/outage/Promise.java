// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import io.lanyard.benchmarks.report.Units;
import java.time.Duration;
import java.util.function.BiFunction;

/**
 * What Lanyard must keep in a scenario.
 *
 * @param text what is promised
 * @param check why it was not kept; empty if it was
 */
record Promise(String text, BiFunction<Outcome, Figures, String> check) {

    static Promise noFailedCall() {
        return new Promise(
                "no failed call", (outcome, figures) -> count(figures.failures(), 0, figures.firstFailure()));
    }

    static Promise noFailedCallWhileValid() {
        return new Promise(
                "no failed call while credentials are valid",
                (outcome, figures) -> count(figures.failuresWhileValid(), 0, figures.firstFailure()));
    }

    /** A generous limit: the machine has other work, and a pause of its own is no fault. */
    static Promise noCallWaitsWhileValid() {
        return slowestWhileValid(Duration.ofSeconds(1));
    }

    static Promise slowestWhileValid(Duration limit) {
        return new Promise(
                "no call over " + limit.toMillis() + " ms while credentials are valid",
                (outcome, figures) -> figures.slowestWhileValidMicros() <= limit.toNanos() / 1_000
                        ? ""
                        : "slowest " + Units.time(figures.slowestWhileValidMicros()));
    }

    static Promise slowest(Duration limit) {
        return new Promise(
                "no call over " + limit.toMillis() + " ms",
                (outcome, figures) -> figures.slowestMicros() <= limit.toNanos() / 1_000
                        ? ""
                        : "slowest " + Units.time(figures.slowestMicros()));
    }

    static Promise requests(int most) {
        return new Promise(
                most == 1 ? "one request" : "at most " + most + " requests",
                (outcome, figures) -> count(outcome.requests(), most, "") + (outcome.requests() == 0 ? "none" : ""));
    }

    static Promise noSocketLeft() {
        return new Promise("no descriptor left behind", (outcome, figures) -> count(outcome.socketsGrown(), 0, ""));
    }

    static Promise freshWithin(Duration limit) {
        return new Promise(
                "fresh credentials within " + limit.toSeconds() + " s",
                (outcome, figures) -> figures.freshMillis() >= 0 && figures.freshMillis() <= limit.toMillis()
                        ? ""
                        : figures.freshMillis() < 0 ? "none" : "after " + figures.freshMillis() + " ms");
    }

    /** Why that outcome does not keep it; empty if it does. */
    String broken(Outcome outcome) {
        Figures figures = outcome.figures();
        return figures == null ? outcome.trouble() : check.apply(outcome, figures);
    }

    private static String count(long is, long most, String detail) {
        return is <= most ? "" : is + (detail.isEmpty() ? "" : ", first " + detail);
    }
}
