// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.outage;

import java.util.Locale;

/** Figures for people. */
final class Units {
    private Units() {}

    /** Microseconds, as milliseconds from the first one on, with as many digits as say something. */
    static String time(long micros) {
        if (micros < 1_000) {
            return micros < 1 ? "<1 µs" : micros + " µs";
        }
        return micros >= 10_000
                ? grouped(Math.round(micros / 1e3)) + " ms"
                : String.format(Locale.ROOT, "%.1f ms", micros / 1e3);
    }

    static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
    }

    /** How many times the first is in the second: {@code 1 : 40}, {@code 3 : 1}; empty if one of them is 0. */
    static String ratio(long first, long second) {
        if (first <= 0 || second <= 0) {
            return "";
        }
        return second >= first ? "1 : " + shortly((double) second / first) : shortly((double) first / second) + " : 1";
    }

    private static String shortly(double number) {
        return number < 9.95
                ? String.format(Locale.ROOT, "%.1f", number).replace(".0", "")
                : grouped(Math.round(number));
    }
}
