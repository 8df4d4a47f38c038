// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What is measured; of each, less is better. */
enum Measure {
    BEREFT_POD_SECONDS("pod-s without", Figures::bereftSeconds),
    FAILED_CALLS("failed", Figures::failedCalls),
    ENDED_CREDENTIALS_GIVEN("ended given", Figures::endedCalls),
    /** Whether a policy lets a call fail or gives it credentials that have ended: the call opens nothing. */
    CALLS_IN_VAIN("calls in vain", figures -> figures.failedCalls() + figures.endedCalls()),
    WAITING_CALLS("calls waited", Figures::waitingCalls),
    WAITED_SECONDS("waited, s", Figures::waitedSeconds),
    LONGEST_WAIT_SECONDS("longest, s", Figures::longestWaitSeconds),
    AGENTS_TOTAL("agents", figures -> figures.agents().total()),
    AGENTS_PEAK_SECOND("peak/s", figures -> figures.agents().peakSecond()),
    AGENTS_PEAK_MINUTE("peak/min", figures -> figures.agents().peakMinute()),
    EKS_AUTH_TOTAL("EKS Auth", figures -> figures.eksAuth().total()),
    EKS_AUTH_PEAK_SECOND("peak/s", figures -> figures.eksAuth().peakSecond()),
    EKS_AUTH_PEAK_MINUTE("peak/min", figures -> figures.eksAuth().peakMinute()),
    MOST_FRESH_SECONDS("99 % fresh, s", Figures::mostFreshSeconds),
    ALL_FRESH_SECONDS("all fresh, s", Figures::allFreshSeconds);

    /** Those that are compared; the others are parts of one of them. */
    static final List<Measure> COMPARED = Stream.of(values())
            .filter(measure -> measure != FAILED_CALLS && measure != ENDED_CREDENTIALS_GIVEN)
            .toList();

    private final String head;

    @SuppressWarnings("ImmutableEnumChecker") // the functions above have no state
    private final ToDoubleFunction<Figures> value;

    Measure(String head, ToDoubleFunction<Figures> value) {
        this.head = head;
        this.value = value;
    }

    /** For the head of a table. */
    String head() {
        return head;
    }

    /** For files. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    double of(Outcome outcome) {
        return value.applyAsDouble(outcome.figures());
    }
}
