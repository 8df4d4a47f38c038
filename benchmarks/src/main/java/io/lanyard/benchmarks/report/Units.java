// SPDX-License-Identifier: Apache-2.0
package io.lanyard.benchmarks.report;

import java.util.Locale;

/** Figures for people. */
public final class Units {
    private static final String[] POWERS = {"", " k", " M", " G"};

    private Units() {}

    /**
     * A short time, in milliseconds from the first one on, with as many digits as say something.
     *
     * @param micros microseconds
     * @return figure and unit
     */
    public static String time(long micros) {
        if (micros < 1_000) {
            return micros < 1 ? "<1 µs" : micros + " µs";
        }
        return micros >= 10_000
                ? grouped(Math.round(micros / 1e3)) + " ms"
                : String.format(Locale.ROOT, "%.1f ms", micros / 1e3);
    }

    /**
     * A number in groups of three.
     *
     * @param number the number
     * @return its digits
     */
    public static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
    }

    /**
     * A number with three digits at the most, in thousands, millions or billions.
     *
     * @param number the number
     * @return for example {@code 14.6 M}
     */
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

    /**
     * How many times the first is in the second: {@code 1 : 40}, {@code 3 : 1}.
     *
     * @param first a figure
     * @param second another
     * @return their ratio; empty if one of them is 0
     */
    public static String ratio(long first, long second) {
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
