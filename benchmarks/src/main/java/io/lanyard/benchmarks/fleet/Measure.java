// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.fleet;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** A measure; smaller values are better. */
enum Measure {
    POD_SECONDS_WITHOUT_CREDENTIALS("pod-s without", Figures::podSecondsWithoutCredentials),
    FAILED_CALLS("failed", Figures::failedCalls),
    EXPIRED_CREDENTIALS_SERVED("served expired", Figures::expiredCalls),
    /** Failed calls and calls that were served expired credentials, which AWS rejects. */
    UNSUCCESSFUL_CALLS("unsuccessful", figures -> figures.failedCalls() + figures.expiredCalls()),
    WAITING_CALLS("calls waited", Figures::waitingCalls),
    WAITED_SECONDS("waited, s", Figures::waitedSeconds),
    LONGEST_WAIT_SECONDS("longest, s", Figures::longestWaitSeconds),
    AGENTS_TOTAL("agents", figures -> figures.agents().total()),
    AGENTS_PEAK_SECOND("peak/s", figures -> figures.agents().peakSecond()),
    AGENTS_PEAK_MINUTE("peak/min", figures -> figures.agents().peakMinute()),
    EKS_AUTH_TOTAL("EKS Auth", figures -> figures.eksAuth().total()),
    EKS_AUTH_PEAK_SECOND("peak/s", figures -> figures.eksAuth().peakSecond()),
    EKS_AUTH_PEAK_MINUTE("peak/min", figures -> figures.eksAuth().peakMinute()),
    FRESH_99_PERCENT_SECONDS("99 % fresh, s", Figures::fresh99Seconds),
    ALL_FRESH_SECONDS("all fresh, s", Figures::allFreshSeconds);

    /** The measures that are compared; the others are part of {@link #UNSUCCESSFUL_CALLS}. */
    static final List<Measure> COMPARED = Stream.of(values())
            .filter(measure -> measure != FAILED_CALLS && measure != EXPIRED_CREDENTIALS_SERVED)
            .toList();

    private final String head;

    @SuppressWarnings("ImmutableEnumChecker") // the functions are stateless
    private final ToDoubleFunction<Figures> value;

    Measure(String head, ToDoubleFunction<Figures> value) {
        this.head = head;
        this.value = value;
    }

    /** Returns the head of the column in tables. */
    String head() {
        return head;
    }

    /** Returns the id in files. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    double of(Outcome outcome) {
        return value.applyAsDouble(outcome.figures());
    }
}
