// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.util.Locale;

/** Formats numbers for tables. */
public final class Units {
    private static final String[] POWERS = {"", " k", " M", " G"};

    private Units() {}

    /** Formats microseconds, from 1 ms on in milliseconds, with at most the significant digits. */
    public static String time(long micros) {
        if (micros < 1_000) {
            return micros < 1 ? "<1 µs" : micros + " µs";
        }
        return micros >= 10_000
                ? grouped(Math.round(micros / 1e3)) + " ms"
                : String.format(Locale.ROOT, "%.1f ms", micros / 1e3);
    }

    /** Formats a number with its digits in groups of three. */
    public static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
    }

    /** Formats a number with at most three digits, for example {@code 14.6 M}. */
    public static String compact(double number) {
        if (!Double.isFinite(number)) {
            return "never";
        }
        int power = 0;
        double rest = number;
        while (rest >= 999.5 && power < POWERS.length - 1) {
            rest /= 1_000;
            power++;
        }
        String digits = String.format(Locale.ROOT, rest < 9.995 ? "%.2f" : rest < 99.95 ? "%.1f" : "%.0f", rest);
        return (digits.contains(".") ? digits.replaceFirst("\\.?0+$", "") : digits) + POWERS[power];
    }

    /** Formats a ratio, for example {@code 1 : 40} or {@code 3 : 1}; empty if one of the numbers is 0. */
    public static String ratio(long first, long second) {
        if (first <= 0 || second <= 0) {
            return "";
        }
        return second >= first ? "1 : " + rounded((double) second / first) : rounded((double) first / second) + " : 1";
    }

    private static String rounded(double number) {
        return number < 9.95
                ? String.format(Locale.ROOT, "%.1f", number).replace(".0", "")
                : grouped(Math.round(number));
    }
}
